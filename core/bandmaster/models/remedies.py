"""What each kind of failure calls for: the one table that retries, chains and breakers read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bandmaster.errors import Failure


class Remedy(StrEnum):
    """What helps after a failure."""

    RETRY = "retry"
    """The same model once more, after a wait where it asks for one; then the next link."""
    NEXT = "next"
    """The next link of the chain at once."""
    SHRINK = "shrink"
    """The same model with a smaller context; then the next link."""
    STOP = "stop"
    """Nobody else, unless a link says that it is for this failure."""


REMEDIES: Mapping[Failure, Remedy] = MappingProxyType(
    {
        Failure.TIMEOUT: Remedy.NEXT,
        Failure.CONNECTION: Remedy.RETRY,
        Failure.RATE_LIMIT: Remedy.RETRY,
        Failure.OVERLOAD: Remedy.RETRY,
        Failure.AUTHENTICATION: Remedy.NEXT,
        Failure.QUOTA: Remedy.NEXT,
        Failure.CONTEXT_TOO_LONG: Remedy.SHRINK,
        Failure.CONTENT_POLICY: Remedy.STOP,
        Failure.MALFORMED: Remedy.RETRY,
        Failure.TRUNCATED: Remedy.RETRY,
        Failure.NOT_FOUND: Remedy.NEXT,
        Failure.BAD_REQUEST: Remedy.NEXT,
        Failure.CANCELLED: Remedy.NEXT,
        Failure.BUDGET: Remedy.NEXT,
        Failure.UNKNOWN: Remedy.NEXT,
    }
)
