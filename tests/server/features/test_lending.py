"""The editor's own language models do tasks, through the real engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bandmaster_lsp.server import build
from tests.fakes.editor import VSCODE, Editor, in_memory
from tests.server.features.conftest import Open

SECONDS = 30.0
LENDS = {"initializationOptions": {"models": ["Copilot/GPT 5", "copilot/claude"]}}
ASK = "bandmaster/askModel"


@asynccontextmanager
async def editing(
    root: Path, monkeypatch: pytest.MonkeyPatch, **more: Any
) -> AsyncGenerator[Editor]:
    """An editor on a real engine without any configured model."""
    for name in ("OPENAI", "ANTHROPIC", "XAI", "MISTRAL"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    monkeypatch.setenv("BANDMASTER_HOME", str(root / "home"))
    async with asyncio.timeout(SECONDS), in_memory(build()) as editor:
        await editor.initialize(root, VSCODE, **more)
        editor.open((root / "a.py").as_uri(), "def f():\n    return 1\n")
        yield editor


def answers(editor: Editor, *pieces: str) -> Callable[[Any], Any]:
    """The editor's model says `pieces` and ends."""

    def answer(params: Any) -> Any:
        for piece in pieces:
            editor.notify("bandmaster/modelSaid", {"answer": params["answer"], "text": piece})
        return {"result": None}

    return answer


async def explain(editor: Editor, root: Path) -> Any:
    return await asyncio.wait_for(editor.run("explain", (root / "a.py").as_uri())[1], SECONDS)


async def test_a_task_is_done_by_the_editors_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, **LENDS) as editor:
        editor.answers[ASK] = answers(editor, "It returns ", "one.")
        outcome = await explain(editor, tmp_path)
    (asked,) = [one["params"] for one in editor.of(ASK)]
    assert asked["model"] == "Copilot/GPT 5"
    assert {one["role"] for one in asked["messages"]} == {"user"}
    assert "def f():" in str(asked["messages"])
    assert outcome["model"] == "host/copilot-gpt-5"
    assert outcome["result"]["text"] == "It returns one."


async def test_an_editor_that_lends_nothing_is_never_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch) as editor:
        outcome = await explain(editor, tmp_path)
    assert outcome["model"] == "builtin"
    assert editor.of(ASK) == []


async def test_a_model_that_breaks_off_is_followed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, **LENDS) as editor:
        whole = answers(editor, "It returns one.")

        def answer(params: Any) -> Any:
            if params["model"] == "copilot/claude":
                return whole(params)
            answers(editor, "It ret")(params)
            return {"error": {"code": -32002, "message": "quota exceeded"}}

        editor.answers[ASK] = answer
        outcome = await explain(editor, tmp_path)
    assert outcome["model"] == "host/copilot-claude"
    assert outcome["result"]["text"] == "It returns one."
    assert [one["failure"] for one in outcome["attempts"]] == ["rate_limit", None]


async def test_a_person_who_does_not_agree_gets_what_needs_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, **LENDS) as editor:
        editor.answers[ASK] = lambda _: {"error": {"code": -32001, "message": "not allowed"}}
        outcome = await explain(editor, tmp_path)
    assert outcome["model"] == "builtin"
    assert [one["failure"] for one in outcome["attempts"]] == ["cancelled", "cancelled", None]


async def test_a_cancelled_task_cancels_the_question_to_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, **LENDS) as editor:
        editor.silent.add(ASK)
        number, answer = editor.run("explain", (tmp_path / "a.py").as_uri())
        asked = await editor.until(ASK)
        editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(Exception, match="cancelled"):
            await asyncio.wait_for(answer, SECONDS)
        cancelled = await editor.until("$/cancelRequest")
    question = next(one for one in editor.of(ASK) if one["params"] == asked)
    assert cancelled["id"] == question["id"]


async def test_models_that_come_and_go_are_lent_and_taken_back(stage: Open) -> None:
    async with stage(**LENDS) as on:
        on.editor.open(on.uri, "x = 1\n")
        await on.editor.diagnostics(on.uri)
        assert set(on.engine.lent) == {"host/copilot-gpt-5", "host/copilot-claude"}
        on.editor.notify("bandmaster/modelsChanged", {"models": ["local/tiny"]})
        await on.editor.actions(on.uri)
        assert set(on.engine.lent) == {"host/local-tiny"}
        on.editor.notify("bandmaster/modelsChanged", {"models": None})
        await on.editor.actions(on.uri)
        assert on.engine.lent == {}


async def test_what_needs_a_model_is_offered_where_the_editor_lends_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(tmp_path, monkeypatch, **LENDS) as editor:
        uri = (tmp_path / "a.py").as_uri()
        await editor.diagnostics(uri)
        offered = await editor.actions(uri)
    assert not [one["title"] for one in offered if "disabled" in one]


@pytest.mark.parametrize("options", [None, 3, {"models": "x"}, {"models": [1, "", None]}, []])
async def test_strange_options_lend_nothing(
    options: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"initializationOptions": options}
    async with editing(tmp_path, monkeypatch, **more) as editor:
        editor.notify("bandmaster/modelSaid", {"answer": "nobody's", "text": "x"})
        editor.notify("bandmaster/modelSaid", 3)
        assert (await explain(editor, tmp_path))["model"] == "builtin"
