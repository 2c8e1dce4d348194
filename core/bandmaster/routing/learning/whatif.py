"""What if: past tasks judged again under another policy, or with another model.

Where another model would have been asked, its cost is the recorded one, scaled by what both are
expected to cost on such a task; a task that was dear for one is dear for the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.lessons import Estimate
from bandmaster.routing.learning.experience import Happening
from bandmaster.routing.learning.knowledge import Answer, by_task

Estimates = Callable[[Features, Sequence[str]], Sequence[Estimate]]
Value = Callable[[Estimate], float]


@dataclass(frozen=True, slots=True)
class Side:
    """What was, or what would have been."""

    dollars: float
    seconds: float
    quality: float
    """The mean; as far as nothing is known of an answer, what is expected of it."""
    models: Mapping[str, int]
    """How many tasks each model had."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The same tasks, twice."""

    tasks: int
    changed: int
    """Tasks that another model would have had."""
    was: Side
    would: Side


@dataclass(frozen=True, slots=True)
class _Task:
    was: Estimate
    would: Estimate


def what_if(
    happenings: Iterable[Happening],
    estimates: Estimates,
    models: Sequence[str],
    value: Value,
) -> WhatIf:
    """Past tasks with the model of `models` that has the highest `value` for each.

    `happenings` are what `Learner.past` gives, `estimates` is `Learner.estimates`.
    """
    judged = [
        _judge(tuple(answers.values()), estimates, models, value)
        for answers in by_task(happenings).values()
        if models
    ]
    changed = sum(one.was.model != one.would.model for one in judged)
    was, would = [one.was for one in judged], [one.would for one in judged]
    return WhatIf(len(judged), changed, _side(was), _side(would))


def _judge(
    answers: Sequence[Answer], estimates: Estimates, models: Sequence[str], value: Value
) -> _Task:
    last = answers[-1].happenings[0]
    found = estimates(last.features, list(dict.fromkeys((last.model, *models))))
    expected = found[0]
    was = _was(answers, expected)
    chosen = max((one for one in found if one.model in models), key=value)
    if chosen.model == last.model:
        return _Task(was, was)
    money = _ratio(last.dollars, expected.dollars)
    time = _ratio(last.seconds, expected.seconds)
    would = Estimate(
        chosen.model,
        chosen.quality,
        chosen.spread,
        chosen.dollars * money,
        chosen.seconds * time,
    )
    return _Task(was, would)


def _was(answers: Sequence[Answer], expected: Estimate) -> Estimate:
    """What the last answer was worth, and what all of the task cost."""
    reward = answers[-1].reward
    firsts = [one.happenings[0] for one in answers]
    known = [one.dollars for one in firsts if one.dollars is not None]
    times = [one.seconds for one in firsts if one.seconds is not None]
    return Estimate(
        expected.model,
        expected.quality if reward is None else reward.score,
        expected.spread,
        sum(known) if known else expected.dollars,
        sum(times) if times else expected.seconds,
    )


def _ratio(was: float | None, expected: float) -> float:
    """How much dearer or slower the task was than expected."""
    return was / expected if was is not None and expected > 0 else 1.0


def _side(estimates: Sequence[Estimate]) -> Side:
    return Side(
        sum(one.dollars for one in estimates),
        sum(one.seconds for one in estimates),
        sum(one.quality for one in estimates) / max(1, len(estimates)),
        dict(Counter(one.model for one in estimates)),
    )
