"""A `bandmaster.toml` changed on disk: the next task reads it."""

from __future__ import annotations

from lsprotocol import types

from bandmaster_lsp.session import Session


def changed(session: Session, _: types.DidChangeWatchedFilesParams) -> None:
    session.engines.reopen()
