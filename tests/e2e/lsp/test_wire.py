"""The wire between two processes: framing, deafness, exit codes, and what may be on it."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.lsp.conftest import TOY, Start
from tests.fakes.editor import VSCODE, Editor, Refused, in_process

ROOT = Path(__file__).parents[3]
SPOT = {"textDocument": {"uri": "file:///a"}, "position": {"line": 0, "character": 0}}
pytestmark = pytest.mark.e2e


def toy():
    return in_process(*TOY, cwd=ROOT)


async def ended(process: asyncio.subprocess.Process) -> int:
    return await asyncio.wait_for(process.wait(), 20)


def block_all_threads(editor: Editor) -> None:
    """More work that never ends than the server has threads."""
    for _ in range(40):
        editor.start("textDocument/references", {**SPOT, "context": {"includeDeclaration": True}})


async def test_busy_threads_do_not_make_the_server_deaf() -> None:
    async with toy() as (editor, _):
        await editor.initialize(None, {})
        block_all_threads(editor)
        assert await editor.request("textDocument/definition", SPOT) is None


async def test_busy_threads_do_not_hold_up_the_exit() -> None:
    async with toy() as (editor, process):
        await editor.initialize(None, {})
        block_all_threads(editor)
        await editor.request("shutdown")
        editor.notify("exit")
        assert await ended(process) == 0


async def test_the_exit_code_after_shutdown_is_0(lsp: Start) -> None:
    async with lsp() as (editor, process):
        await editor.initialize(None, VSCODE)
        await editor.request("shutdown")
        editor.notify("exit")
        assert await ended(process) == 0


async def test_the_exit_code_without_shutdown_is_1(lsp: Start) -> None:
    async with lsp() as (editor, process):
        await editor.initialize(None, VSCODE)
        editor.notify("exit")
        assert await ended(process) == 1


async def test_exit_before_initialize_ends_the_server(lsp: Start) -> None:
    async with lsp() as (editor, process):
        editor.notify("exit")
        assert await ended(process) == 1


async def test_the_server_ends_when_the_editor_is_gone(lsp: Start) -> None:
    async with lsp() as (editor, process):
        await editor.initialize(None, VSCODE)
        process.stdin.close()
        assert await ended(process) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
async def test_the_server_ends_when_it_is_told_to(lsp: Start) -> None:
    async with lsp() as (editor, process):
        await editor.initialize(None, VSCODE)
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == 1


async def test_a_header_in_lower_case_is_one(lsp: Start) -> None:
    async with lsp() as (editor, process):
        await editor.initialize(None, VSCODE)
        body = b'{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}}'
        process.stdin.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))
        assert await editor.request("shutdown") is None


async def test_what_the_server_prints_is_not_on_the_wire() -> None:
    async with toy() as (editor, process):
        await editor.initialize(None, {})
        assert await editor.request("textDocument/typeDefinition", SPOT) is None
        await editor.request("shutdown")
        editor.notify("exit")
        await ended(process)
        noise = (await process.stderr.read()).decode()
        assert noise.split() == ["printed", "echoed"]


async def test_contents_and_keys_never_reach_the_log(lsp: Start, workspace: Path) -> None:
    async with lsp() as (editor, process):
        await editor.initialize(workspace, VSCODE, initializationOptions={"key": "sk-secret"})
        uri = (workspace / "a.py").as_uri()
        editor.open(uri, "secret = 1\n")
        editor.notify("textDocument/didChange", {"textDocument": {"uri": uri}, "secret": 1})
        editor.send(
            b'{"jsonrpc":"2.0","id":9,"method":"textDocument/codeAction","params":"secret"}'
        )
        editor.send(b'{"jsonrpc":"2.0","secret":1}')
        editor.send(b"secret")
        with pytest.raises(Refused):
            await editor.request("workspace/executeCommand", {"command": "secret"})
        await editor.diagnostics(uri, 1)
        await editor.request("shutdown")
        editor.notify("exit")
        await ended(process)
        assert "secret" not in (await process.stderr.read()).decode()


async def test_help_is_printed_where_a_person_asks_for_it() -> None:
    async with in_process(sys.executable, "-m", "bandmaster_lsp", "--help") as (_, process):
        assert await ended(process) == 0
