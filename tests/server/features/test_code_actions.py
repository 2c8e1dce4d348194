"""Code actions: quick fixes with their edits, and the tasks as commands."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bandmaster import Kind
from bandmaster_lsp.menu import MENU
from tests.fakes.editor import VSCODE, Editor, with_edits
from tests.fakes.engine import says
from tests.server.features.conftest import Open, Stage

TASKS = ["Document", "Explain", "Review", "Fix with a model", "Write tests"]


def without(*path: str) -> dict[str, Any]:
    """The rich editor's capabilities without one."""
    first, *rest = path
    if not rest:
        return {}
    section = dict(VSCODE[first])
    inner = section
    for key in rest[:-1]:
        inner[key] = dict(inner[key])
        inner = inner[key]
    del inner[rest[-1]]
    return {**VSCODE, first: section}


def titles(actions: list[Any]) -> list[str]:
    return [one["title"] for one in actions]


async def opened(on: Stage, text: str = "good\nbad\n") -> Editor:
    on.editor.open(on.uri, text)
    await on.editor.diagnostics(on.uri, 1)
    return on.editor


async def test_a_finding_with_a_fix_has_a_quick_fix_with_its_versioned_edit(stage: Open) -> None:
    async with stage() as on:
        editor = await opened(on)
        shown = await editor.diagnostics(on.uri, 1)
        fix = (await editor.actions(on.uri, 1, diagnostics=shown))[0]
        change = fix["edit"]["documentChanges"][0]
        assert (fix["title"], fix["kind"], fix["isPreferred"]) == ("Replace bad", "quickfix", True)
        assert fix["diagnostics"] == shown
        assert change["textDocument"] == {"uri": on.uri, "version": 1}
        assert with_edits("good\nbad\n", change["edits"]) == "good\ngood\n"


async def test_the_five_tasks_are_commands_about_the_place(stage: Open) -> None:
    async with stage() as on:
        editor = await opened(on)
        actions = await editor.actions(on.uri, 0)
        spot = {"line": 0, "character": 0}
        argument = {"uri": on.uri, "version": 1, "range": {"start": spot, "end": spot}}
        assert titles(actions) == TASKS
        assert [one["command"]["command"] for one in actions] == [one.command for one in MENU]
        assert [one["command"]["arguments"] for one in actions] == [[argument]] * 5


async def test_quick_fixes_are_those_of_the_range(stage: Open) -> None:
    async with stage() as on:
        editor = await opened(on)
        assert titles(await editor.actions(on.uri, 0)) == TASKS
        assert titles(await editor.actions(on.uri, 1)) == ["Replace bad", *TASKS]


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["quickfix"], ["Replace bad", "Fix with a model"]),
        (["bandmaster"], ["Explain", "Review"]),
        (["bandmaster.review"], ["Review"]),
        (["refactor"], ["Document", "Write tests"]),
        (["source.organizeImports"], []),
        (["quick"], []),
        ([""], ["Replace bad", *TASKS]),
        ([], []),
    ],
)
async def test_only_the_wanted_kinds_are_offered(
    stage: Open, only: list[str], expected: list[str]
) -> None:
    async with stage() as on:
        editor = await opened(on)
        assert titles(await editor.actions(on.uri, 1, only=only)) == expected


async def test_a_fix_of_an_older_version_is_not_offered(stage: Open) -> None:
    async with stage() as on:
        editor = await opened(on)
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        editor.edit(on.uri, "good\ngood\n")
        assert titles(await editor.actions(on.uri, 1)) == TASKS


async def test_without_document_changes_the_edit_is_a_plain_one(stage: Open) -> None:
    async with stage(capabilities=without("workspace", "workspaceEdit")) as on:
        editor = await opened(on)
        fix = (await editor.actions(on.uri, 1))[0]
        assert with_edits("good\nbad\n", fix["edit"]["changes"][on.uri]) == "good\ngood\n"


async def test_an_editor_with_resource_operations_has_document_changes(stage: Open) -> None:
    edits = {"workspaceEdit": {"resourceOperations": ["create", "rename", "delete"]}}
    async with stage(capabilities={**VSCODE, "workspace": edits}) as on:
        editor = await opened(on)
        assert "documentChanges" in (await editor.actions(on.uri, 1))[0]["edit"]


async def test_without_preference_support_nothing_is_preferred(stage: Open) -> None:
    lacking = without("textDocument", "codeAction", "isPreferredSupport")
    async with stage(capabilities=lacking) as on:
        editor = await opened(on)
        assert "isPreferred" not in (await editor.actions(on.uri, 1))[0]


async def test_an_editor_without_literals_gets_plain_commands(stage: Open) -> None:
    lacking = without("textDocument", "codeAction", "codeActionLiteralSupport")
    async with stage(capabilities=lacking) as on:
        editor = await opened(on)
        actions = await editor.actions(on.uri, 1)
        assert [one["command"] for one in actions] == [one.command for one in MENU]


async def test_without_a_model_its_tasks_are_disabled_with_the_reason(stage: Open) -> None:
    async with stage(engine={"providers": ()}) as on:
        editor = await opened(on)
        disabled = [one for one in await editor.actions(on.uri) if "disabled" in one]
        assert titles(disabled) == ["Fix with a model", "Write tests"]
        assert "OPENAI_API_KEY" in disabled[0]["disabled"]["reason"]


async def test_without_a_model_and_disabled_support_its_tasks_are_left_out(stage: Open) -> None:
    lacking = without("textDocument", "codeAction", "disabledSupport")
    async with stage(capabilities=lacking, engine={"providers": ()}) as on:
        editor = await opened(on)
        assert titles(await editor.actions(on.uri)) == ["Document", "Explain", "Review"]


async def test_the_list_is_answered_while_a_model_is_at_work(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        editor = await opened(on)
        on.engine.held[Kind.EXPLAIN] = asyncio.Event()
        _, answer = editor.run("explain", on.uri)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        assert titles(await editor.actions(on.uri, 1)) == ["Replace bad", *TASKS]
        assert not answer.done()
        on.engine.held.pop(Kind.EXPLAIN).set()
        await asyncio.wait_for(answer, 10)


async def test_a_document_that_is_not_open_has_no_actions(stage: Open) -> None:
    async with stage() as on:
        assert await on.editor.actions(on.uri) == []
