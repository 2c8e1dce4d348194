"""Effects: a number explained as a sum of small effects, each with its uncertainty.

A linear Gaussian model with a diagonal covariance: an effect nobody has seen is zero with its
level's variance, every observation narrows the effects that took part in it. Remembering costs
the same however much was learned, since the observations themselves are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One effect that takes part in a number: its name, and how large it may be unseen."""

    key: str
    variance: float


@dataclass(slots=True)
class _Effect:
    value: float
    variance: float
    at: float


@dataclass(frozen=True, slots=True)
class Guess:
    """An expected value and the variance of that expectation."""

    value: float
    variance: float


class Effects:
    """Effects by name, learned one observation at a time."""

    def __init__(self, *, noise: float, half_life: float | None) -> None:
        """`noise` is the variance of one observation; `half_life` is in the unit of `at`."""
        self._noise = noise
        self._half_life = half_life
        self._known: dict[str, _Effect] = {}

    def guess(self, terms: Iterable[Term], at: float) -> Guess:
        value = variance = 0.0
        for term in terms:
            known = self._known.get(term.key)
            if known is None:
                variance += term.variance
                continue
            now = self._faded(known, term.variance, at)
            value += now.value
            variance += now.variance
        return Guess(value, variance)

    def learn(self, terms: Sequence[Term], value: float, at: float, weight: float) -> None:
        """The terms' effects were seen to add up to `value`; half a `weight`, twice the noise."""
        effects: list[_Effect] = []
        for term in terms:
            known = self._known.get(term.key)
            if known is None:
                effects.append(_Effect(0.0, term.variance, at))
            else:
                effects.append(self._faded(known, term.variance, at))
        total = sum(one.variance for one in effects) + self._noise / weight
        error = value - sum(one.value for one in effects)
        for term, one in zip(terms, effects, strict=True):
            gain = one.variance / total
            self._known[term.key] = _Effect(
                one.value + gain * error, one.variance * (1.0 - gain), max(at, one.at)
            )

    def state(self) -> dict[str, list[float]]:
        """Everything learned, as numbers by name."""
        return {key: [one.value, one.variance, one.at] for key, one in self._known.items()}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._known = {key: _Effect(one[0], one[1], one[2]) for key, one in state.items()}

    def _faded(self, effect: _Effect, unseen: float, at: float) -> _Effect:
        """`effect` as it stands at `at`: evidence halves with every half-life."""
        if self._half_life is None or at <= effect.at:
            return effect
        kept = 0.5 ** ((at - effect.at) / self._half_life)
        precision = 1.0 / unseen + max(0.0, 1.0 / effect.variance - 1.0 / unseen) * kept
        information = effect.value / effect.variance * kept
        return _Effect(information / precision, 1.0 / precision, at)
