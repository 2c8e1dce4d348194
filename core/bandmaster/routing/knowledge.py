"""Knowledge: everything that was learned of models, as one value that can be kept and taken up.

It is what happenings add up to: estimates per kind and model, how tasks differ in difficulty, how
reliable tests are, and how many results each of it rests on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bandmaster.routing.difficulty import Difficulty, Evidence
from bandmaster.routing.estimator import Estimator
from bandmaster.routing.experience import Happening
from bandmaster.routing.lessons import Lesson, Prior, Row
from bandmaster.routing.rewards import Reward, What, judge
from bandmaster.routing.verifier import Reliability

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
        """Learn the answers to one task."""
        features = answers[0].happenings[0].features
        self.estimator.learn_row(Row(features, tuple(one.lesson for one in answers)))
        judged = [one for one in answers if one.reward is not None]
        if len(judged) > 1:
            self._compare(features.kind, judged)
        for one in answers:
            self._count(one)

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

    def _compare(self, kind: str, answers: Sequence[Answer]) -> None:
        lessons = [one.lesson for one in answers]
        found = self.estimator.estimate(lessons[0].features, [one.model for one in lessons])
        self.difficulty.learn(
            kind,
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
