"""Trust: how far predictions of one sort count, by how right they were before.

Each prediction is compared with what came out before anything is learned from it. What has not
proven itself counts nothing, so a source that says nothing does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_DOUBT = 1.0
"""How many standard errors the measured usefulness is taken down by."""
_ELSEWHERE = 0.25
"""How much of what was measured on all kinds of tasks counts for one kind."""
_KEPT = 0.99998
"""How much of all earlier comparisons is left after one more."""
_ALL = "*"


class Trust:
    """The factor that predictions are multiplied with, for each kind of task."""

    def __init__(self) -> None:
        self._records: dict[str, tuple[float, float, float]] = {}

    def in_kind(self, kind: str) -> float:
        """The factor, 0 to 1."""
        agreed, size, error = (
            here + _ELSEWHERE * everywhere
            for here, everywhere in zip(self._record(kind), self._record(_ALL), strict=True)
        )
        return min(1.0, max(0.0, (agreed - _DOUBT * error**0.5) / size)) if size > 0.0 else 0.0

    def compare(self, kind: str, predicted: float, seen: float, weight: float = 1.0) -> None:
        """Something was predicted, and something was seen, which is believed by `weight`."""
        product = weight * predicted * seen
        for name in (kind, _ALL):
            agreed, size, error = self._record(name)
            self._records[name] = (
                _KEPT * agreed + product,
                _KEPT * size + weight * predicted * predicted,
                _KEPT * error + product * product,
            )

    def state(self) -> dict[str, list[float]]:
        """Everything measured, as numbers by name."""
        return {kind: list(record) for kind, record in self._records.items()}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._records = {kind: (one[0], one[1], one[2]) for kind, one in state.items()}

    def _record(self, kind: str) -> tuple[float, float, float]:
        return self._records.get(kind, (0.0, 0.0, 0.0))
