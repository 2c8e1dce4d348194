"""Conversations: what is kept, for whom, how much is said again, and what a reset leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bandmaster.errors import UnknownName
from bandmaster.memory import Sessions, Turn
from bandmaster.memory.turns import window
from bandmaster.models import Message, Role
from bandmaster.settings import Pool, SessionSettings
from bandmaster.store import Database
from bandmaster.tasks import Constraints, Focus, Kind, Task

START = datetime(2026, 5, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def sessions(tmp_path: Path, **rest: object) -> Sessions:
    settings = rest.pop("settings", SessionSettings())
    root = rest.pop("root", tmp_path)
    return Sessions(Database(tmp_path / "db.sqlite"), root, settings, **{"clock": Clock(), **rest})  # type: ignore[arg-type]


def ask(words: str, session: str = "s", **rest: object) -> Task:
    return Task(kind=Kind.ASK, instruction=words, session=session, **rest)  # type: ignore[arg-type]


def said(*texts: str) -> tuple[Message, ...]:
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(Message(roles[at % 2], text) for at, text in enumerate(texts))


def turn(words: str, answer: str) -> Turn:
    return Turn(model="a/m", kind=Kind.ASK, question=words, answer=answer, at="")


async def test_each_model_has_its_own_history(tmp_path: Path) -> None:
    memory = sessions(tmp_path)
    await memory.remember(ask("one?"), "a/m", "1", local=False)
    await memory.remember(ask("two?"), "b/m", "2", local=False)
    await memory.remember(ask("three?"), "a/m", "3", local=False)
    assert await memory.history(ask("x"), "a/m", local=False) == said("one?", "1", "three?", "3")
    assert await memory.history(ask("x"), "b/m", local=False) == said("two?", "2")
    assert await memory.history(ask("x", "other"), "a/m", local=False) == ()
    assert await memory.history(ask("x", ""), "a/m", local=False) == ()


async def test_a_reset_of_one_model_leaves_the_others(tmp_path: Path) -> None:
    memory = sessions(tmp_path)
    for name in ("a/m", "b/m"):
        await memory.remember(ask("one?"), name, "1", local=False)
    assert await memory.reset("s", "a/m") == 1
    assert await memory.history(ask("x"), "a/m", local=False) == ()
    assert await memory.history(ask("x"), "b/m", local=False) == said("one?", "1")
    assert await memory.reset("s") == 1
    assert await memory.buffers() == ()


async def test_an_unknown_session_or_model_is_named_with_the_nearest(tmp_path: Path) -> None:
    memory = sessions(tmp_path)
    await memory.remember(ask("one?", "parser"), "a/m", "1", local=False)
    with pytest.raises(UnknownName, match="session 'parsre' is not known; did you mean 'parser'"):
        await memory.reset("parsre")
    with pytest.raises(UnknownName, match="model 'a/n' is not known; did you mean 'a/m'"):
        await memory.turns("parser", "a/n")


async def test_what_a_model_here_said_goes_to_none_elsewhere(tmp_path: Path) -> None:
    memory = sessions(tmp_path)
    await memory.remember(ask("secret?"), "lab/m", "yes", local=True)
    assert await memory.history(ask("x"), "lab/m", local=True) == said("secret?", "yes")
    assert await memory.history(ask("x"), "lab/m", local=False) == ()


async def test_a_shared_database_keeps_nothing_that_is_to_stay_here(tmp_path: Path) -> None:
    memory = sessions(tmp_path, shared=True)
    here = ask("a?", constraints=Constraints(local_only=True))
    await memory.remember(here, "lab/m", "1", local=True)
    await memory.remember(ask("b?"), "lab/m", "2", local=True)
    await memory.remember(ask("c?"), "far/m", "3", local=False)
    assert [one.model for one in await memory.buffers()] == ["far/m"]


async def test_people_and_workspaces_do_not_meet(tmp_path: Path) -> None:
    mine = sessions(tmp_path, person="ada")
    await mine.remember(ask("one?"), "a/m", "1", local=False)
    assert await sessions(tmp_path, person="bob").buffers() == ()
    assert await sessions(tmp_path, person="ada", root=tmp_path / "else").buffers() == ()
    (found,) = await sessions(tmp_path, person="ada").buffers()
    assert (found.session, found.model, found.turns) == ("s", "a/m", 1)


@pytest.mark.parametrize("kind", [Kind.REVIEW, Kind.FIX, Kind.DOCS, Kind.TEST])
async def test_edits_and_findings_are_no_conversation(tmp_path: Path, kind: Kind) -> None:
    memory = sessions(tmp_path)
    task = Task(kind=kind, instruction="do", session="s")
    await memory.remember(task, "a/m", "done", local=False)
    assert await memory.buffers() == ()


async def test_the_members_of_a_pool_share_a_buffer(tmp_path: Path) -> None:
    pools = {"big": Pool(members=("a/m", "b/m"))}
    memory = sessions(tmp_path, pools=pools)
    await memory.remember(ask("one?"), "a/m", "1", local=False)
    assert await memory.history(ask("x"), "b/m", local=False) == said("one?", "1")
    assert await memory.reset("s", "b/m") == 1


async def test_old_turns_are_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    memory = sessions(tmp_path, clock=clock, settings=SessionSettings(days=2))
    await memory.remember(ask("old?"), "a/m", "1", local=False)
    clock.now += timedelta(days=3)
    await memory.remember(ask("new?"), "a/m", "2", local=False)
    assert await memory.history(ask("x"), "a/m", local=False) == said("new?", "2")


async def test_without_a_budget_nothing_is_kept(tmp_path: Path) -> None:
    memory = sessions(tmp_path, settings=SessionSettings(context_tokens=0))
    await memory.remember(ask("one?"), "a/m", "1", local=False)
    assert await memory.buffers() == ()


async def test_the_question_says_what_it_was_about_and_holds_no_file(tmp_path: Path) -> None:
    memory = sessions(tmp_path)
    (tmp_path / "a.py").write_text("TOKEN = 'hunter2'\n")
    task = ask("why?", focus=(Focus("a.py", symbol="f"),))
    await memory.remember(task, "a/m", "because", local=False)
    (kept,) = await memory.turns("s")
    assert kept.question == "why?\n(about a.py (f))"


async def test_a_database_that_fails_stops_no_task(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite").mkdir()
    memory = sessions(tmp_path)
    await memory.remember(ask("one?"), "a/m", "1", local=False)
    assert await memory.history(ask("x"), "a/m", local=False) == ()


def test_the_newest_turns_that_fit_are_said_again() -> None:
    turns = [turn(f"question {n}?", "word " * 50) for n in range(10)]
    kept = window(turns, turns[0].tokens * 3 + 5)
    assert kept == tuple(turns[-3:])
    assert window([], 100) == ()


def test_of_a_newest_turn_that_is_too_long_the_beginning_is_said_again() -> None:
    long = turn("q?", "word " * 1000)
    (kept,) = window([turn("a?", "b"), long], 120)
    assert kept.tokens <= 120
    assert kept.answer.startswith("word word")
    assert kept.answer.endswith("[…]")
    assert window([long], 2) == ()
