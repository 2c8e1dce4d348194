"""The seam between the engine and those who do a task: a model with its agent, or `builtin`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bandmaster.events import Event
from bandmaster.models import Message, Meter
from bandmaster.settings import Settings
from bandmaster.tasks import Cost, Result, Source, Task, Terms, Usage
from bandmaster.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Desk:
    """What a performer is given besides the task."""

    snapshot: Snapshot
    settings: Settings
    report: Callable[[Event], None]
    """Tells the door of progress and text; cheap, never blocks, callable from any thread."""
    meter: Meter
    """Passes and counts every call to a model."""
    terms: Terms = field(default_factory=Terms)
    """What holds for this link of the chain."""
    begun: str = ""
    """Text that another model had shown before it broke off, for one that `continues`."""
    history: tuple[Message, ...] = ()
    """What was said with this performer before, in the task's session."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A task done: its result, and what of the workspace was used for it."""

    result: Result
    context: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    """What the person should know about how it was done."""
    repaired: bool = False
    """Whether the answer could be used only after it was asked to mend its form."""


class Performer(Protocol):
    """Someone who can do tasks. Implementations live in `bandmaster.agents` and `providers`."""

    @property
    def name(self) -> str:
        """`provider/model`, or `builtin`."""
        ...

    @property
    def local(self) -> bool:
        """Whether everything stays on this machine."""
        ...

    @property
    def continues(self) -> bool:
        """Whether it can go on with an answer that another one began (`Desk.begun`)."""
        ...

    def price(self, usage: Usage) -> Cost:
        """What `usage` of this performer costs; may load a table, so never call it on a loop."""
        ...

    def cannot(self, task: Task) -> str:
        """Why this task is not for this performer, as a short phrase; empty when it is."""
        ...

    async def perform(self, task: Task, desk: Desk) -> Performance:
        """Do the task.

        Raises `ModelUnavailable` (the next link is tried) or `ModelRefused` (none is), and
        `WorkspaceError` or `UsageError` where the task itself is wrong. Cancelling stops all work
        that was started, processes included.
        """
        ...
