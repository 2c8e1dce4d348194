"""Equal endpoints take turns by what each has to do: peak EWMA and the power of two choices.

Of two picked at random the less loaded one is asked, which keeps many callers from running to
the same endpoint at once (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing,
2001). Load is the recent response time, which rises at once and falls slowly, times the calls
under way (PeakEwma of Twitter's Finagle).
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_FADES_SECONDS = 60.0
"""A response time this old counts 1/e."""
FAILED = 30.0
"""Seconds: a failure counts as a slow answer, else who fails at once would seem the fastest."""
_BUSY = 1e6
"""Seconds: what a second call counts at an endpoint that has not answered yet."""


@dataclass(slots=True)
class _Load:
    calls: int = 0
    seconds: float = 0.0
    """The recent response time; 0: none is known."""
    at: float = 0.0


class Balance:
    """What this process has under way at each endpoint, and how soon they answered lately."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - no secret hangs on it
        self._loads: dict[str, _Load] = {}

    def begin(self, name: str) -> None:
        """A call to `name` begins; `end` must follow."""
        self._loads.setdefault(name, _Load()).calls += 1

    def end(self, name: str, seconds: float | None) -> None:
        """A call to `name` ended: its answer took `seconds` (`FAILED` where it failed).

        None: nothing can be learned from it.
        """
        load = self._loads[name]
        load.calls -= 1
        if seconds is None:
            return
        now = self._clock()
        if seconds >= load.seconds:
            load.seconds = seconds
        else:
            old = math.exp(-(now - load.at) / _FADES_SECONDS)
            load.seconds = load.seconds * old + seconds * (1 - old)
        load.at = now

    def order(self, usual: Mapping[str, float]) -> tuple[str, ...]:
        """The names in `usual` in the order in which to try them now.

        Its values are the seconds that an answer usually takes, for endpoints that were not
        asked yet; 0: not known.
        """
        loads = {name: self._load(name, seconds) for name, seconds in usual.items()}
        two = self._chance.sample(list(loads), min(2, len(loads)))
        first = min(two, key=loads.__getitem__)
        behind = sorted((name for name in loads if name != first), key=loads.__getitem__)
        return (first, *behind)

    def _load(self, name: str, usual: float) -> float:
        load = self._loads.get(name) or _Load()
        if not load.seconds and (usual or not load.calls):
            return usual * (load.calls + 1)
        faded = load.seconds * math.exp(-(self._clock() - load.at) / _FADES_SECONDS)
        return (faded or _BUSY) * (load.calls + 1)
