"""The server class of pygls around our protocol; it starts nothing by itself."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from bandmaster_lsp.hardened.protocol import Protocol, log_failure


class Server(LanguageServer):
    """A language server whose every part is reached through its `protocol`."""

    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride] - it is the one below

    def __init__(self, name: str, version: str) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - pygls leaves *args open
            name,
            version,
            types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
        )

    def report_server_error(self, error: Exception, source: object) -> None:  # noqa: ARG002
        """Into the log only: pygls shows each of its own errors to the person."""
        log_failure(error)
