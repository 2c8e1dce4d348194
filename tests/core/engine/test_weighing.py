"""Whom `auto` asks first: what is expected, what was learned, what is left to spend, trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.engine import (
    Desk,
    Edits,
    Engine,
    Lessons,
    Performance,
    Performer,
    Priors,
    Scout,
    Trouble,
)
from bandmaster.engine.emphasis import emphasis_of, emphasise
from bandmaster.errors import Failure, ModelUnavailable, UnknownName, UnusableAnswer
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.models import Catalog, Facts
from bandmaster.policy import Policy
from bandmaster.routing import Learner, Selection, Trial, TrialBook, Worth, analyse
from bandmaster.settings import (
    Budget,
    CatalogEntry,
    Learning,
    Models,
    Prices,
    Routing,
    Settings,
    Weighing,
)
from bandmaster.store import Database
from bandmaster.tasks import Answer, Constraints, Focus, Kind, Preferences, Task
from bandmaster.tools import Guard, Registry
from bandmaster.workspace import Workspace
from tests.fakes.performers import Answers, Band, Calls

ASK = Task(kind=Kind.ASK, instruction="why?", id="a")


def entry(strength: float, dollars: str, *, window: int | None = None) -> CatalogEntry:
    """A model as good at `ask` as that, at that price for a million tokens."""
    price = Prices(input=Decimal(dollars), output=Decimal(dollars))
    return CatalogEntry(strengths={"ask": strength}, prices=price, window=window)


STRONG_AND_WEAK = {"a/weak": entry(0.6, "1"), "b/strong": entry(0.9, "20")}


def engine(
    root: Path,
    entries: Mapping[str, CatalogEntry] = STRONG_AND_WEAK,
    *,
    performers: tuple[Performer, ...] | None = None,
    settings: Settings = Settings(learning=Learning(exploration=0)),
    budget: Budget | None = None,
    band: Band | None = None,
) -> Engine:
    database, workspace = Database(root / "db.sqlite"), Workspace(root, 1_000_000)
    priors, trouble = Priors(), Trouble(database, str(root))
    learner = Learner(database, str(root), settings=settings.learning, prior=priors)
    band = band or Band(*(performers or tuple(Answers(name) for name in entries)))
    band.catalog = Catalog(entries, lambda _: None)
    return Engine(
        workspace=workspace,
        settings=settings,
        roster=band,
        ledger=Ledger(database, root, budget=budget),
        lessons=Lessons(learner, TrialBook(database), Edits(database, root), trouble),
        scout=Scout(trouble),
        priors=priors,
        sessions=Sessions(database, root, settings.sessions),
        guard=Guard(tools=Registry(), policy=Policy(), workspace=workspace, settings=settings),
        notes=(),
    )


async def order(place: Engine, task: Task = ASK) -> tuple[str, ...]:
    async with place:
        return (await place.route(task)).links


def wish(policy: str = "", model: str = "auto") -> Task:
    return Task(
        kind=Kind.ASK, instruction="why?", preferences=Preferences(policy=policy, model=model)
    )


@pytest.mark.parametrize(
    ("policy", "first"), [("quality", "b/strong"), ("cost", "a/weak"), ("balanced", "b/strong")]
)
async def test_the_policy_of_a_task_says_what_counts(
    tmp_path: Path, policy: str, first: str
) -> None:
    assert (await order(engine(tmp_path), wish(policy)))[0] == first


USUAL = "say why this is so and what else it might have been, as far as that can be told"


@pytest.mark.parametrize(
    ("weak", "words", "first", "because"),
    [
        (0.81, USUAL, "a/weak", "quality known"),
        (0.81, f"{USUAL}; be careful", "b/strong", "cost counts half for high quality (the words"),
        (0.81, f"redesign it, {USUAL}\nTraceback (most recent call last)", "b/strong", "hard task"),
        (0.75, USUAL, "b/strong", "quality known"),
        (0.75, f"{USUAL}; a sketch will do", "a/weak", "cost counts double for a draft"),
    ],
)
async def test_what_a_task_is_taken_for_changes_what_counts(
    tmp_path: Path, weak: float, words: str, first: str, because: str
) -> None:
    entries = {"a/weak": entry(weak, "1"), "b/strong": entry(0.9, "35")}
    async with engine(tmp_path, entries) as place:
        route = await place.route(Task(kind=Kind.ASK, instruction=words))
    expected = route.candidates[0].expected
    assert route.links[0] == first
    assert expected is not None
    assert because in expected.because


def test_time_counts_more_for_what_is_urgent_and_not_for_what_is_for_later() -> None:
    balanced = Selection("balanced", Worth(1.0, 1.0))

    def worth(words: str) -> Worth:
        told = analyse(Task(kind=Kind.ASK, instruction=f"{words}: {USUAL}"))
        return emphasise(balanced, emphasis_of(told)).worth

    assert worth("please") == Worth(1.0, 1.0)
    assert worth("urgent") == Worth(1.0, 10.0)
    assert worth("overnight") == Worth(1.0, 0.0)


async def test_earlier_failures_on_a_file_make_it_harder(tmp_path: Path) -> None:
    task = replace(wish(model="a/weak"), focus=(Focus("a.py"),), instruction="say why? " * 10)
    (tmp_path / "a.py").write_text("x = 1\n" * 50)
    async with engine(tmp_path) as place:
        before = await place.profile(task)
        for rating in (0.0, 1.0):
            async for _event in place.run(replace(task, id=f"t{rating}")):
                pass
            await place.feedback("last", rating)
        after = await place.profile(task)
        elsewhere = await place.profile(replace(task, focus=(Focus("b.py"),)))
    assert "earlier failures" not in before.complexity.because
    assert "1 earlier failures" in after.complexity.because
    assert "earlier failures" not in elsewhere.complexity.because


async def test_the_policy_of_the_project_counts_where_the_task_has_none(tmp_path: Path) -> None:
    settings = Settings(routing=Routing(policy=Weighing.COST), learning=Learning(exploration=0))
    assert (await order(engine(tmp_path, settings=settings)))[0] == "a/weak"


async def test_weights_of_your_own_count(tmp_path: Path) -> None:
    settings = Settings(routing=Routing(cost=5.0), learning=Learning(exploration=0))
    assert (await order(engine(tmp_path, settings=settings)))[0] == "a/weak"


async def test_a_model_that_is_named_comes_first_whatever_it_is_worth(tmp_path: Path) -> None:
    assert await order(engine(tmp_path), wish("quality", "a/weak")) == ("a/weak", "b/strong")


async def test_a_configured_order_stands(tmp_path: Path) -> None:
    settings = Settings(models=Models(order=("a/weak", "b/strong")))
    assert await order(engine(tmp_path, settings=settings)) == ("a/weak", "b/strong")


async def test_an_unknown_policy_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"'qualty'.*'quality'"):
        await order(engine(tmp_path), wish("qualty"))


async def test_the_reason_is_a_value(tmp_path: Path) -> None:
    async with engine(tmp_path) as place:
        route = await place.route(ASK)
    strong = next(one for one in route.candidates if one.model == "b/strong")
    assert route.policy == "balanced"
    assert strong.expected is not None
    assert strong.expected.quality == pytest.approx(0.9)
    assert strong.expected.dollars == pytest.approx(0.18, rel=0.5)


async def test_who_does_badly_here_is_asked_later(tmp_path: Path) -> None:
    even = {"a/first": entry(0.8, "1"), "b/second": entry(0.8, "1")}
    async with engine(tmp_path, even) as place:
        for _ in range(3):
            async for _event in place.run(wish(model="a/first")):
                pass
            await place.feedback("last", 0.0)
        assert (await place.route(ASK)).links == ("b/second", "a/first")
    assert await order(engine(tmp_path, even)) == ("b/second", "a/first")


async def test_an_answer_that_needed_a_repair_is_remembered_as_such(tmp_path: Path) -> None:
    mends = Calls("a/1", lambda task, desk: Performance(Answer("fine"), repaired=True))
    assert await learned_of(tmp_path, mends) == {"a/1": {"answered": 1, "repaired": 1}}


async def test_an_answer_of_no_use_speaks_against_its_model_and_a_broken_page_does_not(
    tmp_path: Path,
) -> None:
    def rambles(task: Task, desk: Desk) -> Performance:
        raise UnusableAnswer("unusable answer: no JSON")

    def breaks(task: Task, desk: Desk) -> Performance:
        raise ModelUnavailable(Failure.MALFORMED, "a page of a proxy")

    seen = await learned_of(
        tmp_path, Calls("a/1", rambles), Calls("b/2", breaks), Answers("c/3", "fine")
    )
    assert seen == {"a/1": {"unusable": 1, "escalated": 1}, "c/3": {"answered": 1}}


async def learned_of(root: Path, *performers: Performer) -> dict[str, dict[str, int]]:
    """What is known to have happened to the answers of each model after one task."""
    settings = Settings(models=Models(order=tuple(one.name for one in performers)))
    async with engine(root, {}, performers=performers, settings=settings) as place:
        async for _event in place.run(ASK):
            pass
        await place.route(ASK)
        return {one.model: dict(one.seen) for one in await place.learned()}


async def test_near_the_end_of_a_budget_cheaper_models_are_preferred(tmp_path: Path) -> None:
    budget = Budget(day=Decimal("0.013"), downgrade=0.9)
    async with engine(tmp_path, budget=budget) as place:
        before = (await place.route(ASK)).links
        async for _event in place.run(wish(model="a/weak")):
            pass  # It costs 0.012 of the 0.013 dollars.
        after = await place.route(ASK)
    assert (before[0], after.links[0]) == ("b/strong", "a/weak")
    assert after.policy == "cost"


async def test_a_model_that_cannot_hold_the_task_is_ruled_out_with_the_reason(
    tmp_path: Path,
) -> None:
    entries = {"a/small": entry(0.9, "1", window=1200), "b/large": entry(0.5, "1")}
    task = Task(kind=Kind.ASK, instruction="word " * 3000)
    async with engine(tmp_path, entries) as place:
        route = await place.route(task)
    out = {one.model: one.ruled_out for one in route.candidates}
    assert out["a/small"].startswith("holds 1200 tokens")
    assert route.links == ("b/large",)


async def test_a_task_on_a_secret_file_stays_on_this_machine(tmp_path: Path) -> None:
    performers = (Answers("a/away"), Answers("b/here", local=True))
    task = Task(kind=Kind.EXPLAIN, focus=(Focus(".env"),))
    place = engine(tmp_path, {}, performers=performers)
    assert await order(place, task) == ("b/here",)


async def test_a_question_about_tokens_may_go_anywhere(tmp_path: Path) -> None:
    task = Task(kind=Kind.ASK, instruction="how are tokens and passwords parsed?")
    assert len(await order(engine(tmp_path), task)) == 2


async def test_a_task_may_cost_no_more_than_it_says(tmp_path: Path) -> None:
    task = Task(
        kind=Kind.ASK, instruction="why?", constraints=Constraints(dollars=Decimal("0.005"))
    )
    assert await order(engine(tmp_path), task) == ("a/weak",)


async def test_a_trial_decides_by_the_id_of_the_task(tmp_path: Path) -> None:
    trial = Trial(name="t", kind="ask", first="a/weak", second="b/strong", share=1.0)
    async with engine(tmp_path) as place:
        await place.start_trial(trial)
        firsts: set[str] = set()
        for number in range(20):
            task = Task(kind=Kind.ASK, instruction="why?", id=f"t{number}")
            route = await place.route(task)
            assert route.policy == "trial 't'"
            assert route.links[0] == trial.model_for(task.id, "ask")
            firsts.add(route.links[0])
        other = await place.route(Task(kind=Kind.PLAN))
    assert firsts == {"a/weak", "b/strong"}
    assert other.policy == "balanced"


async def test_exploring_is_bounded_and_rare_and_can_be_switched_off(tmp_path: Path) -> None:
    entries = {"a/known": entry(0.8, "1"), "b/near": entry(0.79, "1"), "c/far": entry(0.3, "1")}
    tasks = [Task(kind=Kind.ASK, instruction=f"why {number}?") for number in range(60)]

    async def firsts(exploration: float) -> list[str]:
        settings = Settings(learning=Learning(exploration=exploration))
        async with engine(tmp_path, entries, settings=settings) as place:
            for _ in range(4):
                async for _event in place.run(wish(model="a/known")):
                    pass
                await place.feedback("last", 0.9)
            return [(await place.route(task)).links[0] for task in tasks]

    off, on = await firsts(0.0), await firsts(2.0)
    assert set(off) == {"a/known"}
    assert 0 < on.count("b/near") < len(tasks) / 3
    assert "c/far" not in on


async def test_with_a_check_a_cheap_model_is_asked_before_a_dear_one(tmp_path: Path) -> None:
    entries = {"a/cheap": entry(0.85, "1"), "b/dear": entry(0.9, "60")}
    async with engine(tmp_path, entries) as place:
        planned = await place.cascade(wish("balanced"))
    assert planned.models == ("a/cheap", "b/dear")


async def test_only_the_model_that_is_named_is_looked_up(tmp_path: Path) -> None:
    """A server may have to be asked for each."""
    looked_up: list[str] = []

    class Asked(Band):
        async def facts(self, model: str) -> Facts:
            looked_up.append(model)
            return await super().facts(model)

    async with engine(tmp_path, band=Asked(Answers("a/1"), Answers("b/2"), Answers("c/3"))) as e:
        await e.route(wish(model="b/2"))
        assert looked_up == ["b/2"]
        await e.route(wish())
    assert sorted(looked_up) == ["a/1", "b/2", "c/3"]
