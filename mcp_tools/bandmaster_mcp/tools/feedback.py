"""The tool `feedback`: whether an answer of `delegate` was good, for the routing to learn from."""

from __future__ import annotations

from typing import Annotated

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from bandmaster import check_arguments
from bandmaster_mcp.convert import text_result
from bandmaster_mcp.exposed import Call, Exposed

_NAME = "feedback"


class FeedbackInput(BaseModel):
    """What `feedback` takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Annotated[str, Field(min_length=1, max_length=200, description="Its id, or 'last'")]
    rating: Annotated[float, Field(ge=0, le=1, description="0 bad to 1 good")]


async def _run(call: Call) -> CallToolResult:
    given = check_arguments(_NAME, FeedbackInput, call.arguments)
    model = await call.engine.feedback(given.task, given.rating)
    values = {"task": given.task, "model": model, "rating": given.rating}
    return text_result(f"{model}: {given.rating:g} for task {given.task} is remembered", values)


TOOL = Exposed(
    name=_NAME,
    title="Rate an answer",
    description=(
        "Say how good the answer to a delegated task was, once the person said so or it was "
        "checked. Later tasks go to the models that do well."
    ),
    input=FeedbackInput,
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    run=_run,
)
