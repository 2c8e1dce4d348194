"""The JSON document of an outcome: its keys are a face that scripts rely on."""

from __future__ import annotations

from typing import Any, assert_never

from bandmaster import (
    Answer,
    Attempt,
    Cost,
    FileChange,
    Finding,
    Fix,
    Outcome,
    Position,
    Proposal,
    Result,
    Review,
    Route,
    Skipped,
    Span,
    Task,
    Usage,
)

Document = dict[str, Any]


def outcome_document(outcome: Outcome) -> Document:
    """Everything that an outcome says; dollars are strings, so that no digit is lost."""
    return {
        "task": _task(outcome.task),
        "result": _result(outcome.result),
        "model": outcome.model,
        "reason": outcome.route.reason,
        "route": route_document(outcome.route),
        "attempts": [_attempt(attempt) for attempt in outcome.attempts],
        "usage": _usage(outcome.usage),
        "cost": _cost(outcome.cost),
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
    }


def route_document(route: Route) -> Document:
    """Who is tried in which order, and who is not and why."""
    return {
        "policy": route.policy,
        "links": list(route.links),
        "candidates": [
            {"model": one.model, "ruled_out": one.ruled_out or None} for one in route.candidates
        ],
    }


def _task(task: Task) -> Document:
    return {
        "id": task.id,
        "kind": task.kind.value,
        "instruction": task.instruction,
        "focus": [
            {
                "path": one.path,
                "span": None if one.span is None else _span(one.span),
                "symbol": one.symbol,
            }
            for one in task.focus
        ],
        "model": task.preferences.model,
        "local_only": task.constraints.local_only,
    }


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
