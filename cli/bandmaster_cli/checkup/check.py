"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether what was seen is enough."""

    OK = "ok"
    NONE = "none"
    """Not there, and not needed for the main job."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `bandmaster doctor`."""

    group: str
    name: str
    state: State
    detail: str
