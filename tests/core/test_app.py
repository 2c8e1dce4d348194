"""The face: what `bandmaster.open` builds, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bandmaster
from bandmaster import (
    Caller,
    Finished,
    Focus,
    Kind,
    NoModel,
    Preferences,
    Review,
    SettingsError,
    Task,
    ToolDenied,
    UnknownName,
    UsageError,
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own folder, and no key of theirs."""
    for name in ("OPENAI", "ANTHROPIC", "XAI", "MISTRAL"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text("def f(x=[]):\n    return undefined_name\n")
    return root


def write_own_settings(home: Path, text: str) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "bandmaster.toml").write_text(text)


async def test_a_review_without_any_model_finds_defects(project: Path) -> None:
    async with bandmaster.open(project) as engine:
        events = [event async for event in engine.run(Task(kind=Kind.REVIEW))]
    assert isinstance(events[-1], Finished)
    outcome = events[-1].outcome
    assert outcome.model == "builtin"
    assert isinstance(outcome.result, Review)
    assert {one.rule for one in outcome.result.findings} >= {"B006", "F821"}


def test_the_root_is_the_git_work_tree(project: Path) -> None:
    subprocess.run(["git", "init", "-q", project], check=True)
    (project / "deep").mkdir()
    assert bandmaster.open(project / "deep").root == project
    assert bandmaster.open(project / "a.py").root == project


def test_a_place_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="'/no/such/place' is not there"):
        bandmaster.open(Path("/no/such/place"))


def test_broken_settings_stop_the_command_line_but_not_an_editor(project: Path) -> None:
    (project / "bandmaster.toml").write_text("[limits\n")
    with pytest.raises(SettingsError, match=r"bandmaster\.toml:1"):
        bandmaster.open(project)
    (note,) = bandmaster.open(project, lenient=True).notes
    assert "bandmaster.toml:1" in note
    assert "going on with the defaults" in note


def test_a_policy_rule_that_can_never_match_is_a_mistake_in_the_settings(project: Path) -> None:
    (project / "bandmaster.toml").write_text("[[policy.rules]]\neffect='deny'\ntool='no_tool'\n")
    with pytest.raises(SettingsError, match="rule 1"):
        bandmaster.open(project)
    assert "rule 1" in bandmaster.open(project, lenient=True).notes[0]


def test_trust_is_remembered_until_it_is_taken_back(project: Path) -> None:
    (project / "bandmaster.toml").write_text("[testing]\ncommand = ['true']\n")
    assert not bandmaster.is_trusted(project)
    assert bandmaster.open(project).settings.testing.command == ()
    bandmaster.trust(project)
    assert bandmaster.open(project).settings.testing.command == ("true",)
    bandmaster.untrust(project)
    assert bandmaster.open(project).settings.testing.command == ()


def test_an_editors_word_on_trust_counts(project: Path) -> None:
    (project / "bandmaster.toml").write_text("[testing]\ncommand = ['true']\n")
    assert bandmaster.open(project, trusted=True).settings.testing.command == ("true",)
    bandmaster.trust(project)
    assert bandmaster.open(project, trusted=False).settings.testing.command == ()


async def test_providers_tell_of_their_key_but_never_show_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    async with bandmaster.open(project) as engine:
        (state,) = engine.providers()
        assert (state.name, state.key_variable, state.key_found, state.local) == (
            "anthropic", "ANTHROPIC_API_KEY", True, False,
        )  # fmt: skip
        assert "sk-very-secret" not in repr(state)
        route = await engine.route(Task(kind=Kind.ASK))
    assert route.links[0].startswith("anthropic/")


async def test_a_local_server_that_is_down_leaves_builtin(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    async with bandmaster.open(project) as engine:
        assert (await engine.route(Task(kind=Kind.REVIEW))).links == ("builtin",)
        with pytest.raises(NoModel):
            [event async for event in engine.run(Task(kind=Kind.ASK))]


async def test_an_order_with_an_unknown_provider_is_answered_with_the_nearest(
    project: Path, home: Path
) -> None:
    write_own_settings(
        home,
        "[models]\norder = ['opnai/gpt']\n[providers.openai]\nkind = 'openai'\nmodels = ['gpt']\n",
    )
    async with bandmaster.open(project) as engine:
        with pytest.raises(UnknownName, match="did you mean 'openai'"):
            await engine.route(Task(kind=Kind.ASK))


async def test_a_model_of_a_known_provider_may_be_asked_for_though_it_is_not_listed(
    project: Path, home: Path
) -> None:
    write_own_settings(
        home,
        "[providers.mine]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:9/v1'\nmodels = ['a']\n",
    )
    async with bandmaster.open(project) as engine:
        task = Task(kind=Kind.ASK, preferences=Preferences(model="mine/b"))
        assert (await engine.route(task)).links[:2] == ("mine/b", "mine/a")


async def test_every_tool_call_is_in_the_audit_without_contents(project: Path, home: Path) -> None:
    caller = Caller(client="test")
    patch = "*** Begin Patch\n*** Add File: new.py\n+hidden = 1\n*** End Patch\n"
    async with bandmaster.open(project) as engine:
        await engine.guard.run("read_file", {"path": "a.py"}, caller)
        with pytest.raises(ToolDenied):
            await engine.guard.run("apply_patch", {"patch": patch}, caller)
    rows = audit(home)
    assert [row[:3] for row in rows] == [
        ["read_file", "a.py", "allow"],
        ["apply_patch", "new.py", "ask"],
    ]
    assert "hidden" not in json.dumps(rows)
    assert not (project / "new.py").exists()


def audit(home: Path) -> list[list[object]]:
    import sqlite3

    with sqlite3.connect(home / "state" / "bandmaster.sqlite") as connection:
        query = "SELECT tool, resources, decision, why, result FROM audit ORDER BY id"
        rows = connection.execute(query).fetchall()
    connection.close()
    return [list(row) for row in rows]


def test_opening_an_engine_loads_no_sdk_and_no_parser(project: Path) -> None:
    heavy = "openai anthropic ollama mcp pygls lsprotocol httpx httpx2 tree_sitter rich"
    code = (
        "import sys, bandmaster; from pathlib import Path; bandmaster.open(Path('.'))\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


async def test_only_named_files_are_reviewed(project: Path) -> None:
    (project / "b.py").write_text("def g(y={}):\n    return y\n")
    async with bandmaster.open(project) as engine:
        task = Task(kind=Kind.REVIEW, focus=(Focus("b.py"),))
        events = [event async for event in engine.run(task)]
    assert isinstance(events[-1], Finished)
    assert isinstance(events[-1].outcome.result, Review)
    assert {one.path for one in events[-1].outcome.result.findings} == {"b.py"}
