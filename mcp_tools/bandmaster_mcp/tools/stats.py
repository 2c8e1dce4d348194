"""The tool `stats`: what models cost so far, and what may still be spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from bandmaster import ForecastError, Group, LimitState, Spent, check_arguments
from bandmaster_mcp.convert import text_result
from bandmaster_mcp.exposed import Call, Exposed

_NAME = "stats"
_MOST_LINES = 40


class StatsInput(BaseModel):
    """What `stats` takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Annotated[Literal["model", "kind", "day"], Field(description="One line for each")] = "model"
    days: Annotated[int, Field(ge=1, le=3650, strict=True, description="How far back")] = 30


async def _run(call: Call) -> CallToolResult:
    given = check_arguments(_NAME, StatsInput, call.arguments)
    ledger, since = call.engine.ledger, datetime.now(UTC) - timedelta(days=given.days)
    lines = await ledger.stats(Group(given.by), since=since)
    limits, error = await ledger.budget(), await ledger.forecast_error()
    text = "\n".join(_told(given, lines, limits, error))
    return text_result(text, _values(given, lines, limits, error))


def _told(
    given: StatsInput, lines: Sequence[Spent], limits: Sequence[LimitState], error: ForecastError
) -> Iterator[str]:
    said = Spent.total(lines).words if lines else "no model was asked"
    yield f"The last {given.days} days in this project: {said}"
    yield from (f"- {one.name}: {one.words}" for one in lines[:_MOST_LINES])
    yield "Budgets:" if limits else "No budget is set: nothing limits what models cost"
    yield from (f"- {one.words}" for one in limits)
    if error.words:
        yield error.words.capitalize()


def _values(
    given: StatsInput, lines: Sequence[Spent], limits: Sequence[LimitState], error: ForecastError
) -> dict[str, object]:
    off = {"calls": error.calls, "cost": error.dollars, "seconds": error.seconds}
    return {
        "by": given.by,
        "days": given.days,
        "total": _spent(Spent.total(lines)),
        "lines": [_spent(one) for one in lines[:_MOST_LINES]],
        "budgets": [_limit(one) for one in limits],
        "forecasts_off_by": off,
    }


def _spent(one: Spent) -> dict[str, object]:
    return {
        "name": one.name,
        "dollars": float(one.dollars),
        "calls": one.calls,
        "failed": one.failures,
        "unpriced": one.unpriced,
        "input": one.input,
        "output": one.output,
        "saved": float(one.saved),
        "seconds": one.seconds,
    }


def _limit(one: LimitState) -> dict[str, object]:
    return {
        "name": one.name,
        "setting": one.setting,
        "dollars": float(one.most),
        "spent": float(one.spent),
        "left": float(one.left),
        "level": one.level.name.lower(),
    }


TOOL = Exposed(
    name=_NAME,
    title="What models cost",
    description=(
        "Say what delegated tasks cost in this project by model, kind or day, and what the "
        "budgets leave. Free."
    ),
    input=StatsInput,
    annotations=ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    run=_run,
)
