"""From the core's values to what a client reads: compact text, and the same as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mcp.types import CallToolResult, TextContent

from bandmaster import (
    Answer,
    Candidate,
    Finding,
    Outcome,
    Proposal,
    Review,
    Route,
    Skipped,
    outcome_document,
)

_MOST_TEXT = 60_000
_MOST_SKIPPED = 10


OUTCOME = "bandmaster/outcome"
"""Where a program finds the whole envelope; a host does not show it to a model."""


def text_result(
    text: str,
    values: Mapping[str, object] | None = None,
    *,
    outcome: Outcome | None = None,
) -> CallToolResult:
    """A tool's answer. A host shows a model the text or the values, so each must say it all."""
    if len(text) > _MOST_TEXT:
        text = f"{text[:_MOST_TEXT]}\n[cut: {len(text):,} characters in all]"
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=dict(values) if values else None,
        _meta=None if outcome is None else {OUTCOME: outcome_document(outcome)},
    )


def error_result(message: str) -> CallToolResult:
    """A failure that a model can read and act on."""
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def finding_line(finding: Finding) -> str:
    """A finding in one line."""
    start = finding.span.start
    place = f"{finding.path}:{start.line}:{start.column}"
    what = f"{finding.severity.word} {finding.rule} {finding.message}"
    return f"{place} {what} Why: {finding.why} How: {finding.how}".replace("\n", " ")


def finding_values(finding: Finding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line": finding.span.start.line,
        "column": finding.span.start.column,
        "severity": finding.severity.word,
        "rule": finding.rule,
        "message": finding.message,
        "why": finding.why,
        "how": finding.how,
    }


def skipped_lines(skipped: Sequence[Skipped]) -> Iterable[str]:
    """The files that were not examined, the first ones by name."""
    if not skipped:
        return []
    named = "; ".join(f"{one.path} ({one.reason})" for one in skipped[:_MOST_SKIPPED])
    more = f" and {len(skipped) - _MOST_SKIPPED} more" if len(skipped) > _MOST_SKIPPED else ""
    return [f"Not examined: {named}{more}"]


def outcome_text(outcome: Outcome, notes: Sequence[str]) -> str:
    """An outcome whole: the result, what to know, and the envelope in the last line."""
    known = [f"Note: {note}" for note in (*notes, *outcome.notes)]
    parts = [_result_text(outcome), "\n".join(known), envelope(outcome)]
    return "\n\n".join(part for part in parts if part)


def envelope(outcome: Outcome) -> str:
    """Who answered, why, what it cost and how long it took, in one line."""
    tokens = f"{outcome.usage.input} in, {outcome.usage.output} out"
    estimated = ", estimated" if outcome.usage.estimated else ""
    cost = f"${outcome.cost.dollars:.4f}"
    if outcome.cost.unpriced:
        cost += f" and {outcome.cost.unpriced} calls without a known price"
    return (
        f"[{outcome.model}; {outcome.route.reason}; tokens {tokens}{estimated}; "
        f"cost {cost}; {outcome.seconds:.1f} s; task {outcome.task.id}]"
    )


def route_text(route: Route, notes: Sequence[str]) -> str:
    """A route as a list, first to last, and what the person should know."""
    links = [one for one in route.candidates if not one.ruled_out]
    order = [f"{number}. {_link(one)}" for number, one in enumerate(links, 1)]
    out = [f"- {one.model}: {one.ruled_out}" for one in route.candidates if one.ruled_out]
    lines = [f"Order by {route.policy}:", *(order or ["nobody can do it"])]
    lines.extend(["Not asked:", *out] if out else [])
    lines.extend(f"Note: {note}" for note in notes)
    return "\n".join(lines)


def _link(one: Candidate) -> str:
    return one.model if one.expected is None else f"{one.model}: {one.expected.words}"


def _result_text(outcome: Outcome) -> str:
    match outcome.result:
        case Answer(text):
            return text
        case Review(findings, skipped, examined):
            head = f"{len(findings)} findings in {examined} files"
            return "\n".join([head, *map(finding_line, findings), *skipped_lines(skipped)])
        case Proposal(changes, text, skipped):
            return "\n".join([*_proposed(changes.diff(), text), *skipped_lines(skipped)])


def _proposed(diff: str, text: str) -> Iterable[str]:
    yield text or "The proposed change:"
    if diff:
        yield f"```diff\n{diff.rstrip()}\n```"
        yield "Nothing is written yet. To apply it, pass the diff to apply_patch."
    else:
        yield "No change is proposed."
