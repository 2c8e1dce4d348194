"""Actions: a side effect that is about to happen, said so that it can be judged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """What sort of side effect it is."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    MOVE = "move"
    EXEC = "exec"
    NET = "net"
    MODEL = "model"
    MCP = "mcp"
    MEMORY = "memory"
    CONFIG = "config"


class Origin(StrEnum):
    """Whose idea it was."""

    PERSON = "person"
    MODEL = "model"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who wants it: the front door's client (`claude-code`), its session and agent."""

    client: str
    session: str = ""
    agent: str = ""
    origin: Origin = Origin.MODEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One side effect. `resources` are paths relative to the workspace root (`.` is the root).

    `argv` is the program with its arguments where one is started.
    """

    tool: str
    kind: ActionKind
    caller: Caller
    resources: tuple[str, ...] = ()
    argv: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The action in one line for a person."""
        what = " ".join(self.argv) or ", ".join(self.resources) or "the workspace"
        return f"{self.tool}: {self.kind} {what}"
