"""What the engine does when a link fails: shrinks, goes on, begins anew, or stops."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.engine import Desk, Performance, Performer
from bandmaster.engine.run import Run
from bandmaster.engine.watch import Watch
from bandmaster.errors import Failure, ModelUnavailable, NoModel
from bandmaster.events import Event, Failed, Restarted
from bandmaster.ledger import Ledger
from bandmaster.routing import Balance, HealthBoard
from bandmaster.settings import Budget, Limits, Settings
from bandmaster.store import Database
from bandmaster.tasks import (
    Answer,
    Candidate,
    Constraints,
    Kind,
    Outcome,
    Route,
    Task,
    Terms,
)
from bandmaster.workspace import Workspace
from tests.fakes.performers import PROMPT, Answers, BreaksOff, Declines, GoesOn, IsDown, TooLong

ASK = Task(kind=Kind.ASK, instruction="why?")


async def play(
    root: Path,
    *performers: Performer,
    terms: dict[str, Terms] | None = None,
    budget: Budget | None = None,
    task: Task = ASK,
) -> tuple[list[Event], Outcome]:
    """The performers as links in their order, played to the end."""
    events: list[Event] = []
    links = [Candidate(one.name, terms=(terms or {}).get(one.name, Terms())) for one in performers]
    ledger = Ledger(Database(root / "db.sqlite"), root, budget=budget)
    run = Run(
        task,
        Route("as given", tuple(links)),
        {one.name: one for one in performers},
        snapshot=Workspace(root, 1000).snapshot(),
        settings=Settings(limits=Limits(context_tokens=10_000)),
        ledger=ledger,
        watch=Watch({}, HealthBoard(), Balance()),
        report=events.append,
    )
    try:
        return events, await run.play()
    finally:
        ledger.close()


async def test_a_prompt_that_is_too_long_is_made_as_small_as_the_server_says(
    tmp_path: Path,
) -> None:
    small = TooLong("a/1", until=4500, window=4000, needed=8000)
    _, outcome = await play(tmp_path, small, Answers("b/2"))
    assert small.contexts == [None, 4250]
    assert outcome.model == "a/1"
    assert [one.failure for one in outcome.attempts] == [Failure.CONTEXT_TOO_LONG, None]


async def test_without_sizes_the_context_is_halved_and_then_the_next_link_is_asked(
    tmp_path: Path,
) -> None:
    never = TooLong("a/1", until=0)
    _, outcome = await play(tmp_path, never, Answers("b/2"))
    assert never.contexts == [None, 5000, 2500]
    assert outcome.model == "b/2"


async def test_what_cannot_be_made_smaller_is_not_sent_again(tmp_path: Path) -> None:
    class Sends(TooLong):
        async def perform(self, task: Task, desk: Desk) -> Performance:
            async with desk.meter.call(PROMPT):
                return await super().perform(task, desk)

    never = Sends("a/1", until=0)
    _, outcome = await play(tmp_path, never, Answers("b/2"))
    assert never.contexts == [None]
    assert outcome.model == "b/2"


async def test_a_model_that_can_goes_on_where_another_broke_off(tmp_path: Path) -> None:
    following = GoesOn("b/2", " and the rest")
    events, outcome = await play(tmp_path, BreaksOff("a/1", "half"), following)
    (restarted,) = [one for one in events if isinstance(one, Restarted)]
    assert restarted.discarded == 0
    assert following.begun == "half"
    assert outcome.result == Answer("half and the rest")


async def test_a_model_that_cannot_begins_anew_and_all_that_was_shown_is_void(
    tmp_path: Path,
) -> None:
    events, outcome = await play(tmp_path, BreaksOff("a/1", "half"), Answers("b/2", "whole"))
    (restarted,) = [one for one in events if isinstance(one, Restarted)]
    assert (restarted.discarded, outcome.result) == (4, Answer("whole"))


async def test_text_that_two_models_wrote_is_void_as_a_whole(tmp_path: Path) -> None:
    class GoesOnAndFails(GoesOn):
        async def perform(self, task: Task, desk: Desk) -> Performance:
            await super().perform(task, desk)
            raise ModelUnavailable(Failure.TRUNCATED, "cut again")

    events, outcome = await play(
        tmp_path, BreaksOff("a/1", "half"), GoesOnAndFails("b/2", "more"), Answers("c/3", "whole")
    )
    discarded = [one.discarded for one in events if isinstance(one, Restarted)]
    assert (discarded, outcome.result) == ([0, len("halfmore")], Answer("whole"))


async def test_a_link_for_other_failures_is_passed_over(tmp_path: Path) -> None:
    only = Answers("b/2")
    terms = {"b/2": Terms(after=(Failure.RATE_LIMIT,))}
    _, outcome = await play(tmp_path, IsDown("a/1"), only, Answers("c/3"), terms=terms)
    assert (only.asked, outcome.model) == (0, "c/3")


async def test_a_refusal_goes_on_only_to_a_link_that_is_for_it(tmp_path: Path) -> None:
    terms = {"c/3": Terms(after=(Failure.CONTENT_POLICY,))}
    other = Answers("b/2")
    _, outcome = await play(tmp_path, Declines("a/1"), other, Answers("c/3"), terms=terms)
    assert (other.asked, outcome.model) == (0, "c/3")


async def test_a_link_gets_its_own_terms(tmp_path: Path) -> None:
    small = TooLong("a/1", until=10_000)
    await play(tmp_path, small, terms={"a/1": Terms(context_tokens=700, tools=False)})
    assert small.contexts == [700]


async def test_a_call_that_might_cost_too_much_is_not_made_and_a_cheaper_link_answers(
    tmp_path: Path,
) -> None:
    dear, free = Answers("a/1"), Answers("b/2", local=True)
    events, outcome = await play(tmp_path, dear, free, budget=Budget(day=Decimal("0.001")))
    (failed,) = [one for one in events if isinstance(one, Failed)]
    assert failed.attempt.failure is Failure.BUDGET
    assert "budget.day raises it" in failed.attempt.message
    assert (outcome.model, outcome.cost.dollars) == ("b/2", 0)


async def test_when_nobody_is_cheap_enough_the_error_says_what_is_left(tmp_path: Path) -> None:
    task = Task(kind=Kind.ASK, instruction="why?", constraints=Constraints(dollars=Decimal("0")))
    with pytest.raises(NoModel, match=r"\$0\.00.* left"):
        await play(tmp_path, Answers("a/1"), task=task)


@pytest.mark.parametrize("failure", [one for one in Failure if one is not Failure.CONTENT_POLICY])
async def test_whatever_makes_a_model_fail_the_next_one_answers(
    tmp_path: Path, failure: Failure
) -> None:
    class Fails(Answers):
        async def perform(self, task: Task, desk: Desk) -> Performance:
            raise ModelUnavailable(failure, "no")

    _, outcome = await play(tmp_path, Fails("a/1"), Answers("b/2"))
    assert outcome.model == "b/2"
    assert outcome.attempts[0].failure is failure
