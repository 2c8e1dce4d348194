"""The MCP server object: lists the exposed tools, runs their calls, and says what went wrong."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
    Tool,
)

from bandmaster import BandmasterError, Caller, Engine, UnknownName, __version__
from bandmaster_mcp.approval import Elicitation, can_elicit
from bandmaster_mcp.convert import error_result
from bandmaster_mcp.exposed import Call, Exposed
from bandmaster_mcp.schemas import input_schema
from bandmaster_mcp.table import exposed_tools

NAME = "bandmaster"
INSTRUCTIONS = (
    "Bandmaster reviews code, delegates tasks to other models and acts on one workspace. "
    "Paths are relative to its root. review is free; delegate may cost. Writes and test runs "
    "are asked about or refused with the reason: read it to the person."
)
_ENDING_SECONDS = 5.0
_BEAT_SECONDS = 10

_log = logging.getLogger(__name__)


class Session:
    """One client's connection: the engine behind it and the calls that are under way."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open_engine = open_engine
        self._opening = asyncio.Lock()
        self._engine: Engine | None = None
        self._tools: dict[str, Exposed] = {}
        self._calls: set[asyncio.Task[CallToolResult]] = set()
        self._id = uuid.uuid4().hex[:12]

    async def list_tools(
        self, _: ServerRequestContext[Any, Any], __: PaginatedRequestParams | None
    ) -> ListToolsResult:
        await self._opened()
        return ListToolsResult(tools=[_described(tool) for tool in self._tools.values()])

    async def call_tool(
        self, context: ServerRequestContext[Any, Any], params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        """The front door: whatever happens in a call ends here."""
        engine = await self._opened()
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, str(UnknownName("tool", params.name, self._tools)))
        approver = Elicitation(context, params) if can_elicit(context) else None
        call = Call(
            engine=engine,
            arguments=params.arguments or {},
            caller=self._caller(context),
            approver=approver,
            progress=_progress(context),
        )
        try:
            return await self._run(tool, call)
        except BandmasterError as error:
            if approver is not None and approver.question is not None:
                return approver.question
            return error_result(str(error))
        except Exception:  # noqa: BLE001 - a request ends here, told and logged
            _log.exception("%s failed unexpectedly", tool.name)
            return error_result(f"{tool.name} failed unexpectedly; the server's log says more")

    async def end_calls(self) -> None:
        """Cancel every call and wait until what it started has ended."""
        calls = tuple(self._calls)
        for call in calls:
            call.cancel()
        if calls:
            await asyncio.wait(calls, timeout=_ENDING_SECONDS)

    async def close(self) -> None:
        """End all calls and close the engine; idempotent."""
        await self.end_calls()
        if self._engine is not None:
            await self._engine.close()

    async def _opened(self) -> Engine:
        async with self._opening:
            if self._engine is None:
                engine = await asyncio.to_thread(self._open_engine)
                for note in engine.notes:
                    _log.warning("%s", note)
                self._tools = exposed_tools(engine)
                self._engine = engine
        return self._engine

    async def _run(self, tool: Exposed, call: Call) -> CallToolResult:
        """Run a call as a task of its own, so that a cancelled one is cancelled once and ends."""
        task = asyncio.ensure_future(tool.run(call))
        beating = asyncio.create_task(_beat(tool.name, call.progress))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait((task,), timeout=_ENDING_SECONDS)
            raise
        finally:
            beating.cancel()

    def _caller(self, context: ServerRequestContext[Any, Any]) -> Caller:
        client = context.session.client_params
        name = client.client_info.name if client is not None else "an MCP client"
        return Caller(client=name[:100], session=self._id)


def build_server(session: Session) -> Server[Any]:
    """The server that answers for `session`."""
    server: Server[Any] = Server(
        NAME,
        title="Bandmaster",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=session.list_tools,
        on_call_tool=session.call_tool,
    )
    server.middleware.append(
        RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=NAME)
    )
    return server


def _described(tool: Exposed) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool.input),
        annotations=tool.annotations,
    )


async def _beat(tool: str, progress: Callable[[str], Awaitable[None]]) -> None:
    """Tells the client of a long call now and then, as some give up on one that is silent."""
    seconds = 0
    while True:
        await asyncio.sleep(_BEAT_SECONDS)
        seconds += _BEAT_SECONDS
        await progress(f"{tool} is still at work after {seconds} s")


def _progress(context: ServerRequestContext[Any, Any]) -> Callable[[str], Awaitable[None]]:
    """Tells the client of each step; the number only ever grows."""
    steps = 0

    async def progress(message: str) -> None:
        nonlocal steps
        steps += 1
        await context.session.report_progress(steps, None, message)

    return progress
