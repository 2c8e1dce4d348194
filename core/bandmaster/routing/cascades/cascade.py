"""The cascade decision: whom to try first, whether to escalate and to whom, and when to stop.

A plan is a sequence of models: the next one is asked when a verifier rejects the one before. The
best sequence is found by looking at all that could be best, up to a depth, with the verifier's
errors, the shared difficulty of the task, cost and time in the account.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from bandmaster.routing.cascades.difficulty import Belief, Curve, curve
from bandmaster.routing.cascades.verifier import Verifier
from bandmaster.routing.estimation.lessons import Estimate

_PLAYERS = 6
"""How many models a plan is made of at most."""
_BETTER = 3
"""A model that so many others beat in both quality and price is left out."""
_BENEATH = 6.0
"""How much more quality counts that is missing from what the best single model would give, for
each unit of doubt: estimates of what is cheap are too high as a rule, since it was chosen for
them."""
_BEYOND = 2.0
"""How much quality counts that goes beyond that, for each unit of doubt; without doubt the best
single model's quality is enough, and more of it is worth no money."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What money and time count, in units of quality (1 is a task solved)."""

    dollar: float = 0.0
    second: float = 0.0

    def of(self, estimate: Estimate) -> float:
        """What asking the model costs."""
        return self.dollar * estimate.dollars + self.second * estimate.seconds


@dataclass(frozen=True, slots=True)
class Tried:
    """A model that was asked, and the verifier's word on its answer."""

    model: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask, in order, each when the one before is rejected; empty: stop."""

    models: tuple[str, ...]
    utility: float
    """What is gained over stopping now, in units of quality."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a cascade decision rests on."""

    estimates: Sequence[Estimate]
    """One for every model, also for those that were tried."""
    verifier: Verifier
    share: float
    """How much of a result the task's difficulty decides (`Difficulty.share`)."""
    worth: Worth
    depth: int = 3
    """How many models may be asked in all."""
    start: Belief = Belief()  # noqa: RUF009
    """What was known of the task's difficulty before anybody tried."""


@dataclass(frozen=True, slots=True)
class _Player:
    model: str
    curve: Curve
    price: float


def plan(situation: Situation, tried: Sequence[Tried] = ()) -> Plan:
    """The best sequence of models from here on; empty where stopping is better.

    Somebody must be asked first: before any try the plan is never empty, unless there is nobody.
    """
    belief, in_hand = believe(situation, tried)
    left = situation.depth - len(tried)
    if left < 1:
        return Plan((), 0.0)
    asked = {one.model for one in tried}
    rest = [one for one in situation.estimates if one.model not in asked]
    players = _promising(rest, situation)
    aim = max((belief.mean(one.curve) for one in players), default=0.0)
    search = _Search(players, situation, aim)
    return search.best(belief, in_hand if tried else None, left)


def believe(situation: Situation, tried: Sequence[Tried]) -> tuple[Belief, float]:
    """What is known of the task's difficulty, and the chance that the last answer is right."""
    belief, right = situation.start, 0.0
    chances = {one.model: one.quality for one in situation.estimates}
    for one in tried:
        known = curve(chances[one.model], situation.share)
        likelihood = situation.verifier.likelihood(passed=one.passed)
        right = situation.verifier.right_after(belief.mean(known), passed=one.passed)
        belief = belief.after(known, *likelihood)
    return belief, right


def _promising(estimates: Sequence[Estimate], situation: Situation) -> list[_Player]:
    """The models that a best sequence may hold: the best one first, then by value."""
    priced = [(one, situation.worth.of(one)) for one in estimates]
    best = max((one.quality for one in estimates), default=0.0)
    kept = [
        (one, price)
        for one, price in priced
        if sum(o.quality >= one.quality and p < price for o, p in priced) < _BETTER
    ]
    kept.sort(key=lambda pair: pair[1] - pair[0].quality)
    kept.sort(key=lambda pair: pair[0].quality < best)
    return [
        _Player(one.model, curve(one.quality, situation.share), price)
        for one, price in kept[:_PLAYERS]
    ]


class _Search:
    """Looks at every sequence of the players up to a depth, sharing what they begin with."""

    def __init__(self, players: Sequence[_Player], situation: Situation, aim: float) -> None:
        self._players = players
        verifier = situation.verifier
        self._pass, self._slip = verifier.passes_right, verifier.passes_wrong
        self._aim = aim
        doubt = sum(one.spread for one in situation.estimates) / max(1, len(situation.estimates))
        self._beneath = _BENEATH * doubt
        self._beyond = max(0.0, 1.0 - _BEYOND * doubt)
        self._top = Plan((), 0.0)

    def best(self, belief: Belief, in_hand: float | None, left: int) -> Plan:
        """The best sequence; empty only where an answer is in hand, or there is no player."""
        stopping = 0.0 if in_hand is None else self._value(in_hand, 0.0)
        self._top = Plan((), -math.inf if in_hand is None else stopping)
        self._go(belief.weights, (), 0.0, 0.0, left)
        models = self._top.models
        return Plan(models, self._top.utility - stopping if models else 0.0)

    def _value(self, right: float, paid: float) -> float:
        over = right - self._aim
        return right - over * (self._beyond if over > 0 else -self._beneath) - paid

    def _go(
        self,
        alive: Sequence[float],
        models: tuple[str, ...],
        right: float,
        price: float,
        left: int,
    ) -> None:
        """`alive` is how likely each difficulty is, times that all before were rejected."""
        reached = sum(alive)
        for player in self._players:
            if player.model in models:
                continue
            solved = sum(map(mul, alive, player.curve))
            paid = price + reached * player.price
            value = self._value(right + solved, paid)
            if value > self._top.utility:
                self._top = Plan((*models, player.model), value)
            if left > 1 and right + reached - paid > self._top.utility:
                keep, lose = 1.0 - self._slip, self._pass - self._slip
                rest = [a * (keep - c * lose) for a, c in zip(alive, player.curve, strict=True)]
                self._go(rest, (*models, player.model), right + solved * self._pass, paid, left - 1)
