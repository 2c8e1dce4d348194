"""The tool `delegate`: a task of any kind for the model that suits it, with what it cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from bandmaster import Constraints, Kind, Preferences, Task, Weighing, check_arguments
from bandmaster_mcp.convert import outcome_text, text_result
from bandmaster_mcp.exposed import Call, Exposed
from bandmaster_mcp.running import Path, focus_of, outcome_of

NAME = "delegate"


class DelegateInput(BaseModel):
    """What `delegate` takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[Kind, Field(description="What to do")]
    instruction: Annotated[
        str, Field(max_length=100_000, description="What is wanted, in full")
    ] = ""
    paths: Annotated[
        list[Path],
        Field(max_length=200, description="Files or folders it is about; 'a.py:name' is a symbol"),
    ] = Field(default_factory=list[str])
    model: Annotated[
        str, Field(max_length=200, description="'auto', 'provider/model' or 'builtin'")
    ] = "auto"
    session: Annotated[
        str,
        Field(
            max_length=100,
            description="A name of your choice: the model is told what was asked and answered "
            "under it before (ask, plan, explain)",
        ),
    ] = ""
    policy: Annotated[
        Weighing | None, Field(description="How models are weighed; default: as configured")
    ] = None
    max_dollars: Annotated[
        float | None,
        Field(ge=0, allow_inf_nan=False, description="The most that the task may cost"),
    ] = None
    cache: Annotated[bool, Field(description="false: ask anew")] = True


def task_of(call: Call, tool: str, given: DelegateInput) -> Task:
    """The task that the arguments describe. Raises `ToolDenied` for a path not to be read."""
    most = None if given.max_dollars is None else Decimal(str(given.max_dollars))
    return Task(
        kind=given.kind,
        instruction=given.instruction,
        focus=focus_of(call, tool, given.paths),
        constraints=Constraints(dollars=most),
        preferences=Preferences(
            model=given.model,
            cache=given.cache,
            policy="" if given.policy is None else given.policy.value,
        ),
        session=given.session,
    )


async def _run(call: Call) -> CallToolResult:
    given = check_arguments(NAME, DelegateInput, call.arguments)
    outcome = await outcome_of(call, task_of(call, NAME, given))
    return text_result(outcome_text(outcome, call.engine.notes), outcome=outcome)


TOOL = Exposed(
    name=NAME,
    title="Delegate",
    description=(
        "Give a task to another model: ask, explain, review, plan, docs, fix or test. It reads "
        "the paths and answers with text or a diff; nothing is written until apply_patch. "
        "Costs what the model costs; the last line says who answered and why."
    ),
    input=DelegateInput,
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True
    ),
    run=_run,
)
