"""Open documents: their texts are read from the editor, not from the disk."""

from __future__ import annotations

from lsprotocol import types

from bandmaster_lsp.checks import TYPING_SECONDS
from bandmaster_lsp.documents import OpenDocument
from bandmaster_lsp.session import Session


def opened(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    document = session.documents.open(params.text_document)
    session.board.drop(document.uri)
    _check(session, document)


def changed(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    shifts = session.documents.change(params)
    document = session.documents.get(uri)
    if document is not None:
        moved = session.board.follow(uri, document.version, shifts)
        if moved and session.client.abilities.pull_diagnostics:
            session.checks.show(document)
        _check(session, document, TYPING_SECONDS)


def saved(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    document = session.documents.get(params.text_document.uri)
    if document is not None:
        _check(session, document)


def closed(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    session.checks.cancel(uri)
    session.board.drop(uri)
    document = session.documents.close(uri)
    if document is not None and document.path is not None:
        session.client.publish(uri, None, [])


def _check(session: Session, document: OpenDocument, after: float = 0.0) -> None:
    """Where the editor asks for diagnostics itself, its question comes with each version."""
    if document.path is None:
        return
    if not session.client.abilities.pull_diagnostics:
        session.checks.request(document, after)
