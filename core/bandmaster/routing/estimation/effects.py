"""Effects: a number explained as a sum of small effects, each with its uncertainty.

A linear Gaussian model with a diagonal covariance: an effect nobody has seen is zero with its
level's variance, and every observation narrows the effects that took part in it. Remembering
costs the same however much was learned, since the observations themselves are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Key = tuple[str, str, str]
"""An effect: its level, what it is of (a kind, a cluster), and the model."""
_SEPARATOR = "\t"


class Effects:
    """Effects by key, learned one observation at a time."""

    def __init__(self, variances: Mapping[str, float], *, half_life: float | None) -> None:
        """`variances` says for each level how far an unseen effect may lie from zero;
        `half_life` is in the unit of `at`, None: nothing fades."""
        self._variances = variances
        self._half_life = half_life
        self._known: dict[Key, tuple[float, float, float]] = {}

    def guess(self, keys: Sequence[Key], at: float) -> tuple[float, float]:
        """What the effects add up to, and the variance of that."""
        value = variance = 0.0
        for key in keys:
            one = self._effect(key, at)
            value += one[0]
            variance += one[1]
        return value, variance

    def unseen(self, keys: Sequence[Key]) -> float:
        """The variance of what the effects add up to, before anything was learned of them."""
        return sum(self._variances[key[0]] for key in keys)

    def learn(self, keys: Sequence[Key], value: float, noise: float, at: float) -> None:
        """The effects were seen to add up to `value`, give or take `noise` (a variance)."""
        effects = [self._effect(key, at) for key in keys]
        total = sum(variance for _, variance, _ in effects) + noise
        error = value - sum(value for value, _, _ in effects)
        for key, (known, variance, seen) in zip(keys, effects, strict=True):
            gain = variance / total
            self._known[key] = (known + gain * error, variance * (1.0 - gain), max(at, seen))

    def state(self) -> dict[str, list[float]]:
        """Everything learned, as numbers by name."""
        return {_SEPARATOR.join(key): list(one) for key, one in self._known.items()}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._known.clear()
        for name, (value, variance, at) in state.items():
            level, of, model = name.split(_SEPARATOR)
            self._known[level, of, model] = (value, variance, at)

    def _effect(self, key: Key, at: float) -> tuple[float, float, float]:
        """Value, variance and time of an effect as it stands at `at`."""
        known = self._known.get(key)
        if known is None:
            return 0.0, self._variances[key[0]], at
        if self._half_life is None or at <= known[2]:
            return known
        kept = 0.5 ** ((at - known[2]) / self._half_life)
        unseen = 1.0 / self._variances[key[0]]
        precision = unseen + (1.0 / known[1] - unseen) * kept
        return known[0] / known[1] * kept / precision, 1.0 / precision, at
