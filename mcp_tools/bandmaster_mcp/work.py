"""The work of one call of a tool, which may take several requests of the client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.types import CallToolRequestParams, CallToolResult, InputRequest, InputRequiredResult

from bandmaster_mcp.approval import Elicitation
from bandmaster_mcp.sampling import Sampler


class Teller:
    """Tells the client of each step; the number only ever grows."""

    def __init__(self, context: ServerRequestContext[Any, Any]) -> None:
        self.context = context
        self._steps = 0

    async def tell(self, message: str) -> None:
        self._steps += 1
        await self.context.session.report_progress(self._steps, None, message)


@dataclass(frozen=True, slots=True)
class Work:
    """A call that is under way, and what it may ask the client meanwhile."""

    tool: str
    task: asyncio.Task[CallToolResult]
    teller: Teller
    approver: Elicitation | None
    sampler: Sampler | None

    @property
    def question(self) -> InputRequiredResult | None:
        """What the person must answer before the same call can succeed."""
        return self.approver.question if self.approver is not None else None

    def questions(self) -> dict[str, InputRequest]:
        """What the client's model is to answer."""
        return dict(self.sampler.questions()) if self.sampler is not None else {}

    async def asks(self) -> bool:
        """Wait until the work ends (no) or asks the client's model by ending the request (yes)."""
        if self.sampler is None:
            return False
        asked = asyncio.ensure_future(self.sampler.waits.wait())
        try:
            await asyncio.wait((self.task, asked), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
        return not self.task.done()

    def go_on(self, context: ServerRequestContext[Any, Any], params: CallToolRequestParams) -> None:
        """The client made the same call again, with answers."""
        self.teller.context = context
        if self.sampler is not None:
            self.sampler.answer(context, params.input_responses or {})
