"""The tools that act on the workspace; each call goes through the core's guard."""

from __future__ import annotations

from typing import Any

from mcp.types import CallToolResult, ToolAnnotations

from bandmaster import Guard, Tool
from bandmaster_mcp.convert import text_result
from bandmaster_mcp.exposed import Call, Exposed


def tools(guard: Guard) -> tuple[Exposed, ...]:
    """The core's tools as a client sees them."""
    return tuple(_exposed(tool) for tool in guard.offered())


def _exposed(tool: Tool[Any]) -> Exposed:
    async def run(call: Call) -> CallToolResult:
        result = await call.engine.guard.run(tool.name, call.arguments, call.caller, call.approver)
        return text_result(result.text, result.values)

    return Exposed(
        name=tool.name,
        title=tool.name.replace("_", " ").capitalize(),
        description=tool.description,
        input=tool.input,
        annotations=ToolAnnotations(
            read_only_hint=tool.hints.read_only,
            destructive_hint=tool.hints.destructive,
            idempotent_hint=tool.hints.idempotent,
            open_world_hint=tool.hints.open_world,
        ),
        run=run,
    )
