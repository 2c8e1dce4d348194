"""Running a task of the core for a client: its paths checked, its progress told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import aclosing
from typing import Annotated

from pydantic import Field

from bandmaster import (
    Action,
    ActionKind,
    Asking,
    Decision,
    Delta,
    Event,
    Failed,
    Finished,
    Focus,
    Outcome,
    Progress,
    Restarted,
    Routed,
    Task,
    ToolDenied,
    UsageError,
)
from bandmaster_mcp.exposed import Call

_PAUSE_SECONDS = 1.0
"""Text that streams in is told of no more often."""

Path = Annotated[str, Field(min_length=1, max_length=1000)]


def focus_of(call: Call, tool: str, paths: Sequence[str]) -> tuple[Focus, ...]:
    """The places that `paths` name, each a file or folder, perhaps with `:symbol`.

    Raises `OutsideWorkspace`, or `ToolDenied` for one that the policy does not let be read unasked.
    """
    return tuple(_focus(call, tool, path) for path in paths)


def _focus(call: Call, tool: str, written: str) -> Focus:
    snapshot = call.engine.workspace.snapshot()
    path, symbol = written, None
    if ":" in written and not (call.engine.root / written).exists():
        path, _, symbol = written.rpartition(":")
    inside = snapshot.relative(path)
    real = snapshot.relative(str((call.engine.root / inside).resolve()))
    read = Action(tool=tool, kind=ActionKind.READ, caller=call.caller, resources=(inside, real))
    verdict = call.engine.guard.judge(read)
    if verdict.decision is not Decision.ALLOW:
        raise ToolDenied(f"{written!r} is not read for {tool}: {verdict.why}")
    return Focus(inside, symbol=symbol)


async def outcome_of(call: Call, task: Task) -> Outcome:
    """Run `task` to its end and return the outcome. Raises `BandmasterError`."""
    received, told = 0, float("-inf")
    async with aclosing(call.engine.run(task)) as events:
        async for event in events:
            if isinstance(event, Finished):
                return event.outcome
            now = time.monotonic()
            if isinstance(event, Restarted):
                received -= event.discarded
            if isinstance(event, Delta):
                received += len(event.text)
                if now - told < _PAUSE_SECONDS:
                    continue
            told = now
            await call.progress(_told(event, received))
    raise UsageError("the task ended without an outcome")


def _told(event: Event, received: int) -> str:
    """An event in one line for a person who waits."""
    match event:
        case Routed(route):
            return route.reason
        case Asking():
            return event.words
        case Progress(_, _, message):
            return message
        case Failed(attempt) | Restarted(attempt):
            return f"{attempt.model} gave no answer: {attempt.message}"
        case Delta():
            return f"{received} characters received"
        case Finished():
            return "done"
