"""The circuit of an endpoint: closed while it answers, open after it failed; then one call tries.

Pure values; `health.py` keeps them and shares them between processes. Times are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from types import MappingProxyType

from bandmaster.errors import Failure

WINDOW_SECONDS = 300.0
WINDOW_CALLS = 20
"""The error rate is that of the last calls, and of none that is older."""
MIN_FAILURES = 3
"""Fewer failures open nothing."""
OPENING_RATE = 0.5
SHORTEST_REST = 1.0
"""Seconds, whatever a server says."""
FIRST_REST = 30.0
LONGEST_REST = 600.0
"""Seconds that a circuit stays open: the first time, and at most, for it doubles each time."""
LONG_REST = 600.0
"""Seconds for what a person must mend: a refused key, an empty account."""
LONGEST_WAIT = 3600.0
"""Seconds: a server that asks for more is tried after these."""
LEASE = 150.0
"""Seconds after which a try whose process died may be made by another."""


class Sign(Enum):
    """What the end of a call says of the endpoint."""

    ANSWERS = auto()
    """It does its work, though perhaps not for this prompt."""
    FAILS = auto()
    BARRED = auto()
    """The next call would end in the same way: it is left alone at once."""
    NOTHING = auto()


SIGNS: Mapping[Failure, Sign] = MappingProxyType(
    {
        Failure.TIMEOUT: Sign.FAILS,
        Failure.CONNECTION: Sign.FAILS,
        Failure.RATE_LIMIT: Sign.FAILS,
        Failure.OVERLOAD: Sign.FAILS,
        Failure.AUTHENTICATION: Sign.BARRED,
        Failure.QUOTA: Sign.BARRED,
        Failure.CONTEXT_TOO_LONG: Sign.ANSWERS,
        Failure.CONTENT_POLICY: Sign.ANSWERS,
        Failure.MALFORMED: Sign.FAILS,
        Failure.TRUNCATED: Sign.FAILS,
        Failure.NOT_FOUND: Sign.FAILS,
        Failure.BAD_REQUEST: Sign.ANSWERS,
        Failure.CANCELLED: Sign.NOTHING,
        Failure.BUDGET: Sign.NOTHING,
        Failure.UNKNOWN: Sign.FAILS,
    }
)


def speaks_of_endpoint(failure: Failure) -> bool:
    """Whether another endpoint with the same model may do better."""
    return SIGNS[failure] is not Sign.ANSWERS


class CircuitState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"
    """Its rest is over: one call may try it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a call ended: when it did and began, how long it took, and why it gave nothing."""

    at: float
    began: float
    """By the clock that all share; `seconds` may be measured more exactly."""
    seconds: float = 0.0
    failure: Failure | None = None
    """None: it answered."""
    retry_after: float | None = None

    @property
    def sign(self) -> Sign:
        if self.failure is None:
            return Sign.ANSWERS
        sign = SIGNS[self.failure]
        asked = sign is Sign.FAILS and self.retry_after is not None
        return Sign.BARRED if asked else sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What is remembered of an endpoint to decide whether it is asked."""

    recent: tuple[tuple[float, bool], ...] = ()
    """When the last calls ended, and whether they were answered; the oldest first."""
    since: float = 0.0
    """When it opened."""
    until: float = 0.0
    """The end of its rest; 0: it is closed."""
    opened: int = 0
    """How often in a row it was opened."""
    failure: Failure | None = None
    """What opened it."""
    trying: float = 0.0
    """Until when the one call that tries it may take; 0: nobody does."""

    def state(self, now: float) -> CircuitState:
        if not self.until:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < self.until else CircuitState.HALF_OPEN

    def admits(self, now: float) -> bool:
        """Whether a call may be made now."""
        match self.state(now):
            case CircuitState.CLOSED:
                return True
            case CircuitState.OPEN:
                return False
            case CircuitState.HALF_OPEN:
                return now >= self.trying

    def tried(self, now: float) -> Circuit:
        """With the call that tries it on its way; only where it is half open and admits one."""
        return replace(self, trying=now + LEASE)

    def after(self, end: End) -> Circuit:
        """What a call that ended makes of it."""
        if not self.until:
            return self._counted(end)
        if end.sign is Sign.NOTHING:
            return replace(self, trying=0.0) if self._is_try(end) else self
        if end.began < self.since:
            return self  # The call was made before it opened and says nothing of now.
        if end.sign is Sign.ANSWERS:
            return Circuit()
        if self.state(end.at) is CircuitState.HALF_OPEN or end.sign is Sign.BARRED:
            return self._opened(end)
        return self

    def _is_try(self, end: End) -> bool:
        """Whether it may have been the call that tries it: that is made after the rest."""
        return end.began >= self.until

    def _counted(self, end: End) -> Circuit:
        if end.sign is Sign.NOTHING:
            return self
        if end.sign is Sign.BARRED:
            return self._opened(end)
        latest = sorted((*self.recent, (end.at, end.sign is Sign.ANSWERS)))
        kept = tuple(one for one in latest if one[0] > end.at - WINDOW_SECONDS)[-WINDOW_CALLS:]
        counted = replace(self, recent=kept)
        failures = sum(not well for _, well in kept)
        opens = failures >= MIN_FAILURES and failures >= OPENING_RATE * len(kept)
        return counted._opened(end) if opens and end.sign is Sign.FAILS else counted

    def _opened(self, end: End) -> Circuit:
        opened = self.opened + 1
        if end.retry_after is not None:
            rest = min(max(end.retry_after, SHORTEST_REST), LONGEST_WAIT)
        elif end.sign is Sign.BARRED:
            rest = LONG_REST
        else:
            rest = min(FIRST_REST * 2.0 ** min(opened - 1, 10), LONGEST_REST)
        return Circuit(
            since=end.at,
            until=max(self.until, end.at + rest),
            opened=opened,
            failure=end.failure,
        )
