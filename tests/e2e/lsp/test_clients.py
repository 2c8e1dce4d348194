"""pytest-lsp as VS Code and as Emacs: their capabilities, over a real process."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

from tests.e2e.lsp.conftest import COMMAND, DEFECT, environment
from tests.fakes.editor import Buffer, with_edits
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.e2e
MENDS = """I mended it.

*** Begin Patch
*** Update File: a.py
@@
-def collect(into=[]):
+def collect(into):
*** End Patch
"""


class Editor:
    """One open file in a client of pytest-lsp, which has no buffers of its own."""

    def __init__(self, client: LanguageClient, uri: str) -> None:
        self.client = client
        self.uri = uri
        self.buffer = Buffer(DEFECT, 1)
        self.edited = asyncio.Event()
        client.feature(types.WORKSPACE_APPLY_EDIT)(self._apply_edit())

    def open(self) -> None:
        item = types.TextDocumentItem(self.uri, "python", 1, DEFECT)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    async def until(self, what: Callable[[], Any], method: str) -> Any:
        """Something true that comes with a notification, or came with one already."""
        async with asyncio.timeout(30):
            while not (value := what()):
                await self.client.wait_for_notification(method)
            return value

    async def diagnostics(self) -> list[types.Diagnostic]:
        method = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS
        return list(await self.until(lambda: self.client.diagnostics.get(self.uri), method))

    async def actions(self, line: int, *only: str) -> Sequence[types.CodeAction | types.Command]:
        spot = types.Range(types.Position(line, 0), types.Position(line, 0))
        context = types.CodeActionContext(
            diagnostics=await self.diagnostics(), only=list(only) or None
        )
        document = types.TextDocumentIdentifier(self.uri)
        params = types.CodeActionParams(document, spot, context)
        return await self.client.text_document_code_action_async(params) or ()

    async def choose(self, title: str, line: int) -> None:
        """Run the command of an action.

        lsprotocol takes a code action with a command for a bare command, whose name is then the
        printed command of the action.
        """
        found = [one for one in await self.actions(line) if one.title == title]
        command = ast.literal_eval(str(found[0].command))
        params = types.ExecuteCommandParams(command["command"], command["arguments"])
        await self.client.workspace_execute_command_async(params)

    def _apply_edit(self) -> Callable[[Any], types.ApplyWorkspaceEditResult]:
        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            changes = params.edit.document_changes
            assert changes
            change = changes[0]
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == self.buffer.version
            edits = [converted(edit) for edit in change.edits]
            self.buffer = Buffer(with_edits(self.buffer.text, edits), self.buffer.version + 1)
            self.client.text_document_did_change(
                types.DidChangeTextDocumentParams(
                    types.VersionedTextDocumentIdentifier(self.buffer.version, self.uri),
                    [types.TextDocumentContentChangeWholeDocument(self.buffer.text)],
                )
            )
            self.edited.set()
            return types.ApplyWorkspaceEditResult(applied=True)

        return apply


def converted(edit: Any) -> dict[str, Any]:
    """An edit as JSON."""
    span = edit.range
    return {
        "newText": edit.new_text,
        "range": {
            "start": {"line": span.start.line, "character": span.start.character},
            "end": {"line": span.end.line, "character": span.end.character},
        },
    }


@pytest.fixture(params=["visual_studio_code", "emacs"])
async def editor(
    request: pytest.FixtureRequest, tmp_path: Path, workspace: Path
) -> AsyncGenerator[Editor]:
    with ModelServer(MENDS) as model:
        env = environment(tmp_path / "home", model.url)
        config = ClientServerConfig([*COMMAND], client_factory=make_test_lsp_client, server_env=env)
        client = await config.start()
        assert isinstance(client, LanguageClient)
        client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
        editor = Editor(client, (workspace / "a.py").as_uri())
        await client.initialize_session(
            types.InitializeParams(
                capabilities=client_capabilities(request.param),
                workspace_folders=[types.WorkspaceFolder(workspace.as_uri(), "x")],
            )
        )
        editor.open()
        yield editor
        await client.shutdown_session()
        await client.stop()


async def test_a_defect_is_published(editor: Editor) -> None:
    assert {one.code for one in await editor.diagnostics()} == {"F401", "B006"}


async def test_a_quick_fix_comes_with_its_edit(editor: Editor) -> None:
    fix = (await editor.actions(0, "quickfix"))[0]
    assert isinstance(fix, types.CodeAction)
    assert fix.edit
    assert fix.edit.document_changes
    change = fix.edit.document_changes[0]
    assert isinstance(change, types.TextDocumentEdit)
    mended = with_edits(DEFECT, [converted(edit) for edit in change.edits])
    assert mended == DEFECT.removeprefix("import os\n")


async def test_a_model_mends_the_open_text(editor: Editor) -> None:
    await editor.choose("Fix with a model", 3)
    await asyncio.wait_for(editor.edited.wait(), 30)
    assert "def collect(into):" in editor.buffer.text
    assert [one.message for one in editor.client.messages] == []


async def test_an_explanation_reaches_the_person(editor: Editor) -> None:
    await editor.choose("Explain", 3)
    client = editor.client
    method = types.WINDOW_SHOW_MESSAGE
    assert await editor.until(lambda: client.shown_documents or client.messages, method)
