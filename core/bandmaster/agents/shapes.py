"""Reading what a model answered into a result, and saying precisely what is wrong with it.

This is the only place where a model's text becomes a value; what it says is checked against the
files before anyone sees it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bandmaster.agents.roles import Shape
from bandmaster.changes import ChangeSet, split_lines
from bandmaster.errors import BandmasterError
from bandmaster.findings import Category, Confidence, Finding, Position, Severity, Span
from bandmaster.models import AnswerSchema, WrongShape, read_shape
from bandmaster.policy import is_secret_path
from bandmaster.policy.builtin import protects
from bandmaster.tasks import Answer, Proposal, Result, Review, Task
from bandmaster.tools.patches import changes_of, parse
from bandmaster.workspace import Snapshot

if TYPE_CHECKING:
    from bandmaster.agents.answers import Said

_FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.DOTALL | re.MULTILINE)
_STEP = re.compile(r"^ {0,3}(?:#{1,6} +)?\**(?:Step +)?1[.):]", re.MULTILINE | re.IGNORECASE)
_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_UNIFIED = re.compile(r"^(?:diff --git .*|--- .*\n\+\+\+ .*)$", re.MULTILINE)
_OPENED = re.compile(r"\s*```\w*\s*\Z")
_MOST_FINDINGS = 50


def read_result(
    shape: Shape, text: str, task: Task, snapshot: Snapshot, model: str
) -> tuple[Result, tuple[str, ...]]:
    """The result that `text` means, and what had to be forgiven. Raises `WrongShape`."""
    match shape:
        case Shape.TEXT:
            return Answer(text), ()
        case Shape.PLAN:
            return _read_plan(text), ()
        case Shape.FINDINGS:
            return _read_findings(text, task, snapshot, model)
        case Shape.PATCH:
            return _read_patch(text, task, snapshot), ()


def schema_of(shape: Shape) -> AnswerSchema | None:
    """What a server is to hold the answer to; None where the answer is text."""
    if shape is not Shape.FINDINGS:
        return None
    from bandmaster.agents.answers import findings_schema

    return findings_schema()


def _read_plan(text: str) -> Answer:
    """A plan stays the text that the person has seen arrive."""
    if _STEP.search(_FENCE.sub("", text)) is None:
        raise WrongShape("the plan has no numbered steps (`1. …`)")
    return Answer(text)


def _read_patch(text: str, task: Task, snapshot: Snapshot) -> Proposal:
    begin, end = _place_patch(text)
    if begin == end:
        return Proposal(ChangeSet(task.kind.value, ()), text.strip())
    said = _OPENED.sub("", text[:begin]).rstrip()
    try:
        patch = parse(text[begin:end] + "\n")
        changes = changes_of(patch, snapshot, _may_read)
    except BandmasterError as error:
        raise WrongShape(f"the patch cannot be applied: {error}") from error
    protected = [one.path for one in changes.files if protects(one.path)]
    if protected:
        raise WrongShape(f"{protected[0]!r} is protected and cannot be edited by a model")
    return Proposal(changes, said)


def _place_patch(text: str) -> tuple[int, int]:
    """Where the patch begins and ends, as it was asked for or as a unified diff; equal if none."""
    begin = text.find(_BEGIN)
    if begin < 0:
        unified = _UNIFIED.search(text)
        return (0, 0) if unified is None else (unified.start(), len(text))
    end = text.find(_END, begin)
    if end < 0:
        raise WrongShape(f"the patch has no {_END!r} line")
    return begin, end + len(_END)


def _may_read(path: str) -> bool:
    return not is_secret_path(path)


def _read_findings(
    text: str, task: Task, snapshot: Snapshot, model: str
) -> tuple[Review, tuple[str, ...]]:
    from bandmaster.agents.answers import Findings

    parsed, forgiven = read_shape(text, Findings)
    found: list[Finding] = []
    for said in parsed.findings[:_MOST_FINDINGS]:
        finding = _check(said, snapshot, model)
        if finding is not None:
            found.append(finding)
    found.sort(key=lambda one: one.rank)
    paths = {focus.path for focus in task.focus}
    return Review(tuple(found), examined=len(paths)), forgiven


def _check(said: Said, snapshot: Snapshot, model: str) -> Finding | None:
    """The finding at the line that it quotes; None when no such line is there."""
    try:
        document = snapshot.read(said.path)
    except BandmasterError:
        return None
    lines = split_lines(document.text)
    line = _place(lines, said.line, said.quote)
    if line is None:
        return None
    length = said.end_line - said.line if said.end_line else 0
    last = min(line + max(length, 0), len(lines))
    name = re.sub(r"[^a-z0-9]+", "-", said.name.lower()).strip("-") or "defect"
    return Finding(
        path=document.path,
        span=Span(Position(line, _indent(lines[line - 1])), _end(lines, last)),
        rule=name,
        name=name,
        severity=Severity[said.severity.upper()],
        confidence=Confidence[said.confidence.upper()],
        category=Category(said.category),
        message=said.message.strip(),
        why=said.why.strip(),
        how=said.how.strip(),
        source=model,
    )


def _place(lines: list[str], line: int, quote: str) -> int | None:
    """The line that holds the quote, nearest to where the model saw it."""
    wanted = " ".join(quote.split("\n")[0].split())
    if not wanted:
        return line if line <= len(lines) else None
    hits = [at for at, text in enumerate(lines, 1) if wanted in " ".join(text.split())]
    return min(hits, key=lambda at: abs(at - line), default=None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) + 1


def _end(lines: list[str], line: int) -> Position:
    return Position(line, len(lines[line - 1].rstrip("\r\n")) + 1)
