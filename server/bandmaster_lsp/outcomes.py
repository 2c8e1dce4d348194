"""What a task's outcome becomes in the editor: a page, diagnostics, or an edit."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import assert_never

from bandmaster import Answer, Outcome, Proposal, Review
from bandmaster_lsp.edits import apply_in_editor
from bandmaster_lsp.place import Place
from bandmaster_lsp.session import Session

_MESSAGE_LENGTH = 1500


async def deliver(session: Session, place: Place, outcome: Outcome) -> str:
    """Bring `outcome` to the person; returns what its progress ends with.

    Raises `BandmasterError` where an edit does not arrive.
    """
    for note in outcome.notes:
        session.client.log(note)
    match outcome.result:
        case Answer(text):
            name = f"{outcome.task.kind.value}-{PurePosixPath(place.path).stem}.md"
            await show_page(session, name, text)
        case Review() as review:
            return _show_review(session, place, review)
        case Proposal() as proposal:
            return await _apply(session, place, proposal)
        case _ as never:
            assert_never(never)
    return f"answered by {outcome.model}"


async def show_page(session: Session, name: str, text: str) -> None:
    """As a page of its own where the editor can open one, else as a message and in its log."""
    if session.client.abilities.show_document:
        page = session.new_paper(name, text)
        if await session.client.show_file(page, focus=False):
            return
    session.client.log(text)
    short = text if len(text) <= _MESSAGE_LENGTH else f"{text[:_MESSAGE_LENGTH]}… (all in the log)"
    session.client.inform(short)


def _show_review(session: Session, place: Place, review: Review) -> str:
    """As diagnostics, unless the document has changed under them."""
    here = [one for one in review.findings if one.path == place.path]
    document = place.document
    if document is None:
        session.client.inform("\n".join([_count(len(here)), *(one.message for one in here)]))
        return _count(len(here))
    still_open = session.documents.get(document.uri) is document
    if not still_open or document.version != place.version:
        session.client.warn(f"{place.name} changed while it was reviewed; run it again")
        return "not shown"
    session.board.put_reviewed(document.uri, document.version, here)
    session.checks.show(document)
    if not here:
        session.client.inform(f"no findings in {place.name}")
    return _count(len(here))


async def _apply(session: Session, place: Place, proposal: Proposal) -> str:
    if proposal.text:
        session.client.log(proposal.text)
    if not proposal.changes:
        said = proposal.text.strip().partition("\n")[0]
        session.client.inform(said or f"nothing to change in {place.name}")
        return "nothing to change"
    await apply_in_editor(session, place.project, proposal.changes)
    new = [one.path for one in proposal.changes.files if one.before is None]
    for path in new[:1]:
        await session.client.show_file(place.project.engine.root / path, focus=True)
    return "applied"


def _count(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"
