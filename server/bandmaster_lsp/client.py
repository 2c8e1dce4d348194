"""What we say to the editor and ask of it: each question within a time limit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types

from bandmaster_lsp.abilities import Abilities
from bandmaster_lsp.hardened import NoReply, Protocol

ASK = "bandmaster/askModel"
"""A request of ours: the editor's own model answers."""
_ANSWER_SECONDS = 10.0
_APPLY_SECONDS = 60.0
"""An editor may ask the person before it applies an edit."""


class Client:
    """The editor at the other end."""

    def __init__(self, protocol: Protocol, abilities: Abilities) -> None:
        self.abilities = abilities
        self._protocol = protocol

    def inform(self, message: str) -> None:
        self._show(types.MessageType.Info, message)

    def warn(self, message: str) -> None:
        self._show(types.MessageType.Warning, message)

    def fail(self, message: str) -> None:
        self._show(types.MessageType.Error, message)

    def log(self, message: str) -> None:
        """Into the editor's own log of this server, which may hold an answer's text."""
        params = types.LogMessageParams(types.MessageType.Info, message)
        self._protocol.notify(types.WINDOW_LOG_MESSAGE, params)

    def publish(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        params = types.PublishDiagnosticsParams(uri, diagnostics, version)
        self._protocol.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> None:
        """Have the editor apply `edit`. Raises `NoReply` where it does not say that it did."""
        params = types.ApplyWorkspaceEditParams(edit=edit, label=label)
        answer: types.ApplyWorkspaceEditResult = await self._protocol.ask(
            types.WORKSPACE_APPLY_EDIT, params, _APPLY_SECONDS
        )
        if not answer.applied:
            raise NoReply(answer.failure_reason or "the editor gave no reason")

    async def show_file(self, path: Path, *, focus: bool) -> bool:
        """Have the editor open `path`; False where it cannot or will not."""
        if not self.abilities.show_document:
            return False
        params = types.ShowDocumentParams(uri=path.as_uri(), take_focus=focus)
        try:
            answer: types.ShowDocumentResult = await self._protocol.ask(
                types.WINDOW_SHOW_DOCUMENT, params, _ANSWER_SECONDS
            )
        except NoReply:
            return False
        return answer.success

    async def ask_model(self, question: Mapping[str, object], seconds: float) -> None:
        """Have the editor's model answer; raises `NoReply`, with the code of `LENDING_ERRORS`."""
        await self._protocol.ask(ASK, question, seconds)

    async def create_progress(self, token: str) -> bool:
        """Ask for a place to show progress; False where there is none."""
        if not self.abilities.progress:
            return False
        params = types.WorkDoneProgressCreateParams(token)
        try:
            await self._protocol.ask(
                types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, _ANSWER_SECONDS
            )
        except NoReply:
            return False
        return True

    def progress(
        self,
        token: types.ProgressToken,
        value: types.WorkDoneProgressBegin
        | types.WorkDoneProgressReport
        | types.WorkDoneProgressEnd,
    ) -> None:
        self._protocol.notify(types.PROGRESS, types.ProgressParams(token, value))

    async def watch(self, pattern: str) -> None:
        """Ask to be told when files that match `pattern` change on disk."""
        if not self.abilities.watched_files:
            return
        watcher = types.FileSystemWatcher(glob_pattern=pattern)
        options = types.DidChangeWatchedFilesRegistrationOptions([watcher])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration(id=method, method=method, register_options=options)
        try:
            params = types.RegistrationParams([registration])
            await self._protocol.ask(types.CLIENT_REGISTER_CAPABILITY, params, _ANSWER_SECONDS)
        except NoReply as error:
            self.log(f"changes of {pattern} will not be noticed: {error}")

    def _show(self, kind: types.MessageType, message: str) -> None:
        params = types.ShowMessageParams(kind, f"Bandmaster: {message}")
        self._protocol.notify(types.WINDOW_SHOW_MESSAGE, params)
