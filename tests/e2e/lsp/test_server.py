"""The whole path on real code: `bandmaster lsp` with ruff, and with a model on loopback."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.lsp.conftest import COMMAND, DEFECT, Start, environment
from tests.fakes.editor import VSCODE, Editor, Refused, in_process, with_edits
from tests.fakes.protocols import OpenAI
from tests.fakes.upstream import Answer, End, Upstream

pytestmark = pytest.mark.e2e
SAYS = OpenAI()
HANGS = SAYS.streams(*SAYS.opens(), SAYS.says("thinking\n"), end=End.NEVER)
MENDS = """I mended it.

*** Begin Patch
*** Update File: a.py
@@
-def collect(into=[]):
+def collect(into):
*** End Patch
"""
TESTS = """Here they are.

*** Begin Patch
*** Add File: test_a.py
+def test_it():
+    assert True
*** End Patch
"""


def answers(text: str) -> Answer:
    return SAYS.answer(text, "stop", stream=True)


async def finish(answer: asyncio.Future[Any]) -> Any:
    return await asyncio.wait_for(answer, 30)


async def opened(editor: Editor, workspace: Path, text: str = DEFECT) -> str:
    await editor.initialize(workspace, VSCODE)
    uri = (workspace / "a.py").as_uri()
    editor.open(uri, text)
    await editor.diagnostics(uri, 1)
    return uri


async def test_a_defect_is_shown_and_its_quick_fix_mends_it(lsp: Start, workspace: Path) -> None:
    async with lsp() as (editor, _):
        uri = await opened(editor, workspace)
        found = await editor.diagnostics(uri, 1)
        assert {one["code"] for one in found} == {"F401", "B006"}
        fix = next(one for one in await editor.actions(uri, 0) if "edit" in one)
        mended = with_edits(DEFECT, fix["edit"]["documentChanges"][0]["edits"])
        assert mended == DEFECT.removeprefix("import os\n")


async def test_unsaved_text_is_what_is_reviewed(lsp: Start, workspace: Path) -> None:
    async with lsp() as (editor, _):
        uri = await opened(editor, workspace, "print(1)\n")
        assert await editor.diagnostics(uri, 1) == []
        editor.edit(uri, "import re\n")
        assert [one["code"] for one in await editor.diagnostics(uri, 2)] == ["F401"]


async def test_document_without_a_model_writes_a_docstring(lsp: Start, workspace: Path) -> None:
    async with lsp() as (editor, _):
        uri = await opened(editor, workspace)
        await finish(editor.run("document", uri, 3)[1])
        assert editor.messages() == []
        assert '"""' in editor.buffers[uri].text
        compile(editor.buffers[uri].text, "a.py", "exec")
        assert (workspace / "a.py").read_text() == DEFECT


async def test_explain_without_a_model_opens_a_page(lsp: Start, workspace: Path) -> None:
    async with lsp() as (editor, _):
        uri = await opened(editor, workspace)
        await finish(editor.run("explain", uri, 3)[1])
        shown = await editor.until("window/showDocument")
        assert shown["uri"].endswith("/explain-a.md")


async def test_what_needs_a_model_says_how_to_get_one(lsp: Start, workspace: Path) -> None:
    async with lsp() as (editor, _):
        uri = await opened(editor, workspace)
        await finish(editor.run("test", uri)[1])
        assert "OPENAI_API_KEY" in await editor.message("needs a model")


async def test_a_model_mends_the_open_text(lsp: Start, workspace: Path) -> None:
    async with Upstream(answers(MENDS)) as upstream, lsp(upstream.url) as (editor, _):
        uri = await opened(editor, workspace, DEFECT + "# unsaved\n")
        await finish(editor.run("fix", uri, 3)[1])
        assert editor.messages() == []
        assert "def collect(into):" in editor.buffers[uri].text
        assert "# unsaved" in str(upstream.requests[0].body)
        assert (workspace / "a.py").read_text() == DEFECT


async def test_a_model_writes_tests_into_a_new_file(lsp: Start, workspace: Path) -> None:
    async with Upstream(answers(TESTS)) as upstream, lsp(upstream.url) as (editor, _):
        uri = await opened(editor, workspace)
        await finish(editor.run("test", uri, 3)[1])
        assert editor.messages() == []
        assert "def test_it" in (workspace / "test_a.py").read_text()


async def test_actions_are_listed_while_a_model_hangs(lsp: Start, workspace: Path) -> None:
    async with Upstream(HANGS) as upstream, lsp(upstream.url) as (editor, _):
        uri = await opened(editor, workspace)
        _, answer = editor.run("fix", uri, 3)
        await asyncio.wait_for(upstream.waiting.wait(), 30)
        assert len(await editor.actions(uri, 0)) == 6
        assert not answer.done()


@pytest.mark.parametrize("by", ["progress", "request"])
async def test_cancelling_hangs_up_on_the_model(lsp: Start, workspace: Path, by: str) -> None:
    async with Upstream(HANGS) as upstream, lsp(upstream.url) as (editor, _):
        uri = await opened(editor, workspace)
        number, answer = editor.run("fix", uri, 3)
        await asyncio.wait_for(upstream.waiting.wait(), 30)
        token = (await editor.until("$/progress"))["token"]
        if by == "progress":
            editor.notify("window/workDoneProgress/cancel", {"token": token})
            assert await finish(answer) is None
        else:
            editor.notify("$/cancelRequest", {"id": number})
            with pytest.raises(Refused):
                await finish(answer)
        await asyncio.wait_for(upstream.hung_up.wait(), 30)
        assert editor.buffers[uri].text == DEFECT


async def test_the_end_of_the_editor_hangs_up_on_the_model(lsp: Start, workspace: Path) -> None:
    async with Upstream(HANGS) as upstream, lsp(upstream.url) as (editor, process):
        uri = await opened(editor, workspace)
        editor.run("fix", uri, 3)
        await asyncio.wait_for(upstream.waiting.wait(), 30)
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 30)
        await asyncio.wait_for(upstream.hung_up.wait(), 30)


async def test_a_broken_configuration_is_told_and_the_defaults_count(
    lsp: Start, workspace: Path
) -> None:
    (workspace / "bandmaster.toml").write_text("[limits\n")
    async with lsp() as (editor, _):
        await opened(editor, workspace)
        message = await editor.message("bandmaster.toml")
        assert "going on with the defaults" in message


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are those of POSIX")
async def test_no_process_is_left_behind(tmp_path: Path, workspace: Path) -> None:
    """The server ends in the middle of many checks; it leads a process group of its own."""
    leader = (
        sys.executable,
        "-c",
        "import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])",
    )
    env = environment(tmp_path / "home")
    async with in_process(*leader, *COMMAND, env=env, cwd=workspace) as (editor, process):
        await opened(editor, workspace)
        for number in range(30):
            editor.open((workspace / f"{number}.py").as_uri(), DEFECT)
        await editor.request("shutdown")
        editor.notify("exit")
        assert await asyncio.wait_for(process.wait(), 30) == 0
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
