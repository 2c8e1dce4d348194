"""The seam for tools: a typed input, the action that it amounts to, and the run itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from bandmaster.policy import Action, ActionKind, Caller
from bandmaster.settings import Settings
from bandmaster.workspace import Snapshot

if TYPE_CHECKING:
    from pydantic import BaseModel

Input = TypeVar("Input", bound="BaseModel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a host is told of a tool's effects; the policy does not rely on them."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one call may take: `seconds` in all, `output_bytes` of its text."""

    seconds: float
    output_bytes: int


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool has to say: text for a model, the same as values, and whether it is a no.

    `failed` is for an answer that a script should see as a failure, such as failing tests.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    failed: bool = False
    tests_passed: bool | None = None
    """Whether the project's tests passed; None where they were not run, or not to their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a tool is given besides its input."""

    snapshot: Snapshot
    settings: Settings
    caller: Caller
    may_read: Callable[[str], bool]
    """Whether the policy lets the caller read a path unasked; for paths that a tool comes across
    itself."""

    def action(
        self,
        tool: str,
        kind: ActionKind,
        resources: tuple[str, ...],
        argv: tuple[str, ...] = (),
    ) -> Action:
        return Action(tool=tool, kind=kind, caller=self.caller, resources=resources, argv=argv)


class Tool(Protocol[Input]):
    """Something that a model or host may call, through the guard. One lives in one file.

    All methods raise `ToolFailed` (the caller can act on it) or `WorkspaceError`.
    """

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str:
        """What it does and when to use it, in one or two sentences for a model."""
        ...

    @property
    def input(self) -> type[Input]:
        """The model of its arguments: strict, and nothing else is taken."""
        ...

    @property
    def hints(self) -> Hints: ...

    @property
    def limits(self) -> Limits: ...

    def action(self, given: Input, desk: Desk) -> Action:
        """What the call amounts to: the same for the same input and workspace, and nothing done."""
        ...

    def preview(self, given: Input, desk: Desk) -> str:
        """What a person is shown before a yes: a diff, a command. Nothing is done; may block."""
        ...

    async def run(self, given: Input, desk: Desk) -> ToolResult:
        """Do it. Cancelling stops all work that was started, processes included."""
        ...
