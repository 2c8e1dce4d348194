"""Tools that do what their names say, in the form in which the registry opens them."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, ConfigDict

from bandmaster.errors import ToolFailed
from bandmaster.policy import Action, ActionKind
from bandmaster.tools import Desk, Hints, Limits, ToolResult

TABLE = {
    "speaks": "tests.fakes.tools:Speaks",
    "hangs": "tests.fakes.tools:Hangs",
    "fails": "tests.fakes.tools:Fails",
    "writes": "tests.fakes.tools:Writes",
}


class Words(BaseModel):
    """What the tools take."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    words: str = "hello"
    times: int = 1


class Speaks:
    """Says its words; that is reading."""

    name = "speaks"
    description = "Says its words."
    input = Words
    hints = Hints(read_only=True, destructive=False, idempotent=True, open_world=False)
    limits = Limits(seconds=5, output_bytes=200)
    kind = ActionKind.READ

    def action(self, given: Words, desk: Desk) -> Action:
        return desk.action(self.name, self.kind, (given.words,))

    def preview(self, given: Words, desk: Desk) -> str:
        return given.words

    async def run(self, given: Words, desk: Desk) -> ToolResult:
        return ToolResult((given.words + "\n") * given.times)


class Hangs(Speaks):
    """Never ends by itself."""

    name = "hangs"
    limits = Limits(seconds=0.01, output_bytes=200)

    async def run(self, given: Words, desk: Desk) -> ToolResult:
        await asyncio.Event().wait()
        return ToolResult("never")


class Fails(Speaks):
    """Says what to change."""

    name = "fails"

    async def run(self, given: Words, desk: Desk) -> ToolResult:
        raise ToolFailed("use other words")


class Writes(Speaks):
    """Says that it writes to the path that its words are."""

    name = "writes"
    hints = Hints(read_only=False, destructive=True, idempotent=False, open_world=False)
    kind = ActionKind.WRITE
