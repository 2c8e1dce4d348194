"""The envelope as JSON: its keys are a face that scripts rely on (`docs/schema/outcome.json`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from bandmaster.changes import FileChange
from bandmaster.findings import Finding, Fix, Position, Skipped, Span
from bandmaster.tasks import (
    Answer,
    Attempt,
    Candidate,
    Constraints,
    Cost,
    Expectation,
    Focus,
    Outcome,
    Preferences,
    Proposal,
    Result,
    Review,
    Route,
    Task,
    Terms,
    Usage,
)

Document = dict[str, Any]
VERSION = 1
"""Of the format; a key that goes or changes its meaning raises it."""


def outcome_document(outcome: Outcome) -> Document:
    """Everything that an outcome says; dollars are strings, so that no digit is lost."""
    return {
        "version": VERSION,
        "task": task_document(outcome.task),
        "result": _result(outcome.result),
        "model": outcome.model,
        "reason": outcome.route.reason,
        "confidence": _confidence(outcome),
        "route": route_document(outcome.route),
        "attempts": [_attempt(attempt) for attempt in outcome.attempts],
        "usage": _usage(outcome.usage),
        "cost": _cost(outcome.cost),
        "saved": _cost(outcome.saved),
        "seconds": round(outcome.seconds, 3),
        "context": [
            {
                "path": source.path,
                "sha256": source.sha256,
                "tokens": source.tokens,
                "unsaved": source.unsaved,
            }
            for source in outcome.context
        ],
        "notes": list(outcome.notes),
        "profile": profile_document(outcome.profile),
    }


def route_document(route: Route) -> Document:
    """Who is tried in which order, and who is not and why."""
    return {
        "policy": route.policy,
        "links": list(route.links),
        "candidates": [_candidate(one) for one in route.candidates],
    }


def profile_document(reasons: Iterable[tuple[str, str, str]]) -> Document:
    """What the analysis said of the task: each field, and where it came from."""
    return {name: {"value": value, "because": because} for name, value, because in reasons}


def task_document(task: Task) -> Document:
    """The request: what `read_task` reads back to an equal task."""
    return {
        "id": task.id,
        "kind": task.kind.value,
        "instruction": task.instruction,
        "focus": [_focus(one) for one in task.focus],
        "findings": [_finding(one) for one in task.findings],
        "constraints": _constraints(task.constraints),
        "preferences": _preferences(task.preferences),
        "session": task.session,
    }


def _focus(focus: Focus) -> Document:
    span = None if focus.span is None else _span(focus.span)
    return {"path": focus.path, "span": span, "symbol": focus.symbol}


def _constraints(constraints: Constraints) -> Document:
    dollars = constraints.dollars
    return {
        "seconds": constraints.seconds,
        "output_tokens": constraints.output_tokens,
        "context_tokens": constraints.context_tokens,
        "dollars": None if dollars is None else f"{dollars:f}",
        "local_only": constraints.local_only,
    }


def _preferences(preferences: Preferences) -> Document:
    return {
        "model": preferences.model,
        "stream": preferences.stream,
        "cache": preferences.cache,
        "policy": preferences.policy,
    }


def _candidate(one: Candidate) -> Document:
    return {
        "model": one.model,
        "ruled_out": one.ruled_out or None,
        "expected": None if one.expected is None else _expected(one.expected),
        "terms": _terms(one.terms),
    }


def _expected(expected: Expectation) -> Document:
    return {
        "quality": round(expected.quality, 4),
        "dollars": round(expected.dollars, 6) if expected.priced else None,
        "seconds": round(expected.seconds, 2),
        "utility": round(expected.utility, 4),
        "because": expected.because,
    }


def _terms(terms: Terms) -> Document:
    return {
        "after": [one.value for one in terms.after],
        "context_tokens": terms.context_tokens,
        "tools": terms.tools,
        "persona": terms.persona or None,
    }


def _confidence(outcome: Outcome) -> float | None:
    """How likely the answer is good: what was expected of the model that gave it."""
    for one in outcome.route.candidates:
        if one.model == outcome.model and one.expected is not None:
            return round(one.expected.quality, 4)
    return None


def _result(result: Result) -> Document:
    match result:
        case Answer(text):
            return {"type": "answer", "text": text}
        case Review():
            return {
                "type": "review",
                "findings": [_finding(one) for one in result.findings],
                "skipped": [_skipped(one) for one in result.skipped],
                "examined": result.examined,
            }
        case Proposal():
            return {
                "type": "proposal",
                "title": result.changes.title,
                "text": result.text,
                "files": [_change(one) for one in result.changes.files],
                "skipped": [_skipped(one) for one in result.skipped],
            }
        case _:
            assert_never(result)


def _finding(finding: Finding) -> Document:
    return {
        "path": finding.path,
        "span": _span(finding.span),
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.word,
        "confidence": finding.confidence.word,
        "category": finding.category.value,
        "message": finding.message,
        "why": finding.why,
        "how": finding.how,
        "source": finding.source,
        "url": finding.url or None,
        "fix": None if finding.fix is None else _fix(finding.fix),
    }


def _fix(fix: Fix) -> Document:
    edits = [{"span": _span(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _change(change: FileChange) -> Document:
    return {
        "path": change.path,
        "sha256": change.sha256,
        "before": change.before,
        "after": change.after,
        "diff": change.diff(),
    }


def _skipped(skipped: Skipped) -> Document:
    return {"path": skipped.path, "reason": skipped.reason}


def _span(span: Span) -> Document:
    return {"start": _position(span.start), "end": _position(span.end)}


def _position(position: Position) -> Document:
    return {"line": position.line, "column": position.column}


def _attempt(attempt: Attempt) -> Document:
    return {
        "model": attempt.model,
        "failure": None if attempt.failure is None else attempt.failure.value,
        "message": attempt.message,
        "usage": _usage(attempt.usage),
        "cost": _cost(attempt.cost),
        "saved": _cost(attempt.saved),
        "seconds": round(attempt.seconds, 3),
    }


def _usage(usage: Usage) -> Document:
    return {
        "input": usage.input,
        "output": usage.output,
        "cached": usage.cached,
        "estimated": usage.estimated,
    }


def _cost(cost: Cost) -> Document:
    return {"dollars": f"{cost.dollars:f}", "unpriced": cost.unpriced}
