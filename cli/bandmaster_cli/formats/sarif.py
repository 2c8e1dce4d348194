"""A review as SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bandmaster import (
    Category,
    Confidence,
    Finding,
    Fix,
    Outcome,
    Review,
    Severity,
    Skipped,
    Span,
    __version__,
)
from bandmaster_cli.formats.excerpts import Reader

Object = dict[str, Any]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "SRCROOT"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SECURITY_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
}
"""What code scanning services read as `security-severity` (CVSS bands)."""
_HIGHEST_HARM = int(Severity.CRITICAL) * int(Confidence.HIGH)


def sarif_document(outcome: Outcome, review: Review, root: Path, read: Reader) -> Object:
    """The review of the workspace at `root` as one SARIF log."""
    rules = {finding.rule: finding for finding in reversed(review.findings)}
    order = {rule: index for index, rule in enumerate(rules)}
    prints = _fingerprints(review.findings, read)
    results = zip(review.findings, prints, strict=True)
    run: Object = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(outcome, review)],
        "originalUriBaseIds": {_BASE: {"uri": root.as_uri().rstrip("/") + "/"}},
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "bandmaster/review/"},
        "results": [_result(one, order[one.rule], print_) for one, print_ in results],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: dict[str, Finding]) -> Object:
    return {
        "name": "Bandmaster",
        "semanticVersion": __version__,
        "rules": [_rule(finding) for finding in rules.values()],
    }


def _rule(example: Finding) -> Object:
    """A rule's metadata, as its worst finding tells it."""
    properties: Object = {
        "tags": [example.category.value],
        "precision": example.confidence.word,
        "problem.severity": {"error": "error", "warning": "warning"}.get(
            _LEVELS[example.severity], "recommendation"
        ),
    }
    if example.category is Category.SECURITY:
        properties["tags"] = ["security"]
        properties["security-severity"] = _SECURITY_SCORES[example.severity]
    rule: Object = {
        "id": example.rule,
        "name": example.name or example.rule,
        "shortDescription": {"text": example.name.replace("-", " ") or example.rule},
        "fullDescription": {"text": example.why or example.message},
        "help": {
            "text": f"Why it matters: {example.why}\n\nHow to mend it: {example.how}",
            "markdown": f"**Why it matters.** {example.why}\n\n**How to mend it.** {example.how}",
        },
        "defaultConfiguration": {"level": _LEVELS[example.severity]},
        "properties": properties,
    }
    if example.url:
        rule["helpUri"] = example.url
    return rule


def _invocation(outcome: Outcome, review: Review) -> Object:
    skipped = [_notification(one) for one in review.skipped]
    notes: list[Object] = [{"level": "note", "message": {"text": note}} for note in outcome.notes]
    return {"executionSuccessful": True, "toolExecutionNotifications": [*skipped, *notes]}


def _notification(skipped: Skipped) -> Object:
    return {
        "descriptor": {"id": "skipped-file"},
        "level": "note",
        "message": {"text": f"not examined: {skipped.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(skipped.path)}}],
    }


def _result(finding: Finding, index: int, fingerprint: str) -> Object:
    harm = int(finding.severity) * int(finding.confidence)
    result: Object = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "rank": round(100 * harm / _HIGHEST_HARM, 1),
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.path),
                    "region": _region(finding.span),
                }
            }
        ],
        "partialFingerprints": {"bandmasterFinding/v1": fingerprint},
        "properties": {
            "severity": finding.severity.word,
            "confidence": finding.confidence.word,
            "category": finding.category.value,
            "source": finding.source,
        },
    }
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.path, finding.fix)]
    return result


def _fix(path: str, fix: Fix) -> Object:
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(path), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def _region(span: Span) -> Object:
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    }


def _artifact(path: str) -> Object:
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _BASE}


def _fingerprints(findings: tuple[Finding, ...], read: Reader) -> list[str]:
    """For each finding a hash of its rule, its file and the words of its line.

    Lines that move keep theirs; the same line twice in a file is told apart by its number.
    """
    seen: Counter[str] = Counter()
    numbers: dict[int, int] = {}
    keys: list[str] = []
    for finding in findings:
        excerpt = read(finding)
        words = " ".join((excerpt.line if excerpt else finding.message).split())
        keys.append(f"{finding.rule}\0{finding.path}\0{words}")
    for at in sorted(range(len(findings)), key=lambda one: findings[one].span):
        numbers[at] = seen[keys[at]]
        seen[keys[at]] += 1
    return [_digest(f"{key}\0{numbers[at]}") for at, key in enumerate(keys)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
