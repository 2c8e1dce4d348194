"""personas and sessions, through the command line and a model server on loopback."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bandmaster_cli.main import main
from tests.cli.processes import SPEECH, serving
from tests.cli.processes import bandmaster as run
from tests.fakes.upstream import Upstream

Printed = pytest.CaptureFixture[str]


def piped(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), "ascii", "surrogateescape")


def test_a_piped_text_is_utf_8_or_wrong_usage(
    project: Path, home: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", piped("Répondez en français.\n".encode()))
    assert main(["personas", "set", "writer"]) == 0
    written = home / "config" / "personas" / "writer.md"
    assert written.read_text("utf-8") == "Répondez en français.\n"
    monkeypatch.setattr("sys.stdin", piped(b"\xff\xfe"))
    assert main(["personas", "set", "writer"]) == 2
    assert "not UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["personas", "sessions"])
def test_without_an_action_they_are_listed(command: str, project: Path, capsys: Printed) -> None:
    assert main([command, "list"]) == 0
    listed = capsys.readouterr().out
    assert main([command]) == 0
    assert capsys.readouterr().out == listed


def test_a_persona_is_written_shown_and_reset(
    project: Path, home: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", piped(b"Look for races only.\n"))
    assert main(["personas", "set", "reviewer", "--model", "a/m"]) == 0
    path = home / "config" / "personas" / "reviewer" / "a" / "m.md"
    assert capsys.readouterr().out == f"Wrote {path}\n"
    assert main(["personas", "show", "reviewer", "--model", "a/m"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("Look for races only.\nUse only what you are shown")
    assert str(path) in shown.err
    assert main(["personas", "list", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)["personas"]}
    assert (listed["reviewer"]["models"], listed["reviewer"]["source"]) == (["a/m"], "shipped")
    assert main(["personas", "reset", "reviewer", "--model", "a/m"]) == 0
    assert capsys.readouterr().out == "Reset: reviewer for a/m (shipped)\n"
    assert main(["personas", "reset", "reviewer"]) == 1


def test_an_editor_changes_a_text_or_leaves_it(
    project: Path, home: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    assert main(["personas", "edit", "fixer"]) == 2
    assert "set EDITOR" in capsys.readouterr().err
    monkeypatch.setenv("EDITOR", "true")
    assert main(["personas", "edit", "fixer"]) == 0
    assert capsys.readouterr().out == "Nothing was changed.\n"
    monkeypatch.setenv("EDITOR", "sed -i 's/smallest/tiniest/'")
    assert main(["personas", "edit", "fixer"]) == 0
    assert "tiniest change" in (home / "config" / "personas" / "fixer.md").read_text()
    monkeypatch.setenv("EDITOR", "false")
    assert main(["personas", "edit", "fixer"]) == 2


def test_an_unknown_persona_is_answered_with_near_ones(project: Path, capsys: Printed) -> None:
    assert main(["personas", "show", "reviwer"]) == 2
    assert "persona 'reviwer' is not known; did you mean 'reviewer'" in capsys.readouterr().err
    assert main(["personas", "reset"]) == 2


def said(upstream: Upstream, number: int) -> list[tuple[str, str]]:
    messages = upstream.requests[number].body["messages"]
    return [(one["role"], one["content"]) for one in messages]


async def test_a_session_goes_on_and_each_model_has_its_own(project: Path, home: Path) -> None:
    texts = ("It adds.", "One by one.", "Who knows.")
    answers = [SPEECH.answer(text, "stop", stream=True) for text in texts]
    async with serving(home, *answers) as upstream:
        asked = ("--session", "s", "--file", "shop.py")
        assert (await run("ask", "What is it?", *asked, "--model", "fake/one"))[0] == 0
        assert (await run("ask", "How?", *asked, "--model", "fake/one"))[0] == 0
        assert (await run("ask", "And you?", *asked, "--model", "fake/two"))[0] == 0
        second, third = said(upstream, 1), said(upstream, 2)
    assert second[1:3] == [("user", "What is it?\n(about shop.py)"), ("assistant", "It adds.")]
    assert [role for role, _ in second] == ["system", "user", "assistant", "user"]
    assert "import os" in second[3][1]
    assert [role for role, _ in third] == ["system", "user"]
    code, out, _ = await run("sessions", "list", "--json")
    kept = {one["model"]: one["turns"] for one in json.loads(out)["sessions"]}
    assert (code, kept) == (0, {"fake/one": 2, "fake/two": 1})
    assert (await run("sessions", "reset", "s", "--model", "fake/one"))[0] == 0
    code, out, _ = await run("sessions", "show", "s")
    assert "Who knows." in out
    assert "It adds." not in out
    assert (await run("sessions", "show", "t"))[0] == 2
