"""Shapes: what length, numbers and marks of a text say of a model, as a regression.

Bayesian and recursive, with the whole covariance of the slopes: the facts of a text go together,
and one that says nothing keeps its slope near zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul

from bandmaster.routing.estimation.features import FACTS, Features

_VARIANCE = 0.003 / FACTS
"""How much one fact may change a score for each standard deviation, as a variance, unseen."""
_FAR = 3.0
"""A fact farther from its mean than this, in standard deviations, is taken as this far."""
_NARROW = 0.05
"""Added to a fact's standard deviation, which may be zero."""


class Shapes:
    """A regression for each kind of task and model."""

    def __init__(self) -> None:
        self._scales: dict[str, _Scale] = {}
        self._lines: dict[tuple[str, str], _Line] = {}

    def hints(self, features: Features, models: Sequence[str]) -> list[float]:
        """What the text's shape adds to the expected score of each of `models`."""
        scale = self._scales.get(features.kind)
        if scale is None or not features.shape:
            return [0.0] * len(models)
        facts = scale.read(features.shape)
        lines = (self._lines.get((features.kind, model)) for model in models)
        return [sum(map(mul, line.slopes, facts)) if line else 0.0 for line in lines]

    def meet(self, features: Features) -> None:
        """Take note of a query, before anything is learned from its results."""
        if features.shape:
            self._scales.setdefault(features.kind, _Scale()).learn(features.shape)

    def learn(self, features: Features, model: str, rest: float, noise: float) -> None:
        """`rest` is what is left of a score to explain; the query was met."""
        if features.shape:
            line = self._lines.setdefault((features.kind, model), _Line())
            line.learn(self._scales[features.kind].read(features.shape), rest, noise)

    def state(self) -> dict[str, list[float]]:
        """Everything learned, as numbers by name."""
        scales = {kind: [one.count, *one.means, *one.squares] for kind, one in self._scales.items()}
        lines = {
            f"{kind}\t{model}": [*line.slopes, *(x for row in line.covariance for x in row)]
            for (kind, model), line in self._lines.items()
        }
        return scales | lines

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._scales.clear()
        self._lines.clear()
        for name, numbers in state.items():
            kind, found, model = name.partition("\t")
            if found:
                rows = [list(numbers[i : i + FACTS]) for i in range(0, len(numbers), FACTS)]
                self._lines[kind, model] = _Line(rows[0], rows[1:])
            else:
                means, squares = list(numbers[1 : FACTS + 1]), list(numbers[FACTS + 1 :])
                self._scales[kind] = _Scale(numbers[0], means, squares)


def _zeros() -> list[float]:
    return [0.0] * FACTS


def _unseen() -> list[list[float]]:
    return [[_VARIANCE if i == j else 0.0 for i in range(FACTS)] for j in range(FACTS)]


@dataclass(slots=True)
class _Scale:
    """Running mean and spread of the facts of one kind of task."""

    count: float = 0.0
    means: list[float] = field(default_factory=_zeros)
    squares: list[float] = field(default_factory=_zeros)

    def read(self, shape: Sequence[float]) -> list[float]:
        """`shape` in standard deviations from the mean."""
        away = (
            (fact - mean) / ((square / self.count) ** 0.5 + _NARROW)
            for fact, mean, square in zip(shape, self.means, self.squares, strict=True)
        )
        return [min(_FAR, max(-_FAR, one)) for one in away]

    def learn(self, shape: Sequence[float]) -> None:
        self.count += 1.0
        for place, fact in enumerate(shape):
            away = fact - self.means[place]
            self.means[place] += away / self.count
            self.squares[place] += away * (fact - self.means[place])


@dataclass(slots=True)
class _Line:
    """Slopes and their covariance."""

    slopes: list[float] = field(default_factory=_zeros)
    covariance: list[list[float]] = field(default_factory=_unseen)

    def learn(self, facts: Sequence[float], rest: float, noise: float) -> None:
        reach = [sum(map(mul, row, facts)) for row in self.covariance]
        total = sum(map(mul, reach, facts)) + noise
        step = (rest - sum(map(mul, self.slopes, facts))) / total
        self.slopes = [slope + step * one for slope, one in zip(self.slopes, reach, strict=True)]
        for place, row in enumerate(self.covariance):
            part = reach[place] / total
            self.covariance[place] = [
                one - part * other for one, other in zip(row, reach, strict=True)
            ]
