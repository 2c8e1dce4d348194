"""Safe fixes without a model: the edits that analysers are sure of, as one change set."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bandmaster.changes import ChangeSet, FileChange
from bandmaster.engine.performer import Desk, Performance
from bandmaster.errors import OutsideWorkspace, ToolFailed, Unreadable
from bandmaster.events import Progress
from bandmaster.findings import Finding, Skipped
from bandmaster.providers.builtin.circumstances import weighed
from bandmaster.providers.builtin.edits import apply_each
from bandmaster.providers.builtin.python_checks import check_python
from bandmaster.providers.builtin.ranking import ranked
from bandmaster.providers.builtin.review import examine
from bandmaster.tasks import Proposal, Task
from bandmaster.workspace import Document

_MOST_ROUNDS = 10
"""A fix may make the next one possible; so often the new text is looked at again."""
_KINDS_SHOWN = 10
"""So many kinds of findings that remain are named."""


@dataclass(frozen=True, slots=True)
class _Mended:
    """One file with its new text, and the findings that are gone."""

    document: Document
    text: str
    done: tuple[Finding, ...] = ()


async def fix(task: Task, desk: Desk) -> Performance:
    """Apply the safe fixes of the task's findings, or of a review of its focus.

    The proposal's text says what was fixed and what remains by hand. Raises `WorkspaceError`
    where a path of the focus is not to be had. Cancelling ends all work, processes included.
    """
    if task.findings:
        findings, notes = task.findings, ()
        documents, skipped = await asyncio.to_thread(_read, desk, findings)
    else:
        seen = await examine(task.focus, desk)
        findings, notes = seen.findings, seen.notes
        documents, skipped = seen.documents, seen.skipped
    by_path = _fixable(findings)
    todo = [_Mended(one, one.text) for one in documents if one.path in by_path]
    desk.report(Progress(0, len(todo), "Fixing"))
    mended = await asyncio.to_thread(_mend, todo, by_path)
    if not task.findings and all(one.span is None for one in task.focus):
        mended = await _until_stable(mended, findings)
    desk.report(Progress(len(todo), len(todo), "Fixing"))
    changed = [one for one in mended if one.text != one.document.text]
    changes = ChangeSet("Safe fixes", tuple(_change(one) for one in changed))
    proposal = Proposal(changes, _account(changed, findings), skipped)
    return Performance(proposal, notes=notes)


def _read(
    desk: Desk, findings: Iterable[Finding]
) -> tuple[tuple[Document, ...], tuple[Skipped, ...]]:
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
    return tuple(documents), tuple(skipped)


def _fixable(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings with a safe fix, by their file."""
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.fix is not None and finding.fix.safe:
            by_path.setdefault(finding.path, []).append(finding)
    return by_path


def _mend(files: Sequence[_Mended], by_path: Mapping[str, Sequence[Finding]]) -> list[_Mended]:
    """Each file with the fixes of its findings applied to its present text."""
    mended: list[_Mended] = []
    for file in files:
        present = replace(file.document, text=file.text)
        text, done = apply_each(present, by_path.get(file.document.path, ()))
        mended.append(_Mended(file.document, text, file.done + done))
    return mended


async def _until_stable(files: list[_Mended], reviewed: Iterable[Finding]) -> list[_Mended]:
    """Look again at what was changed, until there is nothing more to fix.

    What the review had left out of the old text stays left out.
    """
    changed = [one for one in files if one.done]
    try:
        barred = await _safe([one.document for one in changed]) - {*map(_kind, reviewed)}
        for _ in range(_MOST_ROUNDS):
            present = [replace(one.document, text=one.text) for one in changed]
            found = [one for one in await _findings(present) if _kind(one) not in barred]
            again = await asyncio.to_thread(_mend, changed, _fixable(found))
            if [one.text for one in again] == [one.text for one in changed]:
                break
            changed = again
    except ToolFailed:
        return files
    by_path = {one.document.path: one for one in changed}
    return [by_path.get(one.document.path, one) for one in files]


async def _findings(documents: Sequence[Document]) -> list[Finding]:
    found, _ = await check_python(documents)
    return weighed(found, {one.path: one for one in documents})


async def _safe(documents: Sequence[Document]) -> set[tuple[str, str, str]]:
    return {_kind(one) for one in await _findings(documents)}


def _kind(finding: Finding) -> tuple[str, str, str]:
    """What stays the same about a finding when lines above it come and go."""
    return finding.path, finding.rule, finding.message


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


def _account(mended: Sequence[_Mended], findings: Iterable[Finding]) -> str:
    """What was fixed and what remains, in Markdown."""
    done = [finding for one in mended for finding in one.done]
    gone = Counter(map(_kind, done))
    left: list[Finding] = []
    for finding in ranked(findings):
        if gone[_kind(finding)] > 0:
            gone[_kind(finding)] -= 1
        else:
            left.append(finding)
    lines = ["Nothing here can be fixed safely without a person."]
    if done:
        lines = [f"Fixed {_many(len(done), 'finding')} in {_many(len(mended), 'file')}:", ""]
        lines += [f"- {what} × {count}" for what, count in _kinds(done)]
    if left:
        kinds = _kinds(left)
        lines += ["", f"{_many(len(left), 'finding')} left to mend by hand:", ""]
        lines += [f"- {what} × {count}" for what, count in kinds[:_KINDS_SHOWN]]
        lines += [f"- {len(kinds) - _KINDS_SHOWN} more kinds"] if kinds[_KINDS_SHOWN:] else []
    return "\n".join(lines) + "\n"


def _kinds(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Rules by code and name, in the order in which they come, with how often each does."""
    return list(Counter(f"`{one.rule}` {one.name}" for one in findings).items())


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
