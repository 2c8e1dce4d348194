"""Knowledge: everything that was learned of models, as one value that can be kept and taken up.

It is what happenings add up to: estimates per kind and model, how tasks differ in difficulty, how
reliable tests are, and how many results each of it rests on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from bandmaster.routing.cascades.cascade import Situation, Tried, Worth, believe
from bandmaster.routing.cascades.difficulty import Difficulty, Evidence, curve
from bandmaster.routing.cascades.verifier import Reliability
from bandmaster.routing.estimation.estimator import Estimator
from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.lessons import Lesson, Prior, Row
from bandmaster.routing.learning.experience import Happening
from bandmaster.routing.learning.rewards import Reward, What, judge

_DAY = 86_400.0
_UNKNOWN = 1e-6
"""The weight of an answer of which only cost and time are known."""
_VERDICTS = {What.TESTS_GREEN: True, What.TESTS_RED: False}


@dataclass(frozen=True, slots=True)
class Answer:
    """One model's answer to a task, with all that is known to have happened to it."""

    happenings: tuple[Happening, ...]

    @property
    def reward(self) -> Reward | None:
        return judge((one.what, one.rating) for one in self.happenings)

    @property
    def lesson(self) -> Lesson:
        first, reward = self.happenings[0], self.reward or Reward(0.5, _UNKNOWN)
        return Lesson(
            first.features,
            first.model,
            reward.score,
            first.dollars,
            first.seconds,
            at=days(first.at),
            weight=reward.weight,
        )


class Knowledge:
    """Everything learned. Adding to it is quick, and does not depend on how much there is."""

    def __init__(self, prior: Callable[[str, str], Prior], half_life: float | None) -> None:
        self.estimator = Estimator(prior, half_life=half_life)
        self.difficulty = Difficulty()
        self.reliability = Reliability()
        self.counts: dict[tuple[str, str], Counter[str]] = {}
        """What happened how often, by kind and model."""

    def add(self, answers: Sequence[Answer]) -> None:
        """Learn the answers to one task, and what happened to them."""
        features = answers[0].happenings[0].features
        self.fit([Row(features, tuple(one.lesson for one in answers))])
        for one in answers:
            self._count(one)

    def fit(self, rows: Sequence[Row]) -> None:
        """Learn results; those of several models on one task also tell how alike they are."""
        self.estimator.fit(rows)
        for row in rows:
            self._compare(row)

    def situation(
        self, features: Features, models: Sequence[str], worth: Worth, *, depth: int, at: float
    ) -> Situation:
        """What a cascade decision on a task rests on; `at` is in days."""
        return Situation(
            self.estimator.estimate(features, models, at),
            self.reliability.verifier,
            self.difficulty.share(features.kind),
            worth,
            depth,
        )

    def hear(
        self, situation: Situation, tried: Sequence[Tried], verdict: Tried, lesson: Lesson
    ) -> None:
        """Learn a verdict on the answer that `lesson` tells of, given after those in `tried`.

        A verdict may be wrong, and a model that is asked where another failed meets harder tasks:
        it is judged against what could be expected on those.
        """
        estimate = next(one for one in situation.estimates if one.model == verdict.model)
        belief, _ = believe(situation, tried)
        chance = belief.mean(curve(estimate.quality, situation.share))
        surprise = situation.verifier.score(passed=verdict.passed) - chance
        weight = situation.verifier.power**2
        self.estimator.learn(replace(lesson, score=estimate.quality + surprise, weight=weight))
        self.reliability.learn(chance, passed=verdict.passed)

    def state(self) -> str:
        """Everything, as text."""
        return json.dumps(
            {
                "estimator": self.estimator.state(),
                "difficulty": self.difficulty.state(),
                "reliability": self.reliability.state(),
                "counts": [[*key, dict(counts)] for key, counts in self.counts.items()],
            },
            separators=(",", ":"),
        )

    def restore(self, text: str) -> None:
        """Take over what `state()` gave."""
        state = cast("Mapping[str, Any]", json.loads(text))
        self.estimator.restore(state.get("estimator", {}))
        self.difficulty.restore(state.get("difficulty", {}))
        if "reliability" in state:
            self.reliability.restore(state["reliability"])
        counts = cast("Iterable[tuple[str, str, dict[str, int]]]", state.get("counts", ()))
        self.counts = {(kind, model): Counter(seen) for kind, model, seen in counts}

    def _compare(self, row: Row) -> None:
        lessons = [one for one in row.lessons if one.weight > _UNKNOWN]
        if len(lessons) < 2:
            return
        found = self.estimator.estimate(row.features, [one.model for one in lessons], lessons[0].at)
        self.difficulty.learn(
            row.features.kind,
            [
                Evidence(one.quality, lesson.score, 1.0 - lesson.score)
                for one, lesson in zip(found, lessons, strict=True)
            ],
        )

    def _count(self, answer: Answer) -> None:
        first = answer.happenings[0]
        counts = self.counts.setdefault((first.features.kind, first.model), Counter())
        counts.update(one.what.value for one in answer.happenings)
        seen = {one.what: one.rating for one in answer.happenings}
        rating = seen.get(What.RATED)
        for what, passed in _VERDICTS.items():
            if rating is not None and what in seen:
                self.reliability.learn(rating, passed=passed)


def days(moment: datetime) -> float:
    """A moment as the estimator counts time: in days."""
    return moment.timestamp() / _DAY


def by_task(happenings: Iterable[Happening]) -> dict[str, dict[str, Answer]]:
    """The answers by task and model, in the order in which they came."""
    tasks: dict[str, dict[str, list[Happening]]] = {}
    for one in happenings:
        tasks.setdefault(one.task, {}).setdefault(one.model, []).append(one)
    return {
        task: {model: Answer(tuple(seen)) for model, seen in models.items()}
        for task, models in tasks.items()
    }
