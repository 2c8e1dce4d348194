"""The estimator: what each model would make of a query, learned from recorded results.

Shrinkage all the way: prior -> model -> kind and model -> cluster and model, so that an estimate
never rests on less than there is to rest on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bandmaster.routing.effects import Effects, Term
from bandmaster.routing.features import Features

State = dict[str, dict[str, list[float]]]
"""What an estimator has learned, as numbers by name; fit for JSON."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a model before it was tried on a kind of task."""

    quality: float = 0.5
    dollars: float = 0.1
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one model made of one query."""

    features: Features
    model: str
    score: float
    """0 (of no use) to 1 (as it should be)."""
    dollars: float | None = None
    seconds: float | None = None
    at: float = 0.0
    """When, in days."""
    weight: float = 1.0
    """How much the score is to be believed; above 0, 1 is one plain result."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is expected of a model on a query."""

    model: str
    quality: float
    """The expected score."""
    spread: float
    """The standard deviation of `quality`: what more results would narrow."""
    dollars: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One query with the results of all models that were tried on it."""

    features: Features
    lessons: tuple[Lesson, ...]


def no_prior(_kind: str, _model: str) -> Prior:
    """Nothing is known of any model."""
    return Prior()


class Estimator:
    """Estimates quality, cost and time; the work of one does not grow with what was learned."""

    def __init__(
        self,
        prior: Callable[[str, str], Prior] = no_prior,
        *,
        half_life: float | None = None,
    ) -> None:
        """`prior` takes kind and model; `half_life` is in days, None: nothing fades."""
        self._prior = prior
        self._quality = Effects(noise=0.15, half_life=half_life)
        self._dollars = Effects(noise=0.5, half_life=half_life)
        self._seconds = Effects(noise=0.5, half_life=half_life)

    def estimate(
        self, features: Features, models: Sequence[str], at: float = 0.0
    ) -> tuple[Estimate, ...]:
        """One estimate for each of `models`, in their order."""
        return tuple(self._estimate(features, model, at) for model in models)

    def learn(self, lesson: Lesson) -> None:
        """Take one result into account."""
        features, model, at = lesson.features, lesson.model, lesson.at
        prior = self._prior(features.kind, model)
        terms = _terms(features, model, _QUALITY)
        self._quality.learn(terms, lesson.score - prior.quality, at, lesson.weight)
        logarithmic = _terms(features, model, _LOGARITHMIC)
        for effects, value, expected in (
            (self._dollars, lesson.dollars, prior.dollars),
            (self._seconds, lesson.seconds, prior.seconds),
        ):
            if value is not None and value > 0:
                effects.learn(logarithmic, math.log(value / expected), at, lesson.weight)

    def fit(self, rows: Iterable[Row]) -> None:
        """Learn recorded results, all models of a query at once."""
        for row in rows:
            for lesson in row.lessons:
                self.learn(lesson)

    def state(self) -> State:
        """Everything learned."""
        return {
            "quality": self._quality.state(),
            "dollars": self._dollars.state(),
            "seconds": self._seconds.state(),
        }

    def restore(self, state: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._quality.restore(state.get("quality", {}))
        self._dollars.restore(state.get("dollars", {}))
        self._seconds.restore(state.get("seconds", {}))

    def _estimate(self, features: Features, model: str, at: float) -> Estimate:
        prior = self._prior(features.kind, model)
        quality = self._quality.guess(_terms(features, model, _QUALITY), at)
        logarithmic = _terms(features, model, _LOGARITHMIC)
        dollars = self._dollars.guess(logarithmic, at)
        seconds = self._seconds.guess(logarithmic, at)
        return Estimate(
            model,
            min(1.0, max(0.0, prior.quality + quality.value)),
            math.sqrt(quality.variance),
            prior.dollars * math.exp(dollars.value),
            prior.seconds * math.exp(seconds.value),
        )


@dataclass(frozen=True, slots=True)
class _Levels:
    """How much each level may add, as a variance."""

    kind: float
    model: float
    kind_model: float
    cluster: float
    cluster_model: float


_QUALITY = _Levels(kind=0.05, model=0.03, kind_model=0.03, cluster=0.01, cluster_model=0.005)
_LOGARITHMIC = _Levels(kind=1.0, model=1.0, kind_model=0.5, cluster=0.1, cluster_model=0.05)


def _terms(features: Features, model: str, levels: _Levels) -> list[Term]:
    terms = [
        Term(f"kind {features.kind}", levels.kind),
        Term(f"model {model}", levels.model),
        Term(f"kind {features.kind} model {model}", levels.kind_model),
    ]
    if features.cluster:
        terms.append(Term(f"cluster {features.cluster}", levels.cluster))
        terms.append(Term(f"cluster {features.cluster} model {model}", levels.cluster_model))
    return terms
