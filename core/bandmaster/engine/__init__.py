"""The engine: a task from start to end, and the seam through which others take part."""

from bandmaster.engine.engine import HOW_TO_CONFIGURE, Engine, ProviderState, Roster
from bandmaster.engine.performer import Desk, Performance, Performer

__all__ = [
    "HOW_TO_CONFIGURE",
    "Desk",
    "Engine",
    "Performance",
    "Performer",
    "ProviderState",
    "Roster",
]
