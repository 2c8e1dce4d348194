"""The tasks as commands: progress, cancelling, edits through the editor, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bandmaster import (
    Asking,
    Attempt,
    Delta,
    Failed,
    Failure,
    Focus,
    Forecast,
    Kind,
    NoModel,
    Position,
    Progress,
    Review,
    Span,
)
from tests.fakes.editor import VSCODE, Editor, Refused, path_of
from tests.fakes.engine import creates, finding, raises, replaces, says
from tests.server.features.conftest import Open, Stage
from tests.server.features.test_code_actions import without

DOCS = Path(__file__).parents[3] / "docs"
QUIET = without("window", "workDoneProgress")
FIXES = {Kind.FIX: replaces("bad", "good")}


async def finish(answer: asyncio.Future[Any]) -> Any:
    return await asyncio.wait_for(answer, 10)


async def run(on: Stage, command: str, text: str = "one\nbad\n", line: int = 1) -> Editor:
    """Open a document and run a task on it to its end."""
    on.editor.open(on.uri, text)
    await finish(on.editor.run(command, on.uri, line)[1])
    return on.editor


def progress(editor: Editor) -> list[Any]:
    return [one["params"]["value"] for one in editor.of("$/progress")]


async def test_an_edit_is_made_through_the_editor_with_the_version_as_read(stage: Open) -> None:
    async with stage(FIXES) as on:
        editor = await run(on, "fix")
        sent = editor.of("workspace/applyEdit")[0]["params"]
        assert editor.buffers[on.uri].text == "one\ngood\n"
        assert sent["edit"]["documentChanges"][0]["textDocument"] == {"uri": on.uri, "version": 1}
        assert not (on.root / "a.py").exists()


async def test_a_command_ends_with_its_outcome_as_the_schema_says(stage: Open) -> None:
    async with stage(FIXES) as on:
        on.editor.open(on.uri, "one\nbad\n")
        document = await finish(on.editor.run("fix", on.uri, 1)[1])
    schema = json.loads((DOCS / "schema" / "outcome.json").read_text())
    jsonschema.validate(document, schema)
    assert document["result"]["files"][0]["after"] == "one\ngood\n"


async def test_an_edit_that_arrived_is_told_to_the_engine(stage: Open) -> None:
    async with stage(FIXES) as on:
        await run(on, "fix")
        (changes,) = on.engine.applied_sets
        assert changes.files[0].after == "one\ngood\n"


async def test_an_answer_can_be_rated_once(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        editor = await run(on, "explain")
        (good, bad) = await editor.actions(on.uri, only=["bandmaster.feedback"])
        assert [good["title"], bad["title"]] == ["That answer was good", "That answer was bad"]
        rated = await editor.request("workspace/executeCommand", good["command"])
        assert rated["model"] == "fake/m"
        assert on.engine.ratings == [(on.engine.of(Kind.EXPLAIN)[0].id, 1.0)]
        assert await editor.actions(on.uri, only=["bandmaster.feedback"]) == []


async def test_the_task_is_about_the_cursor_and_the_findings_on_its_line(stage: Open) -> None:
    async with stage(FIXES) as on:
        on.editor.open(on.uri, "bad\nbad\n")
        await on.editor.diagnostics(on.uri, 1)
        await finish(on.editor.run("fix", on.uri, 1)[1])
        task = on.engine.of(Kind.FIX)[0]
        assert task.focus == (Focus("a.py", Span(Position(2, 1), Position(2, 1))),)
        assert [one.span.start.line for one in task.findings] == [2]


async def test_a_review_without_a_selection_is_about_the_whole_file(stage: Open) -> None:
    async with stage() as on:
        await run(on, "review")
        assert on.engine.of(Kind.REVIEW)[-1].focus == (Focus("a.py"),)


async def test_an_edit_of_a_text_that_moved_on_is_refused(stage: Open) -> None:
    async with stage(FIXES) as on:
        on.engine.held[Kind.FIX] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        _, answer = on.editor.run("fix", on.uri)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.edit(on.uri, "bad, typed\n")
        await on.editor.actions(on.uri)
        on.engine.held.pop(Kind.FIX).set()
        await finish(answer)
        assert "a.py changed meanwhile" in await on.editor.message("changed")
        assert on.editor.of("workspace/applyEdit") == []
        assert on.editor.buffers[on.uri].text == "bad, typed\n"


async def test_an_edit_of_unsaved_text_is_refused_when_the_document_was_closed(
    stage: Open,
) -> None:
    async with stage(FIXES) as on:
        (on.root / "a.py").write_text("on disk\n")
        on.engine.held[Kind.FIX] = asyncio.Event()
        on.editor.open(on.uri, "bad\n")
        _, answer = on.editor.run("fix", on.uri)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.close(on.uri)
        await on.editor.actions(on.uri)
        on.engine.held.pop(Kind.FIX).set()
        await finish(answer)
        await on.editor.message("changed meanwhile")
        assert (on.root / "a.py").read_text() == "on disk\n"


async def test_a_review_of_a_closed_document_is_not_shown(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri, 1)
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        _, answer = on.editor.run("review", on.uri)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.close(on.uri)
        await on.editor.actions(on.uri)
        on.editor.seen.clear()
        on.engine.held.pop(Kind.REVIEW).set()
        await finish(answer)
        assert on.editor.of("textDocument/publishDiagnostics") == []


async def test_a_task_chosen_for_an_older_text_is_not_run(stage: Open) -> None:
    async with stage(FIXES) as on:
        on.editor.open(on.uri, "bad\n")
        on.editor.buffers[on.uri].version = 0
        await finish(on.editor.run("fix", on.uri)[1])
        await on.editor.message("a.py changed meanwhile; run it again")
        assert on.engine.of(Kind.FIX) == []


async def test_an_editor_that_only_says_it_applied_is_found_out(stage: Open) -> None:
    async with stage(FIXES) as on:
        on.editor.applies = False
        await run(on, "fix")
        await on.editor.message("the editor did not make the edit to a.py")


@pytest.mark.parametrize(
    "reply",
    [
        {"result": {"applied": False, "failureReason": "read only"}},
        {"error": {"code": 32603, "message": "read only"}},
        {"error": {"message": "read only"}},
    ],
)
async def test_an_edit_that_the_editor_refuses_is_told(stage: Open, reply: Any) -> None:
    async with stage(FIXES) as on:
        on.editor.answers["workspace/applyEdit"] = lambda _: reply
        await run(on, "fix")
        assert "was not applied" in await on.editor.message("read only")


async def test_an_editor_that_takes_no_edits_is_told_so(stage: Open) -> None:
    async with stage(FIXES, capabilities=without("workspace", "applyEdit")) as on:
        await run(on, "fix")
        await on.editor.message("this editor takes no such edit of a.py")


async def test_lines_typed_elsewhere_meanwhile_do_not_hide_that_an_edit_arrived(
    stage: Open,
) -> None:
    async with stage(FIXES) as on:

        def apply_while_typing(params: Any) -> Any:
            on.editor.edit(on.uri, "typed\none\ngood\n")
            return {"result": {"applied": True}}

        on.editor.answers["workspace/applyEdit"] = apply_while_typing
        await run(on, "fix")
        assert on.editor.messages() == []


async def test_a_new_file_is_created_by_the_editor_and_shown(stage: Open) -> None:
    async with stage({Kind.TEST: creates("test_a.py", "assert True\n")}) as on:
        editor = await run(on, "test")
        edit = editor.of("workspace/applyEdit")[0]["params"]["edit"]
        kinds = [one.get("kind") for one in edit["documentChanges"]]
        assert kinds == ["create", None]
        assert (on.root / "test_a.py").read_text() == "assert True\n"
        shown = await editor.until("window/showDocument")
        assert shown["uri"] == on.file("test_a.py")


async def test_where_the_editor_cannot_create_a_file_the_engine_writes_it(stage: Open) -> None:
    lacking = without("workspace", "workspaceEdit", "resourceOperations")
    plays = {Kind.TEST: creates("tests/test_a.py", "assert True\n")}
    async with stage(plays, capabilities=lacking) as on:
        editor = await run(on, "test")
        assert editor.of("workspace/applyEdit") == []
        assert (on.root / "tests" / "test_a.py").read_text() == "assert True\n"


async def test_a_new_file_never_takes_the_place_of_another(stage: Open) -> None:
    async with stage({Kind.TEST: creates("b.py", "new\n")}) as on:
        (on.root / "b.py").write_text("old\n")
        await run(on, "test")
        await on.editor.message("b.py changed meanwhile")
        assert (on.root / "b.py").read_text() == "old\n"


async def test_a_task_on_a_file_that_is_not_open_reads_the_disk(stage: Open) -> None:
    async with stage(FIXES) as on:
        (on.root / "a.py").write_text("bad\n")
        await finish(on.editor.run("fix", on.uri)[1])
        assert (on.root / "a.py").read_text() == "good\n"


async def test_nothing_to_change_is_said_in_one_line(stage: Open) -> None:
    async with stage({Kind.DOCS: replaces("nothing", "such")}) as on:
        await run(on, "document")
        assert on.editor.messages() == ["Bandmaster: it was replaced"]


async def test_an_explanation_is_shown_as_a_page_that_only_the_person_can_read(
    stage: Open,
) -> None:
    async with stage({Kind.EXPLAIN: says("# It *is* so")}) as on:
        editor = await run(on, "explain")
        page = path_of((await editor.until("window/showDocument"))["uri"])
        assert (page.name, page.read_text()) == ("explain-a.md", "# It *is* so")
        assert page.parent.stat().st_mode & 0o077 == 0
        await editor.request("shutdown")
        assert not page.parent.exists()
        editor.notify("exit")


@pytest.mark.parametrize("answer", [{"result": {"success": False}}, {"result": None}])
async def test_where_no_page_opens_the_explanation_is_a_message(stage: Open, answer: Any) -> None:
    async with stage({Kind.EXPLAIN: says("x" * 5000)}) as on:
        on.editor.answers["window/showDocument"] = lambda _: answer
        await run(on, "explain")
        assert len(await on.editor.message("xxx")) < 2000
        assert (await on.editor.until("window/logMessage"))["message"] == "x" * 5000


async def test_an_editor_without_pages_is_not_asked_for_one(stage: Open) -> None:
    lacking = without("window", "showDocument")
    async with stage({Kind.EXPLAIN: says("It is so")}, capabilities=lacking) as on:
        await run(on, "explain")
        assert on.editor.messages() == ["Bandmaster: It is so"]
        assert on.editor.of("window/showDocument") == []


async def test_a_review_shows_its_findings_as_diagnostics(stage: Open) -> None:
    found = finding("a.py", 1, 1, "one", "1", rule="M1")
    async with stage({Kind.REVIEW: lambda task, _: Review((found,))}) as on:
        editor = await run(on, "review")
        assert [one["code"] for one in await editor.diagnostics(on.uri, 1)] == ["M1"]
        assert progress(editor)[-1] == {"kind": "end", "message": "1 finding"}


async def test_a_review_that_finds_nothing_says_so(stage: Open) -> None:
    async with stage({Kind.REVIEW: lambda task, _: Review(())}) as on:
        await run(on, "review")
        await on.editor.message("no findings in a.py")


async def test_a_review_of_an_older_text_is_not_shown(stage: Open) -> None:
    async with stage() as on:
        on.editor.open(on.uri, "bad\n")
        await on.editor.diagnostics(on.uri, 1)
        on.engine.held[Kind.REVIEW] = asyncio.Event()
        _, answer = on.editor.run("review", on.uri)
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        on.editor.edit(on.uri, "good\n")
        await on.editor.actions(on.uri)
        on.engine.held.pop(Kind.REVIEW).set()
        await finish(answer)
        await on.editor.message("a.py changed while it was reviewed")
        assert await on.editor.diagnostics(on.uri, 2) == []


async def test_progress_tells_what_the_run_does(stage: Open) -> None:
    attempt = Attempt(model="x/down", failure=Failure.TIMEOUT, message="no answer")
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        on.engine.says = (
            Asking("x/down"),
            Failed(attempt),
            Asking("x/up", Forecast(Decimal("0.04"), 6.0)),
            Progress(1, 4, "reading"),
            Delta("first line\nlast li"),
        )
        editor = await run(on, "explain")
        assert progress(editor) == [
            {"kind": "begin", "title": "Explaining a.py", "cancellable": True},
            {"kind": "report", "message": "asking x/down"},
            {"kind": "report", "message": "x/down failed: no answer"},
            {"kind": "report", "message": "asking x/up, about $0.04 and 6 s"},
            {"kind": "report", "message": "reading", "percentage": 25},
            {"kind": "report", "message": "last li"},
            {"kind": "end", "message": "answered by fake/m"},
        ]


async def test_a_token_of_the_request_is_used_without_asking_for_one(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        on.editor.open(on.uri, "x\n")
        spot = {"line": 0, "character": 0}
        argument = {"uri": on.uri, "version": 1, "range": {"start": spot, "end": spot}}
        params = {"command": "bandmaster.task.explain", "arguments": [argument]}
        await on.editor.request("workspace/executeCommand", {**params, "workDoneToken": "mine"})
        assert {one["params"]["token"] for one in on.editor.of("$/progress")} == {"mine"}
        assert on.editor.of("window/workDoneProgress/create") == []


async def test_where_no_progress_can_be_made_the_task_runs_without(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        reply = {"error": {"code": -32603, "message": "no"}}
        on.editor.answers["window/workDoneProgress/create"] = lambda _: reply
        editor = await run(on, "explain")
        assert progress(editor) == []
        await editor.until("window/showDocument")


async def test_an_editor_without_progress_is_answered_before_the_task_ends(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}, capabilities=QUIET) as on:
        on.engine.held[Kind.EXPLAIN] = asyncio.Event()
        editor = await run(on, "explain")
        await asyncio.wait_for(on.engine.waiting.wait(), 10)
        assert editor.of("$/progress") == []
        on.engine.held.pop(Kind.EXPLAIN).set()
        await editor.until("window/showDocument")


async def hold(on: Stage) -> tuple[int, asyncio.Future[Any], Any]:
    """A task at work: its request, its answer, and the token of its progress."""
    on.engine.held[Kind.EXPLAIN] = asyncio.Event()
    on.editor.open(on.uri, "x\n")
    number, answer = on.editor.run("explain", on.uri)
    await asyncio.wait_for(on.engine.waiting.wait(), 10)
    return number, answer, (await on.editor.until("$/progress"))["token"]


async def test_cancelling_the_progress_cancels_the_run(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        _, answer, token = await hold(on)
        on.editor.notify("window/workDoneProgress/cancel", {"token": token})
        assert await finish(answer) is None
        assert on.engine.cancelled == on.engine.of(Kind.EXPLAIN)
        assert progress(on.editor)[-1] == {"kind": "end", "message": "cancelled"}


async def test_cancelling_the_request_cancels_the_run(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        number, answer, _ = await hold(on)
        on.editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(Refused) as refused:
            await finish(answer)
        assert refused.value.code == -32800
        assert on.engine.cancelled == on.engine.of(Kind.EXPLAIN)


async def test_shutdown_cancels_all_runs_and_closes_the_engine(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        _, answer, _ = await hold(on)
        await on.editor.request("shutdown")
        assert await finish(answer) is None
        assert on.engine.cancelled == on.engine.of(Kind.EXPLAIN)
        assert on.engine.closed
        on.editor.notify("exit")


async def test_cancelling_what_has_ended_is_no_error(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}) as on:
        editor = await run(on, "explain")
        token = (await editor.until("$/progress"))["token"]
        editor.notify("window/workDoneProgress/cancel", {"token": token})
        editor.notify("window/workDoneProgress/cancel", {"token": "never"})
        assert len(await editor.actions(on.uri)) == 7
        assert editor.messages() == []


async def test_what_goes_wrong_is_told_in_one_line(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: raises(NoModel("nobody answered; set A_KEY"))}) as on:
        editor = await run(on, "explain")
        assert editor.messages() == ["Bandmaster: nobody answered; set A_KEY"]
        assert progress(editor)[-1] == {"kind": "end", "message": "failed"}


async def test_a_failure_of_our_own_answers_the_request_and_ends_the_progress(
    stage: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage({Kind.EXPLAIN: raises(KeyError("x"))}) as on:
        on.editor.open(on.uri, "x\n")
        with pytest.raises(Refused) as refused:
            await finish(on.editor.run("explain", on.uri)[1])
        assert "internal error (KeyError)" in str(refused.value)
        assert progress(on.editor)[-1] == {"kind": "end", "message": "failed"}
        assert "KeyError" in caplog.text


async def test_a_failure_that_nobody_waits_for_is_told(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: raises(KeyError("x"))}, capabilities=QUIET) as on:
        await run(on, "explain")
        assert "the server's log says where" in await on.editor.message("KeyError")


async def test_a_document_that_is_no_file_is_to_be_saved_first(stage: Open) -> None:
    async with stage() as on:
        on.editor.open("untitled:1", "x\n")
        await finish(on.editor.run("explain", "untitled:1")[1])
        await on.editor.message("save it first")


async def test_a_missing_file_is_told(stage: Open) -> None:
    async with stage() as on:
        await finish(on.editor.run("explain", on.file("none.py"))[1])
        await on.editor.message("'none.py' cannot be read: no such file")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("bandmaster.task.explain", None),
        ("bandmaster.task.explain", []),
        ("bandmaster.task.explain", [{}]),
        ("bandmaster.task.explain", [{"uri": 3, "version": 1, "range": {}}]),
        ("bandmaster.task.explain", [{"uri": "x"}, {"uri": "y"}]),
        ("bandmaster.task.dance", [{}]),
        ("rm", []),
    ],
)
async def test_a_wrong_command_or_argument_is_refused(
    stage: Open, command: str, arguments: Any
) -> None:
    async with stage() as on:
        params = {"command": command, "arguments": arguments}
        with pytest.raises(Refused) as refused:
            await on.editor.request("workspace/executeCommand", params)
        assert refused.value.code == -32602
        assert on.engine.tasks == []


async def test_columns_are_those_of_the_editor(stage: Open) -> None:
    """The fix lies behind a character that is two units wide in UTF-16."""
    for encoding in ("utf-8", "utf-16", "utf-32"):
        capabilities = {**VSCODE, "general": {"positionEncodings": [encoding]}}
        async with stage(capabilities=capabilities) as on:
            on.editor.open(on.uri, "😀 bad\n")
            found = await on.editor.diagnostics(on.uri, 1)
            width = {"utf-8": 5, "utf-16": 3, "utf-32": 2}[encoding]
            assert found[0]["range"]["start"] == {"line": 0, "character": width}


async def test_a_file_below_a_linked_folder_is_one_of_the_workspace(
    stage: Open, tmp_path: Path
) -> None:
    async with stage(FIXES) as on:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real")
        uri = on.file("link/a.py")
        on.editor.open(uri, "bad\n")
        await finish(on.editor.run("fix", uri)[1])
        assert on.editor.buffers[uri].text == "good\n"
