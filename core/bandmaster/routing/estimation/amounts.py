"""Amounts: expected dollars or seconds, learned as factors, since both span orders of magnitude.

The logarithm is a sum of effects, good where little is known of a kind and model. Where more is
known their own mean takes over, which also counts the runs that cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bandmaster.routing.estimation.effects import Effects, Key

_VARIANCES = {"kind": 1.0, "model": 1.0, "kind model": 0.5}
_NOISE = 0.4
"""The variance of the logarithm of one amount."""
_MEAN_OVER_MEDIAN = 1.2
_STEADY = 3.0
"""How many results the effects count against the mean."""
_NOTHING = 1e-9
"""An amount up to this is none."""
_MEAN = "mean"


class Amounts:
    """One sort of amount, for each kind of task and model."""

    def __init__(self, *, half_life: float | None) -> None:
        self._effects = Effects(_VARIANCES, half_life=half_life)
        self._half_life = half_life
        self._sums: dict[tuple[str, str], tuple[float, float, float]] = {}

    def expect(self, kind: str, model: str, prior: float, at: float) -> float:
        """The expected amount; `prior` is what was expected before anything was learned."""
        if prior <= 0.0:
            return self._mean(0.0, kind, model)
        logarithm, _ = self._effects.guess(_keys(kind, model), at)
        return self._mean(prior * math.exp(logarithm) * _MEAN_OVER_MEDIAN, kind, model)

    def learn(self, kind: str, model: str, prior: float, amount: float, at: float) -> None:
        """`amount` was seen."""
        total, count, before = self._sums.get((kind, model), (0.0, 0.0, at))
        kept = 1.0 if self._half_life is None else 0.5 ** (max(0.0, at - before) / self._half_life)
        self._sums[kind, model] = (kept * total + amount, kept * count + 1.0, max(at, before))
        if amount > _NOTHING and prior > 0.0:
            self._effects.learn(_keys(kind, model), math.log(amount / prior), _NOISE, at)

    def state(self) -> dict[str, list[float]]:
        """Everything learned, as numbers by name."""
        sums = {f"{_MEAN}\t{kind}\t{model}": list(one) for (kind, model), one in self._sums.items()}
        return self._effects.state() | sums

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._sums.clear()
        effects: dict[str, Sequence[float]] = {}
        for name, numbers in state.items():
            level, kind, model = name.split("\t")
            if level == _MEAN:
                self._sums[kind, model] = (numbers[0], numbers[1], numbers[2])
            else:
                effects[name] = numbers
        self._effects.restore(effects)

    def _mean(self, guess: float, kind: str, model: str) -> float:
        total, count, _ = self._sums.get((kind, model), (0.0, 0.0, 0.0))
        return (total + _STEADY * guess) / (count + _STEADY)


def _keys(kind: str, model: str) -> tuple[Key, Key, Key]:
    return ("kind", kind, ""), ("model", "", model), ("kind model", kind, model)
