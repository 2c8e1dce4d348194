"""The person cancels from the progress that the editor shows."""

from __future__ import annotations

from lsprotocol import types

from bandmaster_lsp.session import Session


def cancel(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    session.runs.cancel(params.token)
