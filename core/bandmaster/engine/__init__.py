"""The engine: a task from start to end, and the seam through which others take part."""

from bandmaster.engine.edits import Edits
from bandmaster.engine.engine import HOW_TO_CONFIGURE, Engine, ProviderState, Roster
from bandmaster.engine.facts import Scout
from bandmaster.engine.lessons import Lessons
from bandmaster.engine.performer import Desk, Performance, Performer
from bandmaster.engine.trouble import Trouble
from bandmaster.engine.weighing import Priors

__all__ = [
    "HOW_TO_CONFIGURE",
    "Desk",
    "Edits",
    "Engine",
    "Lessons",
    "Performance",
    "Performer",
    "Priors",
    "ProviderState",
    "Roster",
    "Scout",
    "Trouble",
]
