"""The folders of the editor's workspace come and go."""

from __future__ import annotations

from lsprotocol import types

from bandmaster_lsp.convert import real_path
from bandmaster_lsp.session import Session


def changed(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    added = [path for one in params.event.added if (path := real_path(one.uri))]
    removed = [path for one in params.event.removed if (path := real_path(one.uri))]
    session.engines.change_folders(added, removed)
