"""The tool `route_explain`: who would be asked for a task, and why, without asking."""

from __future__ import annotations

from mcp.types import CallToolResult, ToolAnnotations

from bandmaster import check_arguments
from bandmaster_mcp.convert import route_text, text_result
from bandmaster_mcp.exposed import Call, Exposed
from bandmaster_mcp.tools.delegate import DelegateInput, task_of

_NAME = "route_explain"


async def _run(call: Call) -> CallToolResult:
    given = check_arguments(_NAME, DelegateInput, call.arguments)
    task = task_of(call, _NAME, given)
    route, profile = await call.engine.route(task), await call.engine.profile(task)
    said = (f"- {name}: {value} ({why})" for name, value, why in profile.reasons)
    lines = (route_text(route, call.engine.notes), "The task is taken for:", *said)
    return text_result("\n".join(lines))


TOOL = Exposed(
    name=_NAME,
    title="Explain route",
    description=(
        "Say which models would be tried for a delegate call, in order, and why others would "
        "not. Takes the same arguments; asks nobody and costs nothing."
    ),
    input=DelegateInput,
    annotations=ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    run=_run,
)
