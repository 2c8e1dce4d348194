"""Code actions: quick fixes of the findings at hand, the five tasks, and rating an answer.

All is answered from what is known already: nothing is read, run or asked here, so the list comes
at once, whatever a model is doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from bandmaster import HOW_TO_CONFIGURE, Finding, Span
from bandmaster_lsp.convert import from_range, identity, on_lines, to_diagnostic, to_edits
from bandmaster_lsp.documents import OpenDocument
from bandmaster_lsp.menu import FEEDBACK, MENU, RATINGS, Entry
from bandmaster_lsp.session import Session


@dataclass(frozen=True, slots=True)
class _Request:
    """What the editor asks: which kinds of action, where, and with which diagnostics shown."""

    document: OpenDocument
    range: types.Range
    span: Span
    context: types.CodeActionContext

    def wants(self, kind: str) -> bool:
        only = self.context.only
        if only is None:
            return True
        return any(one == "" or kind == one or kind.startswith(f"{one}.") for one in only)

    def shown(self, finding: Finding) -> types.Diagnostic | None:
        """The editor's own copy of the finding's diagnostic."""
        name = identity(finding)
        for diagnostic in self.context.diagnostics:
            data = diagnostic.data
            if isinstance(data, dict) and data.get("finding") == name:  # pyright: ignore[reportUnknownMemberType]
                return diagnostic
        return None


def offer(
    session: Session, params: types.CodeActionParams
) -> Sequence[types.CodeAction | types.Command]:
    """Quick fixes first, then the tasks."""
    document = session.documents.get(params.text_document.uri)
    if document is None or document.path is None:
        return []
    span = from_range(document.text, params.range)
    request = _Request(document, params.range, span, params.context)
    actions = [
        *_quick_fixes(session, request),
        *_tasks(session, request),
        *_ratings(session, request),
    ]
    if session.client.abilities.literal_actions:
        return actions
    return [one.command for one in actions if one.command is not None]


def _quick_fixes(session: Session, request: _Request) -> Iterator[types.CodeAction]:
    document = request.document
    if not request.wants(types.CodeActionKind.QuickFix):
        return
    for finding in session.board.current(document.uri, document.version):
        if finding.fix is None or not on_lines(finding.span, request.span):
            continue
        shown = request.shown(finding)
        diagnostic = shown or to_diagnostic(document.text, finding, session.client.abilities)
        yield types.CodeAction(
            title=finding.fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=finding.fix.safe if session.client.abilities.preferred_actions else None,
            edit=_edit(session, document, finding),
        )


def _edit(session: Session, document: OpenDocument, finding: Finding) -> types.WorkspaceEdit:
    edits = to_edits(document.text, finding.fix.edits if finding.fix else ())
    if not session.client.abilities.document_changes:
        return types.WorkspaceEdit(changes={document.uri: edits})
    held = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(held, edits)])


def _tasks(session: Session, request: _Request) -> Iterator[types.CodeAction]:
    """The menu; without a model, what needs one is shown as disabled, or not at all."""
    path = request.document.path
    project = session.engines.ready(path) if path is not None else None
    modelless = project is not None and not project.has_model
    for entry in MENU:
        if not request.wants(entry.action_kind):
            continue
        if not (entry.needs_model and modelless):
            yield _task(entry, request)
        elif session.client.abilities.disabled_actions:
            reason = types.CodeActionDisabled(f"no model is configured; {HOW_TO_CONFIGURE}")
            yield types.CodeAction(title=entry.title, kind=entry.action_kind, disabled=reason)


def _ratings(session: Session, request: _Request) -> Iterator[types.CodeAction]:
    """Good or bad, for the last answer that a model gave here and nobody has rated yet."""
    uri = request.document.uri
    task = session.answers.get(uri)
    if task is None or not request.wants(FEEDBACK):
        return
    for rating, title in RATINGS.items():
        argument = {"uri": uri, "task": task, "rating": rating}
        command = types.Command(title, FEEDBACK, None, [argument])
        yield types.CodeAction(title=title, kind=FEEDBACK, command=command)


def _task(entry: Entry, request: _Request) -> types.CodeAction:
    document = request.document
    argument = {
        "uri": document.uri,
        "version": document.version,
        "range": {
            "start": {"line": request.range.start.line, "character": request.range.start.character},
            "end": {"line": request.range.end.line, "character": request.range.end.character},
        },
    }
    command = types.Command(entry.title, entry.command, None, [argument])
    return types.CodeAction(title=entry.title, kind=entry.action_kind, command=command)
