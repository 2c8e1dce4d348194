"""The guard: the only way to run a tool, for models, hosts, editors and the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bandmaster.errors import ToolDenied, ToolFailed, WorkspaceError
from bandmaster.policy import Action, ActionKind, Caller, Decision, Policy, Verdict
from bandmaster.settings import Settings
from bandmaster.tools.approval import ApprovalPending, ApprovalRequest, Approver
from bandmaster.tools.arguments import check_arguments
from bandmaster.tools.output import capped
from bandmaster.tools.refusal import refusal
from bandmaster.tools.registry import Registry
from bandmaster.tools.tool import Desk, Tool, ToolResult
from bandmaster.workspace import Workspace

if TYPE_CHECKING:
    from pydantic import BaseModel

APPROVAL_SECONDS = 600.0
"""A person who has not answered by then has said no."""


@dataclass(frozen=True, slots=True)
class Record:
    """One call for the audit: what was judged and what became of it; no contents."""

    action: Action
    verdict: Verdict
    end: str
    """`ran`, `failed`, `asked`, `denied` or `cancelled`."""


Audit = Callable[[Record], None]
Observe = Callable[[ToolResult], Awaitable[None]]


def _no_audit(_: Record) -> None:
    """Keeps nothing."""


async def _no_observer(_: ToolResult) -> None:
    """Looks away."""


class Guard:
    """Validates, judges, asks, runs, caps and records: in that order, for every call."""

    def __init__(
        self,
        *,
        tools: Registry,
        policy: Policy,
        workspace: Workspace,
        settings: Settings,
        approver: Approver | None = None,
        audit: Audit = _no_audit,
        observe: Observe = _no_observer,
    ) -> None:
        self._tools = tools
        self._policy = policy
        self._workspace = workspace
        self._settings = settings
        self._approver = approver
        self._audit = audit
        self._observe = observe

    def offered(self) -> tuple[Tool[Any], ...]:
        """The tools that a client is told of: all that are not denied whatever they touch."""
        tools = (self._tools.open(name) for name in self._tools.names)
        return tuple(
            tool
            for tool in tools
            if not self._policy.denies_outright(tool.name, reads=tool.hints.read_only)
        )

    def judge(self, action: Action) -> Verdict:
        """The policy's answer to an action of a door's own, which runs no tool."""
        return self._policy.judge(action)

    async def run(
        self,
        name: str,
        arguments: Mapping[str, object],
        caller: Caller,
        approver: Approver | None = None,
    ) -> ToolResult:
        """Run the tool called `name`; `approver` stands in for the guard's own.

        Raises `UnknownName`, `ToolDenied` with the reason and the way out, `ToolFailed` with what
        to change, or `WorkspaceError`.
        """
        tool = self._tools.open(name)
        given = check_arguments(tool.name, tool.input, arguments)
        desk = self._desk(tool, caller)
        action = tool.action(given, desk)
        verdict = self._policy.judge(action)
        try:
            await self._admit(tool, given, desk, verdict, approver or self._approver)
            result = await self._within_limits(tool, given, desk)
        except BaseException as error:
            self._audit(Record(action, verdict, _end(error)))
            raise
        self._audit(Record(action, verdict, "ran"))
        await self._observe(result)
        return capped(result, tool.limits.output_bytes)

    def _desk(self, tool: Tool[Any], caller: Caller) -> Desk:
        def may_read(path: str) -> bool:
            read = Action(tool=tool.name, kind=ActionKind.READ, caller=caller, resources=(path,))
            return self._policy.judge(read).decision is Decision.ALLOW

        return Desk(
            snapshot=self._workspace.snapshot(),
            settings=self._settings,
            caller=caller,
            may_read=may_read,
        )

    async def _admit(
        self,
        tool: Tool[Any],
        given: BaseModel,
        desk: Desk,
        verdict: Verdict,
        approver: Approver | None,
    ) -> None:
        """Come back if the call may run; raises `ToolDenied` otherwise."""
        if verdict.decision is Decision.ALLOW:
            return
        if verdict.decision is Decision.DENY or approver is None:
            raise ToolDenied(refusal(tool.action(given, desk), verdict))
        request = await self._request(tool, given, desk, verdict)
        try:
            async with asyncio.timeout(APPROVAL_SECONDS):
                approval = await approver.ask(request)
        except TimeoutError:
            raise ToolDenied(f"{request.action.line}: nobody answered in time") from None
        if approval.pending:
            raise ApprovalPending(f"{request.action.line}: the person is being asked")
        if not approval.granted:
            reason = approval.reason or "the person said no"
            raise ToolDenied(f"{request.action.line}: not allowed: {reason}")
        now = self._desk(tool, desk.caller)
        if (await self._request(tool, given, now, verdict)).digest != request.digest:
            raise ToolDenied(f"{request.action.line}: the files changed since it was approved")

    async def _request(
        self, tool: Tool[Any], given: BaseModel, desk: Desk, verdict: Verdict
    ) -> ApprovalRequest:
        preview = await asyncio.to_thread(tool.preview, given, desk)
        return ApprovalRequest(tool.action(given, desk), verdict, preview)

    async def _within_limits(self, tool: Tool[Any], given: BaseModel, desk: Desk) -> ToolResult:
        limit = asyncio.timeout(tool.limits.seconds)
        try:
            async with limit:
                return await tool.run(given, desk)
        except TimeoutError:
            if not limit.expired():
                raise
            spent = f"{tool.limits.seconds:g} seconds"
            raise ToolFailed(f"{tool.name} took more than {spent} and was stopped") from None


def _end(error: BaseException) -> str:
    if isinstance(error, ApprovalPending):
        return "asked"
    if isinstance(error, ToolDenied):
        return "denied"
    return "failed" if isinstance(error, ToolFailed | WorkspaceError) else "cancelled"
