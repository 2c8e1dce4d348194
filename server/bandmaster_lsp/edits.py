"""Change sets on their way into the editor: checked, applied through it, and confirmed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from bandmaster import BandmasterError, ChangeSet, FileChange, Unreadable, split_lines
from bandmaster_lsp.abilities import Abilities
from bandmaster_lsp.convert import change_edits, to_uri
from bandmaster_lsp.documents import OpenDocument
from bandmaster_lsp.engines import Project
from bandmaster_lsp.hardened import NoReply

if TYPE_CHECKING:
    from bandmaster_lsp.session import Session

_CONFIRM_SECONDS = 2.0
"""Editors tell of a change after a pause of their own."""


class NotApplied(BandmasterError):
    """The edits are not in the editor; the message says why."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A file that is to be changed, and the open document that holds it, if any."""

    change: FileChange
    uri: str
    document: OpenDocument | None


async def apply_in_editor(session: Session, project: Project, changes: ChangeSet) -> None:
    """Have the editor make `changes`; what it cannot make of files, the engine writes after it.

    Raises `NotApplied` where a document or file is not as it was when the changes were made, or
    the editor does not make them; `WorkspaceError` where a file cannot be written.
    """
    project.lay(session.documents)
    wanted = [_target(session, project, one) for one in changes.files if one.changed]
    for target in wanted:
        _refuse_stale(project, target)
    abilities = session.client.abilities
    for_disk = [one for one in wanted if not _editor_can(abilities, one)]
    for target in for_disk:
        if target.document is not None:
            shown = target.change.path
            raise NotApplied(f"this editor takes no such edit of {shown} from a language server")
    if len(for_disk) < len(wanted):
        edit = _workspace_edit(session, [one for one in wanted if one not in for_disk])
        try:
            await session.client.apply(edit, changes.title)
        except NoReply as error:
            raise NotApplied(f"the edit was not applied: {error}") from error
    if for_disk:
        await project.engine.apply(ChangeSet(changes.title, tuple(one.change for one in for_disk)))
    for target in wanted:
        await _confirm(session, target)
    await project.engine.applied(changes)


def _target(session: Session, project: Project, change: FileChange) -> _Target:
    path = project.engine.root / change.path
    document = session.documents.at(path)
    return _Target(change, to_uri(path) if document is None else document.uri, document)


def _refuse_stale(project: Project, target: _Target) -> None:
    """Raises `NotApplied`: some editors answer that they applied a stale edit, and do nothing."""
    change = target.change
    if target.document is not None:
        same = target.document.text.source == change.before
        if not same or change.version not in (None, target.document.version):
            raise NotApplied(f"{change.path} changed meanwhile; nothing was applied, run it again")
        return
    try:
        now = project.engine.workspace.snapshot().read(change.path).text
    except Unreadable:
        now = None
    if now != change.before:
        raise NotApplied(f"{change.path} changed meanwhile; nothing was applied, run it again")


def _editor_can(abilities: Abilities, target: _Target) -> bool:
    if not abilities.apply_edit or target.change.after is None:
        return False
    return target.change.before is not None or abilities.create_files


def _workspace_edit(session: Session, targets: list[_Target]) -> types.WorkspaceEdit:
    encoding = session.documents.encoding
    edits = {one.uri: change_edits(one.change, encoding) for one in targets}
    if not session.client.abilities.document_changes:
        return types.WorkspaceEdit(changes=edits)
    changes: list[types.CreateFile | types.TextDocumentEdit] = []
    for target in targets:
        if target.change.before is None and target.document is None:
            options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
            changes.append(types.CreateFile(uri=target.uri, options=options))
        version = None if target.document is None else target.document.version
        document = types.OptionalVersionedTextDocumentIdentifier(target.uri, version)
        changes.append(types.TextDocumentEdit(document, edits[target.uri]))
    return types.WorkspaceEdit(document_changes=changes)


async def _confirm(session: Session, target: _Target) -> None:
    """Wait until the editor tells of the change: `applied` alone proves nothing."""
    document = target.document
    if document is None:
        return

    def arrived(one: OpenDocument) -> bool:
        return holds(one.text.source, target.change)

    if not await session.documents.until(document, arrived, _CONFIRM_SECONDS):
        raise NotApplied(f"the editor did not make the edit to {target.change.path}; run it again")


def holds(text: str, change: FileChange) -> bool:
    """Whether `text` has the lines that `change` adds and lacks those that it removes.

    The person may have typed elsewhere meanwhile, and an editor may use line ends of its own.
    """
    before, after, now = (_lines(one) for one in (change.before, change.after, text))
    missing = (after - before) - now
    stayed = (before - after) & (now - after)
    return not missing and not stayed


def _lines(text: str | None) -> Counter[str]:
    return Counter(line.rstrip("\r\n") for line in split_lines(text or ""))
