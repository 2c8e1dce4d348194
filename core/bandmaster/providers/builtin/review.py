"""A review without a model: analysers side by side over the texts of the focus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Event

from bandmaster.engine.performer import Desk, Performance
from bandmaster.errors import ToolFailed
from bandmaster.events import Progress
from bandmaster.findings import Finding, Skipped
from bandmaster.providers.builtin.checks import examine_apart, grammar_of
from bandmaster.providers.builtin.circumstances import weighed
from bandmaster.providers.builtin.material import Material, gather, is_python
from bandmaster.providers.builtin.python_checks import check_python
from bandmaster.providers.builtin.python_tree import examine_python
from bandmaster.providers.builtin.ranking import ranked
from bandmaster.providers.builtin.reexports import without_reexports
from bandmaster.providers.builtin.secrets import find_secrets
from bandmaster.tasks import Focus, Review, Task
from bandmaster.workspace import Document

_REPORT_EVERY = 20
"""Progress is told each time so many files are done."""
_TOO_MUCH = "the parser of its language crashes on it"


@dataclass(frozen=True, slots=True)
class Examination:
    """Texts and what the analysers say of them; `notes` are for the person to know."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()


async def review(task: Task, desk: Desk) -> Performance:
    """Findings in the files of the focus (the whole workspace where there is none), worst first.

    Raises `WorkspaceError` where a path of the focus is not to be had. Cancelling ends all work,
    processes included.
    """
    seen = await examine(task.focus, desk)
    result = Review(ranked(seen.findings), seen.skipped, len(seen.documents))
    return Performance(result, notes=seen.notes)


async def examine(focus: Sequence[Focus], desk: Desk) -> Examination:
    """Everything that the analysers say of the focus. Raises and ends like `review`."""
    stop = Event()
    places = [one.path for one in focus] or ["."]
    desk.report(Progress(0, 0, "Looking for files"))
    try:
        material = await asyncio.to_thread(
            gather, desk.snapshot, places, desk.settings.review.exclude, stop
        )
        seen = await _analyse(material, desk, stop)
    finally:
        stop.set()
    wanted = _wanted(focus, desk.settings.review.ignore)
    return replace(seen, findings=tuple(one for one in seen.findings if wanted(one)))


async def _analyse(material: Material, desk: Desk, stop: Event) -> Examination:
    """All analysers at the same time."""
    documents = material.documents
    python = [one for one in documents if is_python(one)]
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(_python(python))
        parsed = group.create_task(_others([one for one in documents if grammar_of(one)]))
        scanned = group.create_task(asyncio.to_thread(_scan, documents, desk, stop))
    found, refused, notes = asked.result()
    others, crashed, also = parsed.result()
    by_path = {one.path: one for one in documents}
    found = without_reexports(found, python)
    findings = await asyncio.to_thread(weighed, [*found, *others, *scanned.result()], by_path)
    skipped = tuple(sorted([*material.skipped, *refused, *crashed]))
    return Examination(documents, tuple(findings), skipped, notes + also)


async def _python(
    documents: Sequence[Document],
) -> tuple[list[Finding], list[Skipped], tuple[str, ...]]:
    """What ruff finds; where it cannot be asked, a note says so."""
    try:
        findings, refused = await check_python(documents)
    except ToolFailed as failure:
        return [], [], (f"{len(documents)} Python files were not examined by ruff: {failure}",)
    return findings, refused, ()


async def _others(
    documents: Sequence[Document],
) -> tuple[tuple[Finding, ...], list[Skipped], tuple[str, ...]]:
    """What the checks for other languages find; where they cannot run, a note says so."""
    if not documents:
        return (), [], ()
    try:
        answer = await examine_apart(documents)
    except ToolFailed as failure:
        return (), [], (f"{len(documents)} files were searched for secrets only: {failure}",)
    return answer.findings, [Skipped(one.path, _TOO_MUCH) for one in answer.refused], ()


def _scan(documents: Sequence[Document], desk: Desk, stop: Event) -> list[Finding]:
    """What can be seen in each text by itself."""
    findings: list[Finding] = []
    for done, document in enumerate(documents, 1):
        if stop.is_set():
            break
        findings.extend(find_secrets(document))
        if is_python(document):
            findings.extend(examine_python(document))
        if done % _REPORT_EVERY == 0 or done == len(documents):
            desk.report(Progress(done, len(documents), document.path))
    return findings


def _wanted(focus: Iterable[Focus], ignore: Iterable[str]) -> Callable[[Finding], bool]:
    """Whether a finding is in the focus, and its rule not ignored."""
    ignored = frozenset(ignore)
    parts = list(focus)
    whole = [one.path for one in parts if one.span is None]

    def wanted(finding: Finding) -> bool:
        if finding.rule in ignored or finding.name in ignored:
            return False
        return (
            not parts
            or any(_below(finding.path, place) for place in whole)
            or any(_touches(finding, one) for one in parts)
        )

    return wanted


def _below(path: str, place: str) -> bool:
    return place in (".", path) or path.startswith(f"{place}/")


def _touches(finding: Finding, part: Focus) -> bool:
    return (
        part.span is not None
        and _below(finding.path, part.path)
        and finding.span.start < part.span.end
        and part.span.start < max(finding.span.end, finding.span.start)
    )
