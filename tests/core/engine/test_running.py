"""The engine: a route tried link by link, everything told, everything settled."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.changes import ChangeSet, FileChange
from bandmaster.engine import Desk, Engine, Performance, Performer
from bandmaster.errors import Failure, NoModel, UnknownName
from bandmaster.events import Asking, Delta, Event, Failed, Finished, Progress, Restarted, Routed
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.policy import Policy
from bandmaster.settings import Models, Settings
from bandmaster.store import Database
from bandmaster.tasks import (
    Answer,
    Constraints,
    Cost,
    Kind,
    Outcome,
    Preferences,
    Task,
)
from bandmaster.tools import Guard, Registry
from bandmaster.workspace import Workspace
from tests.fakes.lessons import lessons_in
from tests.fakes.performers import (
    CALL,
    Answers,
    Band,
    BreaksOff,
    Calls,
    CannotDoIt,
    Declines,
    Hangs,
    IsDown,
)

ASK = Task(kind=Kind.ASK, instruction="why?")


def engine(root: Path, *performers: Performer, models: Models = Models()) -> Engine:
    settings = Settings(models=models)
    workspace, database = Workspace(root, 1_000_000), Database(root / "db.sqlite")
    return Engine(
        workspace=workspace,
        settings=settings,
        roster=Band(*performers),
        ledger=Ledger(database, root),
        lessons=lessons_in(database, root),
        guard=Guard(tools=Registry(), policy=Policy(), workspace=workspace, settings=settings),
        sessions=Sessions(database, root, settings.sessions),
        notes=(),
    )


async def run(place: Engine, task: Task = ASK) -> tuple[list[Event], Outcome]:
    async with place:
        events = [event async for event in place.run(task)]
    assert isinstance(events[-1], Finished)
    return events, events[-1].outcome


def ledger(root: Path) -> list[tuple[object, ...]]:
    database = Database(root / "db.sqlite")
    rows = database.read("SELECT model, failure, input, output, nanos FROM usage ORDER BY id", ())
    database.close()
    return [(*row[:-1], None if row[-1] is None else float(row[-1]) / 1e9) for row in rows]


async def test_the_first_of_the_route_answers_and_the_outcome_explains_itself(
    tmp_path: Path,
) -> None:
    events, outcome = await run(engine(tmp_path, Answers("a/1", "so it is"), Answers("b/2")))
    assert [type(event) for event in events] == [
        Routed, Asking, Asking, Delta, Delta, Delta, Finished,
    ]  # fmt: skip
    assert outcome.result == Answer("so it is")
    assert outcome.model == "a/1"
    assert outcome.route.policy == "balanced"
    assert outcome.route.links == ("a/1", "b/2")
    assert outcome.route.candidates[0].expected is not None
    assert (outcome.usage, outcome.cost) == (CALL, Cost(Decimal("0.012")))
    assert outcome.seconds >= outcome.attempts[0].seconds > 0


async def test_what_a_call_will_take_is_told_before_it_and_judged_after_it(tmp_path: Path) -> None:
    for _ in range(3):
        await run(engine(tmp_path, Answers("a/1")))
    events, _ = await run(engine(tmp_path, Answers("a/1")))
    first, second = [one for one in events if isinstance(one, Asking)]
    assert first == Asking("a/1")
    told = second.forecast
    assert told.dollars == Decimal("0.002")
    assert second.words == "asking a/1, about $0.002 and a second"
    database = Database(tmp_path / "db.sqlite")
    (*_, last) = database.read("SELECT expected_nanos, expected_seconds FROM usage ORDER BY id", ())
    database.close()
    assert tuple(last) == (2_000_000, told.seconds)


async def test_nothing_is_foretold_of_a_local_model_that_was_never_asked(tmp_path: Path) -> None:
    events, _ = await run(engine(tmp_path, Answers("a/1", local=True)))
    assert [one for one in events if isinstance(one, Asking)] == [Asking("a/1")]


async def test_when_one_fails_the_next_answers_and_the_outcome_says_so(tmp_path: Path) -> None:
    events, outcome = await run(engine(tmp_path, IsDown("a/1"), Answers("b/2")))
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert failed.attempt.failure is Failure.OVERLOAD
    assert [one.model for one in outcome.attempts] == ["a/1", "b/2"]
    assert outcome.notes == ("a/1 failed: the server is overloaded",)


async def test_text_that_was_shown_before_a_failure_is_taken_back(tmp_path: Path) -> None:
    events, outcome = await run(engine(tmp_path, BreaksOff("a/1", "half"), Answers("b/2", "whole")))
    assert [type(one) for one in events] == [
        Routed, Asking, Asking, Delta, Restarted, Asking, Asking, Delta, Finished,
    ]  # fmt: skip
    assert outcome.result == Answer("whole")
    assert outcome.usage == CALL + CALL


async def test_every_attempt_is_in_the_ledger_the_failed_ones_too(tmp_path: Path) -> None:
    await run(engine(tmp_path, BreaksOff("a/1"), IsDown("b/2"), Answers("c/3")))
    assert ledger(tmp_path) == [
        ("a/1", "truncated", 10, 2, 0.012),
        ("b/2", "overload", 0, 0, 0),
        ("c/3", None, 10, 2, 0.012),
    ]


async def test_when_all_fail_the_error_names_each_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"all 2 models failed \(a/1: the server is overloaded; b/2"):
        await run(engine(tmp_path, IsDown("a/1"), IsDown("b/2")))


async def test_after_a_refusal_nobody_else_is_asked(tmp_path: Path) -> None:
    spare = Answers("b/2")
    with pytest.raises(NoModel, match="a/1 refused"):
        await run(engine(tmp_path, Declines("a/1"), spare))
    assert spare.asked == 0


async def test_without_a_model_the_error_says_how_to_configure_one(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="OPENAI_API_KEY"):
        await run(engine(tmp_path, CannotDoIt("builtin", local=True)))


async def test_a_local_task_stays_on_this_machine(tmp_path: Path) -> None:
    away, here = Answers("a/1"), Answers("b/2", local=True)
    task = Task(kind=Kind.ASK, constraints=Constraints(local_only=True))
    _, outcome = await run(engine(tmp_path, away, here), task)
    assert (outcome.model, away.asked) == ("b/2", 0)
    out = {one.model: one.ruled_out for one in outcome.route.candidates}
    assert out["a/1"].startswith("not on this machine")


async def test_the_persons_choice_comes_first_and_the_others_stand_behind_it(
    tmp_path: Path,
) -> None:
    task = Task(kind=Kind.ASK, preferences=Preferences(model="b/2"))
    _, outcome = await run(engine(tmp_path, Answers("a/1"), IsDown("b/2")), task)
    assert [one.model for one in outcome.attempts] == ["b/2", "a/1"]
    assert outcome.route.policy == "asked for"


async def test_who_asks_for_a_local_model_is_not_sent_elsewhere_when_it_fails(
    tmp_path: Path,
) -> None:
    away, here = Answers("a/1"), Answers("c/3", local=True)
    task = Task(kind=Kind.ASK, preferences=Preferences(model="b/2"))
    place = engine(tmp_path, away, IsDown("b/2", local=True), here)
    _, outcome = await run(place, task)
    assert [one.model for one in outcome.attempts] == ["b/2", "c/3"]
    assert away.asked == 0


async def test_a_model_may_be_named_without_its_provider_where_that_is_clear(
    tmp_path: Path,
) -> None:
    task = Task(kind=Kind.ASK, preferences=Preferences(model="2"))
    _, outcome = await run(engine(tmp_path, Answers("a/1"), Answers("b/2")), task)
    assert outcome.model == "b/2"


async def test_an_unknown_model_is_answered_with_the_nearest_names(tmp_path: Path) -> None:
    task = Task(kind=Kind.ASK, preferences=Preferences(model="open/gpt-5"))
    with pytest.raises(UnknownName, match="did you mean 'openai/gpt-5'"):
        await run(engine(tmp_path, Answers("openai/gpt-5")), task)


async def test_only_the_configured_order_is_tried_unasked(tmp_path: Path) -> None:
    place = engine(tmp_path, Answers("b/2"), Answers("a/1"), models=Models(order=("b/2",)))
    route = await place.route(ASK)
    assert route.policy == "configured order"
    assert [(one.model, one.ruled_out) for one in route.candidates] == [
        ("b/2", ""),
        ("a/1", "not in models.order"),
    ]


async def test_cancelling_stops_the_model_and_settles_what_was_used(tmp_path: Path) -> None:
    model = Hangs("a/1")
    running = asyncio.create_task(run(engine(tmp_path, model, Answers("b/2"))))
    async with asyncio.timeout(10):
        await model.begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await model.cancelled.wait()
    assert ledger(tmp_path) == [("a/1", "cancelled", 10, 2, 0.012)]


async def test_closing_the_stream_of_events_stops_the_model(tmp_path: Path) -> None:
    model = Hangs("a/1")
    place = engine(tmp_path, model)
    async with asyncio.timeout(10), place, aclosing(place.run(ASK)) as events:
        async for event in events:
            if isinstance(event, Asking) and event.forecast.words:
                break
    assert model.cancelled.is_set()


async def test_a_task_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    model = Hangs("a/1")
    task = Task(kind=Kind.ASK, constraints=Constraints(seconds=0.01))
    with pytest.raises(NoModel, match=r"within the 0\.01 s"):
        await run(engine(tmp_path, model), task)
    assert model.cancelled.is_set()


async def test_progress_may_be_told_from_a_thread(tmp_path: Path) -> None:
    def work(task: Task, desk: Desk) -> Performance:
        desk.report(Progress(1, 2, "half"))
        return Performance(Answer("done"))

    events, _ = await run(engine(tmp_path, Calls("a/1", work)))
    assert Progress(1, 2, "half") in events


async def test_a_ledger_that_cannot_be_written_does_not_take_the_answer_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "db.sqlite").write_text("this is no database, and long enough to be looked at" * 9)
    _, outcome = await run(engine(tmp_path, Answers("a/1")))
    assert outcome.result == Answer("fine")
    assert "usage of a/1 was not recorded" in caplog.text


async def test_many_runs_at_a_time_do_not_mix(tmp_path: Path) -> None:
    place = engine(tmp_path, Answers("a/1"))
    outcomes = await asyncio.gather(*(run(place, Task(kind=Kind.ASK)) for _ in range(20)))
    assert all(outcome.usage == CALL for _, outcome in outcomes)
    assert len(ledger(tmp_path)) == 20


async def test_a_write_that_has_begun_is_carried_to_its_end(tmp_path: Path) -> None:
    place = engine(tmp_path)
    files = tuple(FileChange(path=f"{number}.txt", before=None, after="x") for number in range(200))
    writing = asyncio.create_task(place.apply(ChangeSet("many", files)))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert len(list(tmp_path.glob("*.txt"))) in (0, 200)
