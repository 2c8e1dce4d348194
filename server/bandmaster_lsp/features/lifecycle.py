"""The beginning and the end of a session."""

from __future__ import annotations

from lsprotocol import types

from bandmaster_lsp.session import Session


def initialized(session: Session, _: types.InitializedParams) -> None:
    """The editor listens now: ask it to tell of changed configuration."""
    session.runs.start_alone(session.client.watch("**/bandmaster.toml"))


async def shut_down(session: Session, _: None) -> None:
    """Cancel everything, and answer when it has ended."""
    await session.close()
