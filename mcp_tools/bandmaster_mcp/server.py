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

from bandmaster import BandmasterError, Caller, Engine, HostModel, UnknownName, __version__
from bandmaster_mcp.approval import Elicitation, can_elicit
from bandmaster_mcp.convert import error_result
from bandmaster_mcp.exposed import Call, Exposed
from bandmaster_mcp.sampling import Sampler, asking_through, can_sample, model_name, say
from bandmaster_mcp.schemas import input_schema
from bandmaster_mcp.table import exposed_tools
from bandmaster_mcp.work import Teller, Work

NAME = "bandmaster"
INSTRUCTIONS = (
    "Bandmaster reviews code, delegates tasks to other models and acts on one workspace. "
    "Paths are relative to its root. review is free; delegate may cost. Writes and test runs "
    "are asked about or refused with the reason: read it to the person."
)
_ENDING_SECONDS = 5.0
_BEAT_SECONDS = 10
_MOST_WAITING = 32
"""Calls whose client never came back; the oldest is given up."""

_log = logging.getLogger(__name__)


class Session:
    """One client's connection: the engine behind it and the calls that are under way."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open_engine = open_engine
        self._opening = asyncio.Lock()
        self._engine: Engine | None = None
        self._tools: dict[str, Exposed] = {}
        self._calls: set[asyncio.Task[CallToolResult]] = set()
        self._waiting: dict[str, Work] = {}
        """Calls that wait for an answer of the client's model, by what the client calls again with.
        """
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
        work = self._waiting.pop(params.request_state or "", None)
        if work is None:
            work = self._begun(tool, engine, context, params)
        else:
            work.go_on(context, params)
        try:
            return await self._until(work)
        except BandmasterError as error:
            return work.question or error_result(str(error))
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

    def _begun(
        self,
        tool: Exposed,
        engine: Engine,
        context: ServerRequestContext[Any, Any],
        params: CallToolRequestParams,
    ) -> Work:
        """Start a call as a task of its own, so that a cancelled one is cancelled once and ends."""
        caller, sampler = self._caller(context), None
        if can_sample(context):
            sampler = Sampler(context)
            engine.lend(HostModel(model_name(caller.client), say, engine.settings.limits))
        approver = Elicitation(context, params) if can_elicit(context) else None
        teller = Teller(context)
        call = Call(
            engine=engine,
            arguments=params.arguments or {},
            caller=caller,
            approver=approver,
            progress=teller.tell,
        )
        with asking_through(sampler):
            task = asyncio.ensure_future(tool.run(call))
        self._calls.add(task)
        task.add_done_callback(self._ended)
        return Work(tool.name, task, teller, approver, sampler)

    def _ended(self, task: asyncio.Task[CallToolResult]) -> None:
        self._calls.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at: its client may never call again.

    async def _until(self, work: Work) -> CallToolResult | InputRequiredResult:
        """The call's result, or a question to the client's model that it waits for."""
        beating = asyncio.create_task(_beat(work.tool, work.teller.tell))
        try:
            if await work.asks():
                return self._laid_aside(work)
            return await asyncio.shield(work.task)
        except asyncio.CancelledError:
            work.task.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait((work.task,), timeout=_ENDING_SECONDS)
            raise
        finally:
            beating.cancel()

    def _laid_aside(self, work: Work) -> InputRequiredResult:
        """End this request with a question; the work waits for the client to call again."""
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.pop(next(iter(self._waiting))).task.cancel()
        name = uuid.uuid4().hex
        self._waiting[name] = work
        return InputRequiredResult(input_requests=work.questions(), request_state=name)

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
