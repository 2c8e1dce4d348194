"""Safe fixes without a model: the edits that analysers are sure of, as one change set."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bandmaster.changes import ChangeSet, FileChange
from bandmaster.engine.performer import Desk, Performance
from bandmaster.errors import OutsideWorkspace, ToolFailed, Unreadable
from bandmaster.events import Progress
from bandmaster.findings import Finding, Skipped
from bandmaster.providers.builtin import ruff
from bandmaster.providers.builtin.edits import apply_each
from bandmaster.providers.builtin.ranking import ranked
from bandmaster.providers.builtin.review import examine
from bandmaster.tasks import Proposal, Task
from bandmaster.workspace import Document

_LEFT_SHOWN = 10
"""So many kinds of findings that remain are named."""


@dataclass(frozen=True, slots=True)
class _Mended:
    """One file's new text, with the findings that are gone."""

    document: Document
    text: str
    done: tuple[Finding, ...]


async def fix(task: Task, desk: Desk) -> Performance:
    """Apply the safe fixes of the task's findings, or of a review of its focus.

    The proposal's text says what was fixed and what remains by hand. Raises `WorkspaceError`
    where a path of the focus is not to be had. Cancelling ends all work, processes included.
    """
    if task.findings:
        findings, notes = list(task.findings), ()
        documents, skipped = await asyncio.to_thread(_read, desk, findings)
    else:
        material, findings, notes = await examine(task.focus, desk)
        documents, skipped = material.documents, list(material.skipped)
    exact = bool(task.findings) or any(one.span is not None for one in task.focus)
    mended = await _mend(documents, findings, desk, exact=exact)
    changes = ChangeSet("Safe fixes", tuple(_change(one) for one in mended))
    text = _account(mended, findings)
    return Performance(Proposal(changes, text, tuple(skipped)), notes=notes)


def _read(desk: Desk, findings: Iterable[Finding]) -> tuple[tuple[Document, ...], list[Skipped]]:
    """The files that the findings are in, each once."""
    documents: list[Document] = []
    skipped: list[Skipped] = []
    for path in sorted({finding.path for finding in findings}):
        try:
            documents.append(desk.snapshot.read(path))
        except Unreadable as error:
            skipped.append(Skipped(path, error.reason))
        except OutsideWorkspace:
            skipped.append(Skipped(path, "leads out of the workspace"))
    return tuple(documents), skipped


async def _mend(
    documents: Sequence[Document], findings: Sequence[Finding], desk: Desk, *, exact: bool
) -> list[_Mended]:
    """Each file with a safe fix, mended; `exact` fixes these findings and nothing like them."""
    fixable: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.fix is not None and finding.fix.safe:
            fixable.setdefault(finding.path, []).append(finding)
    todo = [one for one in documents if one.path in fixable]
    mended: list[_Mended] = []
    for done, document in enumerate(todo):
        desk.report(Progress(done, len(todo), document.path))
        wanted = fixable[document.path]
        new = await (_exactly(document, wanted) if exact else _wholly(document, wanted))
        if new.text != document.text:
            mended.append(new)
    return mended


async def _exactly(document: Document, findings: Sequence[Finding]) -> _Mended:
    text, done = await asyncio.to_thread(apply_each, document, findings)
    return _Mended(document, text, done)


async def _wholly(document: Document, findings: Sequence[Finding]) -> _Mended:
    """Ruff repeats its own fixes until nothing changes and knows which exclude each other."""
    if any(finding.source != "ruff" for finding in findings):
        return await _exactly(document, findings)
    try:
        text = await ruff.fix(document.path, document.text, {one.rule for one in findings})
    except ToolFailed:
        return await _exactly(document, findings)
    return _Mended(document, text, tuple(findings))


def _change(mended: _Mended) -> FileChange:
    document = mended.document
    return FileChange(
        path=document.path,
        before=document.text,
        after=mended.text,
        sha256=document.sha256,
        version=document.version,
        encoding=document.encoding,
    )


def _account(mended: Sequence[_Mended], findings: Sequence[Finding]) -> str:
    """What was fixed and what remains, in Markdown."""
    done = [finding for one in mended for finding in one.done]
    gone = set(done)
    left = [finding for finding in ranked(findings) if finding not in gone]
    lines = ["Nothing can be fixed safely by itself."]
    if done:
        lines = [f"Fixed {_many(len(done), 'finding')} in {_many(len(mended), 'file')}:", ""]
        lines += [f"- {what} × {count}" for what, count in _kinds(done)]
    if left:
        lines += ["", f"{_many(len(left), 'finding')} left to mend by hand:", ""]
        kinds = _kinds(left)
        lines += [f"- {what} × {count}" for what, count in kinds[:_LEFT_SHOWN]]
        lines += [f"- and {len(kinds) - _LEFT_SHOWN} more kinds"] if kinds[_LEFT_SHOWN:] else []
    return "\n".join(lines) + "\n"


def _kinds(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Rules by their code and name, in the order in which they come, with how often each does."""
    return list(Counter(f"`{one.rule}` {one.name}" for one in findings).items())


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
