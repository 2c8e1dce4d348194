"""Weighing: candidates in the order of what each is expected to make of a task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from bandmaster.engine.emphasis import emphasis_of, emphasise
from bandmaster.engine.lessons import Lessons
from bandmaster.engine.performer import Performer
from bandmaster.ledger import Ledger, Level
from bandmaster.models import Facts, estimate_tokens
from bandmaster.routing import (
    BUILTIN,
    CapabilityMatrix,
    Demand,
    Estimate,
    Features,
    Plan,
    Prior,
    Profile,
    Reference,
    Selection,
    Sensitivity,
    WorkspaceFacts,
    Worth,
    analyse,
    plan,
    read_features,
    refer,
    select,
    weigh,
    why_not,
)
from bandmaster.settings import Settings, Weighing
from bandmaster.tasks import Candidate, Kind, Route, Task

_LEAST_CONTEXT = 1000
"""Tokens besides the instruction without which no model can do anything; the rest is fitted."""
_CENT, _MOMENT = 0.01, 10.0
"""Dollars and seconds that count as usual at least: less of either is not worth worse answers."""
_AWAY = "not all of it is on this machine, and the task holds secrets"
_EXPLORING = 5
"""One task in so many may go to a model of which little is known."""


class Priors:
    """What is believed of models before anything happened: the matrix, once their facts are in."""

    def __init__(self) -> None:
        self._matrix: CapabilityMatrix | None = None
        self._facts: dict[str, Facts] = {}
        self._local: frozenset[str] = frozenset()

    def __call__(self, kind: str, model: str) -> Prior:
        if self._matrix is None or model not in self._facts:
            return Prior()
        return self._matrix.prior(kind, model)

    @property
    def facts(self) -> Mapping[str, Facts]:
        return self._facts

    def know(self, facts: Mapping[str, Facts], local: frozenset[str]) -> None:
        """Believe what `facts` say from now on."""
        self._facts.update(facts)
        self._local |= local
        self._matrix = CapabilityMatrix(self._facts.__getitem__, local=self._local)


@dataclass(frozen=True, slots=True)
class Weigher:
    """Knows models, money and what was learned; orders the candidates of a route."""

    settings: Settings
    lessons: Lessons
    priors: Priors
    ledger: Ledger
    facts: Callable[[str], Awaitable[Facts]]
    """The roster's: what is known of a model."""
    workspace: str

    def features(self, task: Task) -> Features:
        """The task as the estimator sees it."""
        return read_features(task.instruction, kind=task.kind.value, cluster=self.workspace)

    async def order(
        self, task: Task, route: Route, local: frozenset[str], known: WorkspaceFacts
    ) -> Route:
        """`route` with what is expected of each candidate, in the order of its worth.

        A model that was asked for stays first; the configured order stands where the settings
        name one or say so. Raises `UnknownName` for a policy that is none.
        """
        models = self._models(route)
        selection = await self._selection(task)
        profile = analyse(task, known)
        route = self._limited(task, route, local, _sensitivity(task, profile, known))
        estimates = self._estimates(task, models)
        if selection is None:
            return _told(route, estimates, local)
        emphasis = emphasis_of(profile)
        selection = emphasise(selection, emphasis)
        ordered = _because(select(route, estimates, selection, local), emphasis.words)
        return self._tried(task, self._explored(task, ordered, estimates, selection))

    async def cascade(self, task: Task, route: Route) -> Plan:
        """Whom of `route` to ask in order, each where a check rejected the one before."""
        selection = await self._selection(task) or Selection("", Worth())
        models = self._models(route)
        return plan(self.lessons.learner.situation(self.features(task), models, selection.worth))

    async def tell(
        self, task: Task, route: Route, local: frozenset[str], known: WorkspaceFacts
    ) -> Route:
        """`route` in its order, with what is expected of each candidate."""
        models = self._models(route)
        sensitivity = _sensitivity(task, analyse(task, known), known)
        route = self._limited(task, route, local, sensitivity)
        return _told(route, self._estimates(task, models), local)

    async def prepare(self, performers: Sequence[Performer], wanted: str) -> None:
        """Know the facts of the models, which what was learned of them is told against.

        Where one is named, its own are enough; a server may have to be asked for each.
        """
        names = [one.name for one in performers if one.name != BUILTIN]
        named = [one for one in names if wanted in (one, one.partition("/")[2])]
        missing = [one for one in named or names if one not in self.priors.facts]
        if missing:
            local = frozenset(one.name for one in performers if one.local)
            found = await asyncio.gather(*map(self.facts, missing))
            self.priors.know(dict(zip(missing, found, strict=True)), local)

    def _models(self, route: Route) -> list[str]:
        """The models of `route` that may be asked."""
        names = [one.model for one in route.candidates if not one.ruled_out]
        return [one for one in names if one in self.priors.facts]

    def _estimates(self, task: Task, models: Sequence[str]) -> dict[str, Estimate]:
        found = self.lessons.learner.estimates(self.features(task), models) if models else ()
        return {one.model: one for one in found}

    async def _selection(self, task: Task) -> Selection | None:
        """How to weigh: as the task or the settings say, and by cost where money runs out."""
        policy = task.preferences.policy
        standing = await self.ledger.standing(task)
        if not policy and standing.level >= Level.DOWNGRADE:
            policy = Weighing.COST.value
        if not policy and self.settings.models.order:
            return None
        usual = refer([self._usual(task.kind)])
        reference = Reference(max(usual.dollars, _CENT), max(usual.seconds, _MOMENT))
        return weigh(policy, self.settings.routing, reference)

    def _usual(self, kind: Kind) -> Sequence[Estimate]:
        """What a usual task of that kind takes, by every model that is known."""
        return self.lessons.learner.estimates(Features(kind.value), list(self.priors.facts))

    def _limited(
        self, task: Task, route: Route, local: frozenset[str], sensitivity: Sensitivity
    ) -> Route:
        """The hard limits: window, abilities, money and secrets."""
        demand = Demand(
            prompt=estimate_tokens(task.instruction) + _LEAST_CONTEXT,
            dollars=task.constraints.dollars,
            sensitivity=sensitivity,
        )
        facts = self.priors.facts

        def judged(number: int, one: Candidate) -> Candidate:
            asked = number == 0 and route.policy == "asked for"
            if one.ruled_out or asked:
                return one
            here = one.model in local
            if one.model in facts:
                why = why_not(facts[one.model], demand, local=here)
            else:  # Of a pool it is only known where it is.
                why = "" if here or demand.sensitivity is not Sensitivity.SECRET else _AWAY
            return replace(one, ruled_out=why)

        return Route(route.policy, tuple(judged(*one) for one in enumerate(route.candidates)))

    def _explored(
        self, task: Task, route: Route, estimates: Mapping[str, Estimate], selection: Selection
    ) -> Route:
        """Now and then a model of which little is known goes first, if it may well be as good."""
        learning = self.settings.learning
        links = [one for one in route.candidates if not one.ruled_out and one.model in estimates]
        may = learning.enabled and learning.exploration > 0 and route.policy != "asked for"
        if not may or len(links) < 2 or _digest(task) % _EXPLORING:
            return route
        values = {one.model: selection.utility(estimates[one.model]) for one in links}
        least = max(values.values()) - learning.reach
        hopeful = [one for one in links if values[one.model] >= least]
        first = max(
            hopeful,
            key=lambda one: values[one.model] + learning.exploration * estimates[one.model].spread,
        )
        if first is links[0] or first.expected is None:
            return route
        words = f"{first.expected.because}; tried to learn more of it"
        first = replace(first, expected=replace(first.expected, because=words))
        return _to_the_front(route, first, route.policy)

    def _tried(self, task: Task, route: Route) -> Route:
        """A task that takes part in a trial goes to the model that the trial says."""
        if route.policy == "asked for":
            return route
        found = self.lessons.trial_for(task.id, task.kind.value)
        if found is None:
            return route
        trial, model = found
        first = next((one for one in route.candidates if one.model == model), None)
        if first is None or first.ruled_out:
            return route
        return _to_the_front(route, first, f"trial {trial.name!r}")


def _digest(task: Task) -> int:
    """The same for the same question, so that an answer that is kept is found again."""
    about = " ".join(one.path for one in task.focus)
    return crc32(f"{task.kind.value} {about} {task.instruction}".encode("utf-8", "replace"))


def _to_the_front(route: Route, first: Candidate, policy: str) -> Route:
    rest = (one for one in route.candidates if one.model != first.model)
    return Route(policy, (first, *rest))


def _sensitivity(task: Task, profile: Profile, known: WorkspaceFacts) -> Sensitivity:
    """Secret by what a file holds or is called: what words sound like is no proof."""
    if known.secrets:
        return Sensitivity.SECRET
    said = profile.sensitivity
    named = any(repr(one.path) in said.because for one in task.focus)
    return said.value if named else Sensitivity.USUAL


def _because(route: Route, words: str) -> Route:
    """`route` with `words` behind what each expectation rests on."""
    if not words:
        return route
    return Route(
        route.policy,
        tuple(
            replace(one, expected=replace(one.expected, because=f"{one.expected.because}; {words}"))
            if one.expected
            else one
            for one in route.candidates
        ),
    )


def _told(route: Route, estimates: Mapping[str, Estimate], local: frozenset[str]) -> Route:
    """`route` with the figures, and nobody changes places."""
    judged = select(route, estimates, Selection("", Worth()), local)
    by_name = {one.model: one.expected for one in judged.candidates}
    kept = (replace(one, expected=by_name[one.model]) for one in route.candidates)
    return Route(route.policy, tuple(kept))
