"""Findings as diagnostics: of the text on the screen, and never of an older one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bandmaster import Kind
from tests.fakes.editor import VSCODE, Editor, Refused
from tests.fakes.engine import finds
from tests.server.features.conftest import Open

PULLING = {**VSCODE, "textDocument": {**VSCODE["textDocument"], "diagnostic": {}}}


async def pull(editor: Editor, uri: str) -> Any:
    answer = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return [one["message"].partition("\n")[0] for one in answer["items"]]


def published(editor: Editor) -> list[tuple[int | None, int]]:
    """Of each publication its version and how many diagnostics it has."""
    sent = [one["params"] for one in editor.of("textDocument/publishDiagnostics")]
    return [(one.get("version"), len(one["diagnostics"])) for one in sent]


async def test_an_opened_document_has_its_findings(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "good\nbad\n")
        found = await on.editor.diagnostics(on.uri, 1)
        assert [(one["range"]["start"]["line"], one["source"]) for one in found] == [
            (1, "bandmaster")
        ]


async def test_the_text_is_that_of_the_buffer_and_not_of_the_disk(stage: Open) -> None:
    async with stage() as on:
        (on.root / "a.py").write_text("good\n")
        on.editor.open(on.uri, "bad\n")
        assert len(await on.editor.diagnostics(on.uri, 1)) == 1


async def test_only_the_analysers_are_asked(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri)
        assert [task.preferences.model for task in on.engine.tasks] == ["builtin"]


async def test_a_changed_document_is_checked_again(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri, 1)
        on.editor.edit(on.uri, "good\n")
        assert await on.editor.diagnostics(on.uri, 2) == []


async def test_findings_of_an_older_version_are_not_shown(stage: Open) -> None:
    async with stage() as on:
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.edit(on.uri, "bad bad\nbad\n")
        on.engine.held.pop(Kind.REVIEW).set()
        assert len(await on.editor.diagnostics(on.uri, 2)) == 2
        assert published(on.editor) == [(2, 2)]


async def test_a_saved_document_is_checked_again(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri)
        on.editor.seen.clear()
        on.editor.notify("textDocument/didSave", {"textDocument": {"uri": on.uri}})
        assert len(await on.editor.diagnostics(on.uri, 1)) == 1


async def test_a_closed_document_has_no_diagnostics(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri, 1)
        on.editor.seen.clear()
        on.editor.close(on.uri)
        assert await on.editor.diagnostics(on.uri) == []


async def test_a_document_closed_during_its_check_stays_clear(stage: Open) -> None:
    async with stage() as on:
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.close(on.uri)
        assert await on.editor.diagnostics(on.uri) == []
        assert published(on.editor) == [(None, 0)]
        assert on.engine.cancelled == on.engine.tasks


async def test_after_closing_the_disk_counts_again(stage: Open) -> None:
    async with stage() as on:
        (on.root / "a.py").write_text("disk\n")
        other = on.file("b.py")
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri)
        on.editor.close(on.uri)
        on.editor.open(other, "bad\n")
        await on.editor.diagnostics(other)
        assert on.engine.workspace.snapshot().read("a.py").text == "disk\n"


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "git:/a.py", "nonsense"])
async def test_a_document_that_is_no_file_is_left_in_peace(stage: Open, uri: str) -> None:
    async with stage() as on:
        on.editor.open(uri, "bad\n")
        on.editor.edit(uri, "bad bad\n")
        assert await on.editor.actions(uri) == []
        on.editor.close(uri)
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri)
        assert {one["uri"] for one in _uris(on.editor)} == {on.uri}


def _uris(editor: Editor) -> list[Any]:
    return [one["params"] for one in editor.of("textDocument/publishDiagnostics")]


async def test_a_name_with_spaces_and_letters_of_any_script_is_fine(stage: Open) -> None:
    async with stage() as on:
        uri = on.file("ä b/ü 日本.py").replace("file://", "file://localhost")
        on.editor.open(uri, "bad\n")
        assert len(await on.editor.diagnostics(uri, 1)) == 1


async def test_a_change_of_a_document_that_is_not_open_is_left_out(stage: Open) -> None:
    async with stage() as on:
        params = {"textDocument": {"uri": on.uri, "version": 2}, "contentChanges": [{"text": "x"}]}
        on.editor.notify("textDocument/didChange", params)
        assert await on.editor.actions(on.uri) == []
        assert on.editor.messages() == []


async def test_an_editor_that_asks_itself_is_answered_and_not_published_to(stage: Open) -> None:
    async with stage(capabilities=PULLING) as on:
        on.editor.open(on.uri, "bad\n")
        assert await pull(on.editor, on.uri) == ["bad on line 1"]
        on.editor.edit(on.uri, "good\nbad\n")
        assert await pull(on.editor, on.uri) == ["bad on line 2"]
        assert published(on.editor) == []


async def test_an_answer_for_an_older_version_tells_the_editor_to_ask_again(stage: Open) -> None:
    async with stage(capabilities=PULLING) as on:
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        params = {"textDocument": {"uri": on.uri}}
        _, answer = on.editor.start("textDocument/diagnostic", params)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.edit(on.uri, "good\n")
        await on.editor.actions(on.uri)
        on.engine.held.pop(Kind.REVIEW).set()
        with pytest.raises(Refused) as refused:
            await asyncio.wait_for(answer, 10)
        assert (refused.value.code, refused.value.data) == (-32802, {"retriggerRequest": True})


async def test_an_answer_for_a_closed_document_is_not_given(stage: Open) -> None:
    async with stage(capabilities=PULLING) as on:
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        params = {"textDocument": {"uri": on.uri}}
        _, answer = on.editor.start("textDocument/diagnostic", params)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.close(on.uri)
        await on.editor.actions(on.uri)
        on.engine.held.pop(Kind.REVIEW).set()
        with pytest.raises(Refused):
            await asyncio.wait_for(answer, 10)


async def test_a_cancelled_question_stops_its_check(stage: Open) -> None:
    async with stage(capabilities=PULLING) as on:
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        params = {"textDocument": {"uri": on.uri}}
        number, answer = on.editor.start("textDocument/diagnostic", params)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(Refused):
            await asyncio.wait_for(answer, 10)
        assert on.engine.cancelled == on.engine.tasks


async def test_pulling_is_announced_only_to_editors_that_pull(stage: Open) -> None:
    async with stage() as on:
        with pytest.raises(Refused):
            await pull(on.editor, on.uri)


async def test_findings_of_a_review_are_published_beside_those_that_are_pulled(
    stage: Open,
) -> None:
    plays = {Kind.REVIEW: finds("bad")}
    async with stage(plays, capabilities=PULLING) as on:
        on.editor.open(on.uri, "bad\n")
        await asyncio.wait_for(on.editor.run("review", on.uri)[1], 10)
        assert len(await on.editor.diagnostics(on.uri, 1)) == 1
        on.editor.edit(on.uri, "good\n")
        assert await on.editor.diagnostics(on.uri, 2) == []
