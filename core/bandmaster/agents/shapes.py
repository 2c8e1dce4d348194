"""Reading what a model answered into a result, and saying precisely what is wrong with it.

This is the only place where a model's text becomes a value; what it says is checked against the
files before anyone sees it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal

from bandmaster.agents.personas import Shape
from bandmaster.changes import ChangeSet, split_lines
from bandmaster.errors import BandmasterError
from bandmaster.findings import Category, Confidence, Finding, Position, Severity, Span
from bandmaster.policy import is_secret_path
from bandmaster.policy.builtin import protects
from bandmaster.tasks import Answer, Proposal, Result, Review, Task
from bandmaster.tools.patches import changes_of, parse
from bandmaster.workspace import Snapshot

if TYPE_CHECKING:
    from pydantic import BaseModel

_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)\n\s*```", re.DOTALL)
_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_MOST_FINDINGS = 50


class WrongShape(BandmasterError):
    """The answer is not what was asked for; the message tells the model how to put it right."""


def read_result(shape: Shape, text: str, task: Task, snapshot: Snapshot, model: str) -> Result:
    """The result that `text` means. Raises `WrongShape`."""
    match shape:
        case Shape.TEXT:
            return Answer(text)
        case Shape.FINDINGS:
            return _read_findings(text, task, snapshot, model)
        case Shape.PATCH:
            return _read_patch(text, task, snapshot)


def _read_patch(text: str, task: Task, snapshot: Snapshot) -> Proposal:
    begin = text.find(_BEGIN)
    if begin < 0:
        return Proposal(ChangeSet(task.kind.value, ()), text.strip())
    end = text.find(_END, begin)
    if end < 0:
        raise WrongShape(f"the patch has no {_END!r} line")
    said = text[:begin].rstrip().removesuffix("```").rstrip()
    try:
        patch = parse(text[begin : end + len(_END)] + "\n")
        changes = changes_of(patch, snapshot, _may_read)
    except BandmasterError as error:
        raise WrongShape(f"the patch cannot be applied: {error}") from error
    protected = [one.path for one in changes.files if protects(one.path)]
    if protected:
        raise WrongShape(f"{protected[0]!r} is protected and cannot be edited by a model")
    return Proposal(changes, said)


def _may_read(path: str) -> bool:
    return not is_secret_path(path)


def _read_findings(text: str, task: Task, snapshot: Snapshot, model: str) -> Review:
    from pydantic import ValidationError  # Loaded when a model is asked, not before.

    try:
        parsed = _schema().model_validate(_read_json(text))
    except ValidationError as error:
        raise WrongShape(_reworded(error)) from error
    found: list[Finding] = []
    for said in parsed.model_dump()["findings"][:_MOST_FINDINGS]:
        finding = _check(said, snapshot, model)
        if finding is not None:
            found.append(finding)
    found.sort(key=lambda one: one.rank)
    paths = {focus.path for focus in task.focus}
    return Review(tuple(found), examined=len(paths))


def _read_json(text: str) -> object:
    """The JSON object in `text`, inside a fence or between other words or not."""
    candidates = [text, *(match[1] for match in _FENCE.finditer(text))]
    if "{" in text and "}" in text:
        candidates.append(text[text.index("{") : text.rindex("}") + 1])
    problem = "there is no JSON object"
    for candidate in candidates:
        try:
            return json.loads(candidate)
        except json.JSONDecodeError as error:
            problem = f"{error.msg} at line {error.lineno} column {error.colno}"
    raise WrongShape(f"the answer is not JSON: {problem}")


def _schema() -> type[BaseModel]:
    from pydantic import BaseModel, Field

    class Said(BaseModel):
        path: str
        line: int = Field(ge=1)
        end_line: int | None = None
        quote: str = ""
        name: str = Field(default="defect", max_length=80)
        severity: Literal["low", "medium", "high", "critical"] = "medium"
        confidence: Literal["low", "medium", "high"] = "medium"
        category: Literal["bug", "security", "resource", "dead_code", "complexity"] = "bug"
        message: str = Field(min_length=1, max_length=2000)
        why: str = Field(default="", max_length=2000)
        how: str = Field(default="", max_length=2000)

    class Findings(BaseModel):
        findings: list[Said]

    return Findings


def _reworded(error: object) -> str:
    """A pydantic error as one line for a model: place and problem, nothing else."""
    from pydantic import ValidationError

    assert isinstance(error, ValidationError)  # noqa: S101 - narrows the type
    problems = [
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False)[:5]
    ]
    return "the JSON is not as asked: " + "; ".join(problems)


def _check(said: dict[str, object], snapshot: Snapshot, model: str) -> Finding | None:
    """The finding at the line that it quotes; None when no such line is there."""
    try:
        document = snapshot.read(str(said["path"]))
    except BandmasterError:
        return None
    lines = split_lines(document.text)
    line = _place(lines, int(str(said["line"])), str(said["quote"]))
    if line is None:
        return None
    length = (int(str(said["end_line"])) - int(str(said["line"]))) if said["end_line"] else 0
    last = min(line + max(length, 0), len(lines))
    name = re.sub(r"[^a-z0-9]+", "-", str(said["name"]).lower()).strip("-") or "defect"
    return Finding(
        path=document.path,
        span=Span(Position(line, _indent(lines[line - 1])), _end(lines, last)),
        rule=name,
        name=name,
        severity=Severity[str(said["severity"]).upper()],
        confidence=Confidence[str(said["confidence"]).upper()],
        category=Category(str(said["category"])),
        message=str(said["message"]).strip(),
        why=str(said["why"]).strip(),
        how=str(said["how"]).strip(),
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
