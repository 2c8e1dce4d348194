"""What becomes of an answer is seen and remembered: applied, kept, taken back, tested, rated."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bandmaster.changes import ChangeSet, FileChange, digest
from bandmaster.engine import Desk, Edits, Engine, Lessons, Performance
from bandmaster.errors import UnknownName, UsageError
from bandmaster.events import Finished
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.policy import Policy
from bandmaster.routing import Learner, TrialBook
from bandmaster.settings import Learning, Settings
from bandmaster.store import Database
from bandmaster.tasks import Kind, Outcome, Proposal, Task
from bandmaster.tools import Guard, Registry
from bandmaster.workspace import Workspace
from tests.fakes.performers import Answers, Band

FIX = Task(kind=Kind.FIX, instruction="mend it")


class Mends(Answers):
    """Proposes `good` for the whole of `a.txt`."""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        await self._speak(desk)
        old = desk.snapshot.read("a.txt")
        change = FileChange(path="a.txt", before=old.text, after="good\n", sha256=old.sha256)
        return Performance(Proposal(ChangeSet("mend", (change,))))


class Clock:
    """Shows the time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Stage:
    """A git repository with one file, and an engine on it."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root / "project", Clock()
        self.root.mkdir()
        self.file = self.root / "a.txt"
        self.file.write_text("bad\n")
        self.database = Database(root / "db.sqlite")
        self.edits = Edits(self.database, self.root, clock=self.clock)
        self.git("init", "-q")
        self.commit()

    def git(self, *arguments: str) -> None:
        person = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *person, *arguments], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "state")

    def engine(self) -> Engine:
        """A new one, as after a restart: nothing is held back in memory."""
        settings, workspace = Settings(), Workspace(self.root, 1_000_000)
        learner = Learner(self.database, str(self.root), settings=Learning())
        return Engine(
            workspace=workspace,
            settings=settings,
            roster=Band(Mends("a/1")),
            ledger=Ledger(self.database, self.root),
            lessons=Lessons(learner, TrialBook(self.database), self.edits),
            guard=Guard(tools=Registry(), policy=Policy(), workspace=workspace, settings=settings),
            sessions=Sessions(self.database, self.root, settings.sessions),
            notes=(),
        )

    async def mend(self) -> Outcome:
        """The fix is made and applied."""
        async with self.engine() as engine:
            outcome = await play(engine)
            assert isinstance(outcome.result, Proposal)
            await engine.apply(outcome.result.changes)
        return outcome

    async def seen(self) -> dict[str, int]:
        """What is known to have happened to the answers of `a/1`."""
        async with self.engine() as engine:
            await engine.route(FIX)
            (learned,) = await engine.learned()
        return dict(learned.seen)


async def play(engine: Engine) -> Outcome:
    events = [event async for event in engine.run(FIX)]
    assert isinstance(events[-1], Finished)
    return events[-1].outcome


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def test_an_answer_is_remembered_and_so_is_that_its_edit_was_applied(stage: Stage) -> None:
    await stage.mend()
    assert stage.file.read_text() == "good\n"
    assert await stage.seen() == {"answered": 1, "applied": 1}


async def test_an_edit_that_is_committed_was_kept_and_that_is_told_once(stage: Stage) -> None:
    await stage.mend()
    stage.commit()
    assert await stage.seen() == {"answered": 1, "applied": 1, "kept": 1}
    assert await stage.seen() == {"answered": 1, "applied": 1, "kept": 1}


async def test_an_edit_that_is_taken_back_was_undone(stage: Stage) -> None:
    await stage.mend()
    stage.git("checkout", "-q", "--", "a.txt")
    assert await stage.seen() == {"answered": 1, "applied": 1, "undone": 1}


async def test_an_edit_that_was_changed_further_stays_open_and_is_forgotten_in_the_end(
    stage: Stage,
) -> None:
    await stage.mend()
    stage.file.write_text("better\n")
    assert await stage.seen() == {"answered": 1, "applied": 1}
    stage.clock.now += timedelta(days=8)
    assert await stage.seen() == {"answered": 1, "applied": 1}
    stage.file.write_text("bad\n")
    assert await stage.seen() == {"answered": 1, "applied": 1}


async def test_an_edit_that_an_editor_holds_unsaved_is_not_taken_for_undone(stage: Stage) -> None:
    async with stage.engine() as engine:
        outcome = await play(engine)
        assert isinstance(outcome.result, Proposal)
        await engine.applied(outcome.result.changes)
    assert await stage.seen() == {"answered": 1, "applied": 1}
    stage.file.write_text("good\n")
    assert await stage.seen() == {"answered": 1, "applied": 1}
    stage.file.write_text("bad\n")
    assert await stage.seen() == {"answered": 1, "applied": 1, "undone": 1}


async def test_green_tests_speak_for_the_edit_before_them(stage: Stage) -> None:
    await stage.mend()
    async with stage.engine() as engine:
        await engine.tests_ended(passed=True)
    assert await stage.seen() == {"answered": 1, "applied": 1, "tests_green": 1}


async def test_red_tests_speak_against_an_edit_only_where_they_were_green_before(
    stage: Stage,
) -> None:
    await stage.mend()
    async with stage.engine() as engine:
        await engine.tests_ended(passed=False)
    assert "tests_red" not in await stage.seen()


async def test_tests_that_an_edit_turned_red_speak_against_it(stage: Stage) -> None:
    async with stage.engine() as engine:
        await engine.tests_ended(passed=True)
    await stage.mend()
    async with stage.engine() as engine:
        await engine.tests_ended(passed=False)
    assert (await stage.seen())["tests_red"] == 1


async def test_a_rating_is_remembered_with_whose_answer_it_was(stage: Stage) -> None:
    outcome = await stage.mend()
    async with stage.engine() as engine:
        assert await engine.feedback(outcome.task.id, 0.25) == "a/1"
    assert (await stage.seen())["rated"] == 1


async def test_a_task_that_nobody_knows_cannot_be_rated(stage: Stage) -> None:
    async with stage.engine() as engine:
        with pytest.raises(UnknownName, match="'nothing'"):
            await engine.feedback("nothing", 1.0)


async def test_a_rating_out_of_range_is_refused(stage: Stage) -> None:
    outcome = await stage.mend()
    async with stage.engine() as engine:
        with pytest.raises(UsageError, match="from 0 to 1"):
            await engine.feedback(outcome.task.id, 7.0)


async def test_what_was_learned_can_be_forgotten(stage: Stage) -> None:
    await stage.mend()
    async with stage.engine() as engine:
        assert await engine.forget_learned(model="a/1") > 0
        assert await engine.learned() == ()


async def test_a_database_that_cannot_be_used_takes_no_answer_away(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    (tmp_path / "db.sqlite").write_bytes(b"this is no database" * 100)
    async with stage.engine() as engine:
        outcome = await play(engine)
    assert outcome.model == "a/1"
    assert digest(stage.file.read_bytes()) == digest(b"bad\n")
