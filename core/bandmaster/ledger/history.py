"""What calls took so far, and so what the next one will take: medians that fade."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bandmaster.store import Value

RECENT = (
    "SELECT kind, model, output, seconds FROM usage"
    " WHERE failure IS NULL AND output > 0 AND kind <> '' ORDER BY id DESC LIMIT 2000"
)
_REMEMBERED = 30
_HALF_LIFE = 10
"""Calls after which one counts half as much."""
_WEIGHTS = tuple(0.5 ** (age / _HALF_LIFE) for age in range(_REMEMBERED))
_ENOUGH = 3
"""Fewer calls than this say less than those of other kinds, or of other models."""
_ANY = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """The median of past calls."""

    output: int
    seconds: float
    calls: int
    """How many it rests on; 0: a guess."""
    of_model: bool
    """Whether these were calls of the very model, so that they say how fast it is."""


_GUESS = Expected(output=600, seconds=8.0, calls=0, of_model=False)


class History:
    """The latest calls of each kind and model."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], deque[tuple[int, float]]] = {}

    def load(self, rows: Sequence[tuple[Value, ...]]) -> None:
        """Remember rows of `RECENT`."""
        for kind, model, output, seconds in reversed(rows):
            self.add(str(kind), str(model), int(output or 0), float(seconds or 0))

    def add(self, kind: str, model: str, output: int, seconds: float) -> None:
        for key in _keys(kind, model):
            self._calls.setdefault(key, deque(maxlen=_REMEMBERED)).append((output, seconds))

    def expect(self, kind: str, model: str) -> Expected:
        """From calls of this kind to this model; where there are few, from the nearest others."""
        for key in _keys(kind, model):
            calls = self._calls.get(key, ())
            if len(calls) >= _ENOUGH:
                latest = tuple(reversed(calls))
                output = _median([one for one, _ in latest])
                seconds = _median([one for _, one in latest])
                return Expected(round(output), seconds, len(calls), bool(key[1]))
        return _GUESS


def _keys(kind: str, model: str) -> Iterator[tuple[str, str]]:
    """The nearest first."""
    yield kind, model
    yield _ANY, model
    yield kind, _ANY


def _median(values: Sequence[float]) -> float:
    """The value in the middle of the weights; the first weighs most."""
    half, passed = sum(_WEIGHTS[: len(values)]) / 2, 0.0
    for value, weight in sorted(zip(values, _WEIGHTS, strict=False)):
        passed += weight
        if passed >= half:
            return value
    return 0.0
