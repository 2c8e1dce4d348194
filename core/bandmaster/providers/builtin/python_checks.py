"""Reviewing Python: ruff's reports become findings, judged by where they stand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from bandmaster.findings import Category, Finding, Fix, Position, Skipped, Span, TextEdit
from bandmaster.providers.builtin import ruff
from bandmaster.providers.builtin.judging import Module, judge
from bandmaster.providers.builtin.ruff_rules import RUFF_RULES
from bandmaster.workspace import Document

_MOST_OF_A_RULE = 100
"""More findings of one rule in one file tell nothing more."""


async def check_python(documents: Sequence[Document]) -> tuple[list[Finding], list[Skipped]]:
    """What ruff finds in `documents`, and those that it gave up on.

    Raises `ToolFailed` where ruff cannot be asked.
    """
    if not documents:
        return [], []
    answer = await ruff.check([(one.path, one.text) for one in documents])
    refused = [Skipped(documents[at].path, "nested too deeply for ruff") for at in answer.refused]
    return await asyncio.to_thread(_judged, documents, answer.reports), refused


def _judged(
    documents: Sequence[Document], reports: Sequence[tuple[int, ruff.Report]]
) -> list[Finding]:
    """Reports as findings, each judged where it stands; of syntax errors the first of a file."""
    findings: list[Finding] = []
    modules: dict[int, Module] = {}
    counts: Counter[tuple[int, str]] = Counter()
    for index, report in reports:
        finding = _finding(documents[index].path, report)
        if finding is None:
            continue
        counts[index, finding.rule] += 1
        most = 1 if finding.category is Category.SYNTAX else _MOST_OF_A_RULE
        if counts[index, finding.rule] > most:
            continue
        if index not in modules:
            modules = {index: Module(documents[index].text)}  # Reports come file by file.
        judged = judge(finding, modules[index])
        if judged is not None:
            findings.append(judged)
    return findings


def _finding(path: str, report: ruff.Report) -> Finding | None:
    rule = RUFF_RULES.get(report["code"] or "invalid-syntax")
    if rule is None:
        return None
    return Finding(
        path=path,
        span=_span(report["location"], report["end_location"]),
        rule=rule.code,
        name=report["name"],
        severity=rule.severity,
        confidence=rule.confidence,
        category=rule.category,
        message=report["message"],
        why=rule.why,
        how=rule.how,
        source="ruff",
        url=report["url"] or "",
        fix=_fix(report["fix"]),
    )


def _fix(mending: ruff.Mending | None) -> Fix | None:
    """Only fixes that keep the meaning of the code are offered."""
    if mending is None or mending["applicability"] != "safe":
        return None
    edits = tuple(
        TextEdit(_span(edit["location"], edit["end_location"]), edit["content"])
        for edit in mending["edits"]
    )
    return Fix(mending["message"] or "Mend it", edits, safe=True)


def _span(start: ruff.Place, end: ruff.Place) -> Span:
    return Span(Position(start["row"], start["column"]), Position(end["row"], end["column"]))
