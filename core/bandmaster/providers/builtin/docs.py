"""Documentation without a model: skeletons that say what the code itself says, and no more."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event

from bandmaster.changes import ChangeSet, FileChange
from bandmaster.engine import HOW_TO_CONFIGURE
from bandmaster.engine.performer import Desk, Performance
from bandmaster.errors import Unreadable, UsageError, WorkspaceError
from bandmaster.events import Progress
from bandmaster.findings import Skipped
from bandmaster.providers.builtin.docstrings import (
    COMMENTED,
    Choice,
    Written,
    document_comments,
    document_python,
)
from bandmaster.providers.builtin.material import gather
from bandmaster.tasks import Focus, Proposal, Task
from bandmaster.workspace import Document
from bandmaster.workspace.documents import encode
from bandmaster.workspace.symbols import language_of

_REPORT_EVERY = 10
_SHOWN_NAMES = 8
_STUBS = "type stubs carry no docstrings"


@dataclass(frozen=True, slots=True)
class _Done:
    """A file that was looked at, as it was before."""

    document: Document
    written: Written


async def write_docs(task: Task, desk: Desk) -> Performance:
    """Propose documentation for what the focus names and that has none.

    Raises `UsageError` where nothing is named, or for a language that needs a model;
    `WorkspaceError` for a file that is not to be had or does not parse.
    """
    if not task.focus:
        raise UsageError("name a file or folder to document, such as 'src/module.py:function'")
    stop = Event()
    try:
        done, skipped = await asyncio.to_thread(_document_all, task.focus, desk, stop)
    finally:
        stop.set()
    changes = tuple(_change(one) for one in done if one.written.text != one.document.text)
    proposal = Proposal(ChangeSet("Document", changes), _report(done), tuple(skipped))
    return Performance(proposal)


def _document_all(
    focus: Sequence[Focus], desk: Desk, stop: Event
) -> tuple[list[_Done], list[Skipped]]:
    """Every file of the focus; later spans first, so that earlier ones keep their lines."""
    done: dict[str, _Done] = {}
    skipped: list[Skipped] = []
    last_first = sorted(focus, key=lambda one: one.span.start.line if one.span else 0, reverse=True)
    for part in last_first:
        path = desk.snapshot.relative(part.path)
        material = gather(desk.snapshot, [path], desk.settings.review.exclude, stop)
        alone = path in [one.path for one in (*material.documents, *material.skipped)]
        if alone and material.skipped:
            raise Unreadable(path, material.skipped[0].reason)
        if not alone and part.symbol is not None:
            raise UsageError(f"{path!r} is a folder; name the file that holds {part.symbol!r}")
        skipped.extend(material.skipped)
        for number, document in enumerate(material.documents, 1):
            if stop.is_set():
                break
            _document(document, part, done, skipped, alone=alone)
            if number % _REPORT_EVERY == 0 or number == len(material.documents):
                desk.report(Progress(number, len(material.documents), document.path))
    return list(done.values()), skipped


def _document(
    document: Document,
    part: Focus,
    done: dict[str, _Done],
    skipped: list[Skipped],
    *,
    alone: bool,
) -> None:
    """Document one file; a file of a folder that cannot be documented is skipped."""
    reason = _reason(document)
    if reason and alone:
        way_out = f"; {HOW_TO_CONFIGURE}" if "model" in reason else ""
        raise UsageError(f"{document.path!r}: {reason}{way_out}")
    if reason:
        known = language_of(document.path, document.text) is not None
        skipped.extend([Skipped(document.path, reason)] if known else [])
        return
    earlier = done.get(document.path)
    now = replace(document, text=earlier.written.text) if earlier is not None else document
    try:
        written = _write(now, Choice(symbol=part.symbol, span=part.span))
    except WorkspaceError as error:
        if alone:
            raise
        reason = error.reason if isinstance(error, Unreadable) else str(error)
        skipped.append(Skipped(document.path, reason))
        return
    if earlier is not None:
        written = replace(written, names=(*earlier.written.names, *written.names))
    done[document.path] = _Done(document, written)


def _reason(document: Document) -> str:
    """Why a file cannot be documented here, or nothing."""
    language = language_of(document.path, document.text)
    if document.path.endswith(".pyi"):
        return _STUBS
    if language is None:
        return "documentation is written for source files only"
    if language.name == "python" or language.name in COMMENTED:
        return ""
    return f"documenting {language.title} needs a model"


def _write(document: Document, choice: Choice) -> Written:
    language = language_of(document.path, document.text)
    python = language is not None and language.name == "python"
    written = (document_python if python else document_comments)(document, choice)
    encode(written.text, document.encoding, document.path)
    return written


def _change(one: _Done) -> FileChange:
    return FileChange(
        path=one.document.path,
        before=one.document.text,
        after=one.written.text,
        sha256=one.document.sha256,
        version=one.document.version,
        encoding=one.document.encoding,
    )


def _report(done: Sequence[_Done]) -> str:
    """What was written and what was left, in Markdown."""
    count = sum(len(one.written.names) for one in done)
    if count == 0:
        lines = ["Nothing to write: everything that was asked for is documented or left out."]
    else:
        skeletons = "documentation skeleton" + ("s" if count != 1 else "")
        lines = [
            f"{count} {skeletons}. Names, types, defaults and exceptions are taken from the code;"
            " what it is for is left for you to write.",
        ]
    written = [one for one in done if one.written.names]
    lines += ["", *(f"- `{one.document.path}`: {_names(one.written.names)}" for one in written)]
    present = [f"`{name}`" for one in done for name in one.written.present]
    if present:
        lines += ["", f"Documented already: {', '.join(present[:_SHOWN_NAMES])}."]
    left = list(_left(done))
    if left:
        lines += ["", "Left out:", "", *left]
    return "\n".join(lines).strip() + "\n"


def _left(done: Sequence[_Done]) -> Iterator[str]:
    """What was left out, by reason, most frequent first."""
    reasons = Counter(left.reason for one in done for left in one.written.left)
    for reason, _ in reasons.most_common():
        names = [
            f"{left.name} ({one.document.path}:{left.line})"
            for one in done
            for left in one.written.left
            if left.reason == reason
        ]
        yield f"- {reason}: {_names(names)}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{one}`" for one in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
