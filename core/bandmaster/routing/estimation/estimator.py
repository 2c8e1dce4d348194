"""The estimator: what each model would make of a query, learned from recorded results.

Shrinkage all the way: prior -> model -> kind and model -> cluster and model -> text, so that an
estimate never rests on less than there is to rest on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from bandmaster.routing.estimation.amounts import Amounts
from bandmaster.routing.estimation.effects import Effects, Key
from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.hints import Hints
from bandmaster.routing.estimation.lessons import Estimate, Lesson, Prior, Row

State = dict[str, dict[str, list[float]]]
"""What an estimator has learned, as numbers by name; fit for JSON."""

_VARIANCES = {
    "kind": 0.05,
    "cluster": 0.005,
    "model": 0.03,
    "kind model": 0.03,
    "cluster model": 0.002,
}
"""How far the effects of each level may lie from zero, as a variance of scores."""
_CHANCE = 0.15
"""The variance of a score that nothing explains."""
_DIFFICULTY = 0.08
"""How much queries of one kind differ in difficulty for all models, as a variance."""


def no_prior(_kind: str, _model: str) -> Prior:
    """Nothing is known of any model."""
    return Prior()


class Estimator:
    """Estimates quality, cost and time; its work does not grow with what was learned."""

    def __init__(
        self,
        prior: Callable[[str, str], Prior] = no_prior,
        *,
        half_life: float | None = None,
    ) -> None:
        """`prior` takes kind and model; `half_life` is in days, None: nothing fades.

        What `prior` says may change: it counts as far as results have not yet replaced it.
        """
        self._prior = prior
        self._believed: dict[tuple[str, str], Prior] = {}
        """What the prior said when the first result came, to which the effects are added."""
        self._quality = Effects(_VARIANCES, half_life=half_life)
        self._dollars = Amounts(half_life=half_life)
        self._seconds = Amounts(half_life=half_life)
        self._hints = Hints()

    def estimate(
        self, features: Features, models: Sequence[str], at: float = 0.0
    ) -> tuple[Estimate, ...]:
        """One estimate for each of `models`, in their order."""
        kind = features.kind
        shared, _ = self._quality.guess(_shared(features), at)
        found: list[Estimate] = []
        for model, hint in zip(models, self._hints.of(features, models), strict=True):
            keys, prior = _own(features, model), self._prior(kind, model)
            value, variance = self._quality.guess(keys, at)
            before = self._believed.get((kind, model), prior)
            changed = prior.quality - before.quality
            quality = before.quality + shared + value + hint
            if changed:
                quality += changed * variance / self._quality.unseen(keys)
            found.append(
                Estimate(
                    model,
                    min(1.0, max(0.0, quality)),
                    math.sqrt(variance),
                    self._dollars.expect(kind, model, before.dollars, at),
                    self._seconds.expect(kind, model, before.seconds, at),
                )
            )
        return tuple(found)

    def learn(self, lesson: Lesson) -> None:
        """Take one result into account."""
        self.learn_row(Row(lesson.features, (lesson,)))

    def learn_row(self, row: Row) -> None:
        """Take the results of several models on one query into account.

        What they have in common is the query's difficulty, which says nothing of a model.
        """
        features, lessons = row.features, row.lessons
        if not lessons:
            return
        for lesson in lessons:
            if (key := (features.kind, lesson.model)) not in self._believed:
                self._believed[key] = self._prior(*key)
        self._hints.meet(features)
        rests = [self._rest(lesson) for lesson in lessons]
        if len(lessons) == 1:
            self._learn_alone(lessons[0], rests[0])
        else:
            self._learn_shared(lessons, rests)
            self._learn_own(lessons, rests)
        for lesson in lessons:
            self._learn_amounts(lesson)

    def fit(self, rows: Iterable[Row]) -> None:
        """Learn recorded results, all models of a query at once."""
        for row in rows:
            self.learn_row(row)

    def state(self) -> State:
        """Everything learned."""
        believed = {
            f"{kind}\t{model}": [one.quality, one.dollars, one.seconds]
            for (kind, model), one in self._believed.items()
        }
        return {
            "believed": believed,
            "quality": self._quality.state(),
            "dollars": self._dollars.state(),
            "seconds": self._seconds.state(),
            **self._hints.state(),
        }

    def restore(self, state: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._believed.clear()
        for name, (quality, dollars, seconds) in state.get("believed", {}).items():
            kind, _, model = name.partition("\t")
            self._believed[kind, model] = Prior(quality, dollars, seconds)
        self._quality.restore(state.get("quality", {}))
        self._dollars.restore(state.get("dollars", {}))
        self._seconds.restore(state.get("seconds", {}))
        self._hints.restore(state)

    def _rest(self, lesson: Lesson) -> float:
        """How far the score lies from what was expected before the text is looked at."""
        keys = _shared(lesson.features) + _own(lesson.features, lesson.model)
        before = self._believed[lesson.features.kind, lesson.model].quality
        return lesson.score - before - self._quality.guess(keys, lesson.at)[0]

    def _learn_alone(self, lesson: Lesson, rest: float) -> None:
        features, noise, weight = lesson.features, _CHANCE + _DIFFICULTY, lesson.weight
        keys = _shared(features) + _own(features, lesson.model)
        value, _ = self._quality.guess(keys, lesson.at)
        self._hints.learn(features, lesson.model, rest, noise=noise, weight=weight)
        self._quality.learn(keys, value + rest, noise / weight, lesson.at)

    def _learn_shared(self, lessons: Sequence[Lesson], rests: Sequence[float]) -> None:
        keys, at = _shared(lessons[0].features), lessons[0].at
        weight = sum(lesson.weight for lesson in lessons)
        mean = sum(one.weight * rest for one, rest in zip(lessons, rests, strict=True)) / weight
        value, _ = self._quality.guess(keys, at)
        self._quality.learn(keys, value + mean, _DIFFICULTY + _CHANCE / weight, at)

    def _learn_own(self, lessons: Sequence[Lesson], rests: Sequence[float]) -> None:
        """What a model's score says of it, without what the others say of the query."""
        weights = [lesson.weight for lesson in lessons]
        total = sum(weight * rest for weight, rest in zip(weights, rests, strict=True))
        all_ = sum(weights)
        for lesson, rest, weight in zip(lessons, rests, weights, strict=True):
            others = all_ - weight
            share = _DIFFICULTY / (_DIFFICULTY + _CHANCE / others)
            noise = _CHANCE + _DIFFICULTY * (1.0 - share)
            own = rest - share * (total - weight * rest) / others
            keys = _own(lesson.features, lesson.model)
            value, _ = self._quality.guess(keys, lesson.at)
            self._hints.learn(lesson.features, lesson.model, own, noise=noise, weight=weight)
            self._quality.learn(keys, value + own, noise / weight, lesson.at)

    def _learn_amounts(self, lesson: Lesson) -> None:
        kind, model, at = lesson.features.kind, lesson.model, lesson.at
        prior = self._believed[kind, model]
        if lesson.dollars is not None:
            self._dollars.learn(kind, model, prior.dollars, lesson.dollars, at)
        if lesson.seconds is not None:
            self._seconds.learn(kind, model, prior.seconds, lesson.seconds, at)


def _shared(features: Features) -> list[Key]:
    """The effects that all models have in common."""
    keys: list[Key] = [("kind", features.kind, "")]
    if features.cluster:
        keys.append(("cluster", features.cluster, ""))
    return keys


def _own(features: Features, model: str) -> list[Key]:
    """The effects of one model."""
    keys: list[Key] = [("model", "", model), ("kind model", features.kind, model)]
    if features.cluster:
        keys.append(("cluster model", f"{features.kind} {features.cluster}", model))
    return keys
