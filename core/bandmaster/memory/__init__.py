"""Memory: what was said before and is said again to a model."""

from bandmaster.memory.sessions import Sessions
from bandmaster.memory.turns import Buffer, Turn

__all__ = ["Buffer", "Sessions", "Turn"]
