"""Selection: candidates in the order of their expected utility, of quality, cost and time.

Pure. Who may be asked at all is decided before (`choose_route`, `limits`); here the rest is put in
order, and each keeps the figures that put it there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bandmaster.errors import UnknownName
from bandmaster.routing.cascades.cascade import Worth
from bandmaster.routing.estimation.lessons import Estimate
from bandmaster.routing.route import BUILTIN
from bandmaster.settings import Routing, Weighing
from bandmaster.tasks import Candidate, Expectation, Route

ASKED_FOR = "asked for"
WITHOUT_A_MODEL = "without a model"


@dataclass(frozen=True, slots=True)
class Reference:
    """What the best model usually takes for a task: the unit in which weights are told."""

    dollars: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Selection:
    """How candidates are weighed."""

    policy: str
    worth: Worth
    local_only: bool = False
    """Whether models that run elsewhere are ruled out."""

    def utility(self, estimate: Estimate) -> float:
        """What asking the model is worth; higher is better."""
        return estimate.quality - self.worth.of(estimate)


@dataclass(frozen=True, slots=True)
class _Weights:
    """How many points of quality the reference's cost and time are worth."""

    cost: float
    latency: float


_WEIGHTS = {
    Weighing.QUALITY: _Weights(0.005, 0.0),
    Weighing.BALANCED: _Weights(0.12, 0.005),
    Weighing.SPEED: _Weights(0.02, 0.3),
    Weighing.COST: _Weights(0.5, 0.0),
    Weighing.LOCAL: _Weights(0.12, 0.005),
}


def weigh(policy: str, routing: Routing, reference: Reference) -> Selection | None:
    """The selection that a task's `policy` asks for, or the settings where it is empty.

    None: the configured order stands. Raises `UnknownName` for a policy that is none.
    """
    allowed = [one.value for one in Weighing]
    if policy and policy not in allowed:
        raise UnknownName("policy", policy, allowed)
    weighing = Weighing(policy) if policy else routing.policy
    if weighing is Weighing.ORDER:
        return None
    weights = _WEIGHTS[weighing]
    cost = weights.cost if policy or routing.cost is None else routing.cost
    latency = weights.latency if policy or routing.latency is None else routing.latency
    worth = Worth(_each(cost, reference.dollars), _each(latency, reference.seconds))
    return Selection(weighing.value, worth, local_only=weighing is Weighing.LOCAL)


def refer(queries: Iterable[Sequence[Estimate]]) -> Reference:
    """The reference from what is expected on usual queries: of the model that is best on them."""
    found: dict[str, list[Estimate]] = {}
    for estimates in queries:
        for one in estimates:
            found.setdefault(one.model, []).append(one)
    if not found:
        return Reference(0.0, 0.0)
    best = max(found.values(), key=lambda ones: _mean(one.quality for one in ones))
    return Reference(_mean(one.dollars for one in best), _mean(one.seconds for one in best))


def select(
    route: Route, estimates: Mapping[str, Estimate], selection: Selection, local: Collection[str]
) -> Route:
    """`route` with its candidates in the order of their utility, each with what is expected.

    A model that was asked for stays first, `builtin` last, and one of which nothing is estimated
    behind the others; what was ruled out stays so. `local` are the models on this machine.
    """
    if route.policy == WITHOUT_A_MODEL:
        return route
    judged = [_judge(one, estimates, selection, local) for one in route.candidates]
    kept = judged[:1] if route.policy == ASKED_FOR else []
    if kept:
        kept = [replace(kept[0], ruled_out=route.candidates[0].ruled_out)]
    rest = sorted(judged[len(kept) :], key=_rank)
    weighed = not kept and any(one.expected for one in judged)
    policy = selection.policy if weighed else route.policy
    return Route(policy, (*kept, *rest))


def best(estimates: Sequence[Estimate], selection: Selection) -> Estimate:
    """The one with the highest utility; of equals the first."""
    return max(estimates, key=selection.utility)


def _judge(
    one: Candidate,
    estimates: Mapping[str, Estimate],
    selection: Selection,
    local: Collection[str],
) -> Candidate:
    estimate = estimates.get(one.model)
    if estimate is None:
        expected = None
    else:
        expected = Expectation(
            quality=estimate.quality,
            dollars=estimate.dollars,
            seconds=estimate.seconds,
            utility=selection.utility(estimate),
            because=f"quality known to ±{estimate.spread:.2f}",
        )
    ruled_out = one.ruled_out
    if selection.local_only and not ruled_out and one.model not in (*local, BUILTIN):
        ruled_out = "not on this machine, and the policy is local"
    return replace(one, ruled_out=ruled_out, expected=expected)


def _rank(one: Candidate) -> tuple[bool, bool, float]:
    utility = one.expected.utility if one.expected else 0.0
    return one.model == BUILTIN, one.expected is None, -utility


def _each(weight: float, usual: float) -> float:
    """What one unit counts when the usual amount counts `weight`."""
    return weight / usual if usual > 0.0 else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
