"""The tool `review`: findings of the model-free review, the worst first."""

from __future__ import annotations

from typing import Annotated

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from bandmaster import (
    FailOn,
    Kind,
    Preferences,
    Review,
    Severity,
    Task,
    check_arguments,
)
from bandmaster_mcp.convert import finding_line, finding_values, skipped_lines, text_result
from bandmaster_mcp.exposed import Call, Exposed
from bandmaster_mcp.running import Path, focus_of, outcome_of

_NAME = "review"


class ReviewInput(BaseModel):
    """What `review` takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: Annotated[
        list[Path], Field(max_length=200, description="Files or folders; [] is the workspace")
    ] = Field(default_factory=list[str])
    fail_on: Annotated[FailOn, Field(description="Fail if a finding is at least so severe")] = (
        FailOn.NEVER
    )
    limit: Annotated[int, Field(ge=1, le=200, strict=True, description="Most findings shown")] = 20


async def _run(call: Call) -> CallToolResult:
    given = check_arguments(_NAME, ReviewInput, call.arguments)
    task = Task(
        kind=Kind.REVIEW,
        focus=focus_of(call, _NAME, given.paths or ["."]),
        preferences=Preferences(model="builtin"),
    )
    outcome = await outcome_of(call, task)
    assert isinstance(outcome.result, Review)  # noqa: S101 - what a review task ends with
    notes = (*call.engine.notes, *outcome.notes)
    return _told(given, outcome.result, notes)


def _told(given: ReviewInput, review: Review, notes: tuple[str, ...]) -> CallToolResult:
    shown, total = review.findings[: given.limit], len(review.findings)
    failing = _failing(given.fail_on, review)
    head = f"{total} findings in {review.examined} files examined ({_by_severity(review)})"
    if total > len(shown):
        head += f"; the first {len(shown)} follow, ask for more with limit"
    lines = [head, *(finding_line(one) for one in shown), *skipped_lines(review.skipped)]
    if given.fail_on is not FailOn.NEVER:
        verdict = f"FAILED: {failing} findings" if failing else "PASSED: no finding"
        lines.append(f"{verdict} at or above {given.fail_on.value}")
    lines.extend(f"Note: {note}" for note in notes)
    values = {
        "total": total,
        "examined": review.examined,
        "failed": failing > 0,
        "findings": [finding_values(one) for one in shown],
        "skipped": [{"path": one.path, "reason": one.reason} for one in review.skipped[:20]],
        "notes": list(notes),
    }
    return text_result("\n".join(lines), values)


def _failing(fail_on: FailOn, review: Review) -> int:
    if fail_on is FailOn.NEVER:
        return 0
    lowest = Severity[fail_on.name]
    return sum(one.severity >= lowest for one in review.findings)


def _by_severity(review: Review) -> str:
    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for finding in review.findings:
        counts[finding.severity] += 1
    return ", ".join(f"{number} {one.word}" for one, number in counts.items())


TOOL = Exposed(
    name=_NAME,
    title="Review",
    description=(
        "Find defects (bugs, security, leaks, dead code, complexity) in files or folders with "
        "static checks: fast, free and local. For a model's review use delegate."
    ),
    input=ReviewInput,
    annotations=ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    run=_run,
)
