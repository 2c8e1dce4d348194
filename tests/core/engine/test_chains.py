"""Chains, pools and resting endpoints, through the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.engine import Desk, Engine, Performance, Performer
from bandmaster.errors import Failure, ModelUnavailable, UnusableAnswer
from bandmaster.events import Asking, Event, Finished, Restarted
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.policy import Policy
from bandmaster.routing import CircuitState, HealthBoard
from bandmaster.routing.circuits.breaker import FIRST_REST
from bandmaster.settings import Chain, Link, Models, Pool, Reorder, Settings
from bandmaster.store import Database
from bandmaster.tasks import Answer, Constraints, Kind, Outcome, Preferences, Route, Task
from bandmaster.tools import Guard, Registry
from bandmaster.workspace import Workspace
from tests.fakes.clocks import Clock
from tests.fakes.lessons import lessons_in
from tests.fakes.performers import Answers, Band, BreaksOff, Calls, CannotDoIt, Declines, IsDown

ASK = Task(kind=Kind.ASK, instruction="why?")
BUILTIN = CannotDoIt("builtin", local=True)


@asynccontextmanager
async def engine(
    root: Path,
    *performers: Performer,
    links: tuple[Link, ...] = (),
    settings: Settings | None = None,
    health: HealthBoard | None = None,
) -> AsyncGenerator[Engine]:
    chains = {"main": Chain(links=links)} if links else {}
    settings = settings or Settings(chains=chains)
    workspace, database = Workspace(root, 1_000_000), Database(root / "db.sqlite")
    place = Engine(
        workspace=workspace,
        settings=settings,
        roster=Band(*performers),
        ledger=Ledger(database, root),
        lessons=lessons_in(database, root),
        guard=Guard(tools=Registry(), policy=Policy(), workspace=workspace, settings=settings),
        sessions=Sessions(database, root, settings.sessions),
        notes=(),
        health=health,
    )
    async with place:
        yield place


async def run(place: Engine, task: Task = ASK) -> tuple[list[Event], Outcome]:
    events = [event async for event in place.run(task)]
    assert isinstance(events[-1], Finished)
    return events, events[-1].outcome


def reasons(route: Route) -> dict[str, str]:
    return {one.model: one.ruled_out for one in route.candidates}


class Fails(Answers):
    """Fails as it is told."""

    def __init__(self, name: str, failure: Failure, wait: float | None = None) -> None:
        super().__init__(name)
        self.failure, self.wait = failure, wait

    async def perform(self, task: Task, desk: Desk) -> Performance:
        self.asked += 1
        raise ModelUnavailable(self.failure, "told to fail", retry_after=self.wait)


# Chains


async def test_a_chain_is_tried_in_its_order_and_nobody_else_is(tmp_path: Path) -> None:
    links = (Link(model="b/2"), Link(model="a/1"))
    async with engine(tmp_path, Answers("a/1"), IsDown("b/2"), Answers("c/3"), links=links) as e:
        _, outcome = await run(e)
    assert [one.model for one in outcome.attempts] == ["b/2", "a/1"]
    assert outcome.route.policy == "chain 'main'"
    assert reasons(outcome.route) == {"b/2": "", "a/1": "", "c/3": "in no link of chain 'main'"}


@pytest.mark.parametrize(
    ("failure", "answers"), [(Failure.RATE_LIMIT, "b/2"), (Failure.TIMEOUT, "c/3")]
)
async def test_a_link_is_tried_only_after_the_failures_that_it_names(
    tmp_path: Path, failure: Failure, answers: str
) -> None:
    links = (
        Link(model="a/1"),
        Link(model="b/2", on=(Failure.RATE_LIMIT, Failure.OVERLOAD)),
        Link(model="c/3"),
    )
    performers = (Fails("a/1", failure), Answers("b/2"), Answers("c/3"))
    async with engine(tmp_path, *performers, links=links) as e:
        _, outcome = await run(e)
    assert outcome.model == answers


async def test_a_refusal_goes_on_only_to_a_link_that_names_it(tmp_path: Path) -> None:
    links = (
        Link(model="a/1"),
        Link(model="b/2"),
        Link(model="c/3", on=(Failure.CONTENT_POLICY,)),
    )
    spare = Answers("b/2")
    async with engine(tmp_path, Declines("a/1"), spare, Answers("c/3"), links=links) as e:
        _, outcome = await run(e)
    assert (outcome.model, spare.asked) == ("c/3", 0)


async def test_each_link_has_its_own_terms(tmp_path: Path) -> None:
    seen: list[Desk] = []

    def look(task: Task, desk: Desk) -> Performance:
        seen.append(desk)
        raise ModelUnavailable(Failure.TIMEOUT, "too slow")

    links = (
        Link(model="a/1", shrink=0.5),
        Link(model="a/1", context_tokens=900, tools=False, persona="terse"),
        Link(model="b/2"),
    )
    task = Task(kind=Kind.ASK, constraints=Constraints(context_tokens=4000))
    async with engine(tmp_path, Calls("a/1", look), Answers("b/2"), links=links) as e:
        _, outcome = await run(e, task)
    first, second = (one.terms for one in seen)
    assert (first.context_tokens, first.tools, first.persona) == (2000, True, "")
    assert (second.context_tokens, second.tools, second.persona) == (900, False, "terse")
    assert outcome.model == "b/2"


async def test_links_that_do_not_apply_are_ruled_out_with_their_reasons(tmp_path: Path) -> None:
    links = (
        Link(model="gone/1"),
        Link(model="away/2", local=True),
        Link(model="dear/3", max_dollars=Decimal("0.01")),
        Link(model="hands/4"),
        Link(model="here/5", local=True, max_dollars=Decimal(1000)),
    )
    performers = (
        Answers("away/2"),
        Answers("dear/3"),
        CannotDoIt("hands/4"),
        Answers("here/5", local=True),
        BUILTIN,
    )
    async with engine(tmp_path, *performers, links=links) as e:
        route = await e.route(ASK)
    assert reasons(route) == {
        "gone/1": "not configured here",
        "away/2": "not on this machine, as its link wants",
        "dear/3": "may cost $0.12, and its link allows $0.01",
        "hands/4": "needs hands",
        "here/5": "",
        "builtin": "needs hands",
    }


async def test_a_link_that_waits_for_a_failure_is_not_the_first_to_be_asked(
    tmp_path: Path,
) -> None:
    links = (Link(model="gone/1"), Link(model="a/1", on=(Failure.OVERLOAD,)), Link(model="b/2"))
    async with engine(tmp_path, Answers("a/1"), Answers("b/2"), links=links) as e:
        route = await e.route(ASK)
    assert reasons(route)["a/1"] == "only after overload, and nobody is tried before"
    assert route.links == ("b/2",)


async def test_the_chain_that_names_the_kind_is_used_else_the_one_for_all(tmp_path: Path) -> None:
    chains = {
        "old": Chain(kinds=(Kind.FIX,), links=(Link(model="a/1"),)),
        "fixes": Chain(kinds=(Kind.FIX, Kind.TEST), links=(Link(model="b/2"),)),
        "rest": Chain(links=(Link(model="c/3"),)),
    }
    band = (Answers("a/1"), Answers("b/2"), Answers("c/3"))
    async with engine(tmp_path, *band, settings=Settings(chains=chains)) as e:
        links = {kind: (await e.route(Task(kind=kind))).links for kind in (Kind.FIX, Kind.ASK)}
    assert links == {Kind.FIX: ("b/2",), Kind.ASK: ("c/3",)}


async def test_a_chain_counts_over_the_configured_order(tmp_path: Path) -> None:
    chains = {"fixes": Chain(kinds=(Kind.FIX,), links=(Link(model="b/2"),))}
    settings = Settings(chains=chains, models=Models(order=("a/1",)))
    async with engine(tmp_path, Answers("a/1"), Answers("b/2"), settings=settings) as e:
        links = {kind: (await e.route(Task(kind=kind))).links for kind in (Kind.FIX, Kind.ASK)}
    assert links == {Kind.FIX: ("b/2",), Kind.ASK: ("a/1",)}


async def test_whom_the_person_asks_for_comes_first_with_the_chain_behind(tmp_path: Path) -> None:
    links = (Link(model="a/1"), Link(model="b/2"))
    task = Task(kind=Kind.ASK, preferences=Preferences(model="c/3"))
    band = (Answers("a/1"), Answers("b/2"), IsDown("c/3"))
    async with engine(tmp_path, *band, links=links) as e:
        _, outcome = await run(e, task)
    assert [one.model for one in outcome.attempts] == ["c/3", "a/1"]
    assert outcome.route.policy == "asked for"


async def test_builtin_stands_behind_the_last_link(tmp_path: Path) -> None:
    band = (IsDown("a/1"), Answers("b/2"), Answers("builtin", local=True))
    async with engine(tmp_path, *band, links=(Link(model="a/1"),)) as e:
        _, outcome = await run(e)
    assert outcome.model == "builtin"


async def test_the_more_reliable_moves_up_when_the_chain_says_so(tmp_path: Path) -> None:
    links = (Link(model="a/1"), Link(model="c/3", on=(Failure.QUOTA,)), Link(model="b/2"))
    chain = Chain(reorder=Reorder.RELIABILITY, links=links)
    health = HealthBoard(clock=Clock())
    band = (Answers("a/1"), Answers("b/2"), Answers("c/3"))
    async with engine(tmp_path, *band, settings=Settings(chains={"m": chain}), health=health) as e:
        for _ in range(4):
            health.record("a/1", None, 1.0)
        health.record("a/1", Failure.OVERLOAD, 1.0)
        assert (await e.route(ASK)).links == ("a/1", "c/3", "b/2")
        for _ in range(5):
            health.record("a/1", Failure.OVERLOAD, 1.0)
            for _ in range(3):
                health.record("a/1", None, 1.0)
            health.record("b/2", None, 1.0)
        assert (await e.route(ASK)).links == ("b/2", "a/1", "c/3")


# Circuits


async def test_who_keeps_failing_is_left_alone_and_tried_again_later(tmp_path: Path) -> None:
    clock, down = Clock(), IsDown("a/1")
    async with engine(tmp_path, down, Answers("b/2"), health=HealthBoard(clock=clock)) as e:
        for _ in range(5):
            _, outcome = await run(e)
        assert down.asked == 3
        assert [one.model for one in outcome.attempts] == ["b/2"]
        assert reasons(outcome.route)["a/1"].startswith("circuit open until ")
        (health, _) = await e.health()
        assert (health.state, health.failure) == (CircuitState.OPEN, Failure.OVERLOAD)
        clock.now += FIRST_REST
        await run(e)
        await run(e)
        assert down.asked == 4


async def test_who_was_free_when_the_route_was_chosen_may_be_tried_by_another_meanwhile(
    tmp_path: Path,
) -> None:
    clock, down, database = Clock(), IsDown("a/1"), Database(tmp_path / "shared.sqlite")
    mine, yours = (HealthBoard(database, clock=clock) for _ in range(2))
    for _ in range(3):
        mine.record("a/1", Failure.OVERLOAD, 0.1)
    await mine.close()
    clock.now += FIRST_REST
    async with engine(tmp_path, down, Answers("b/2"), health=mine) as e:
        assert (await e.route(ASK)).links == ("a/1", "b/2")
        await yours.refresh()
        assert (await yours.claim("a/1")).ok
        _, outcome = await run(e)
    database.close()
    assert (down.asked, outcome.model) == (0, "b/2")
    assert outcome.notes == (
        "a/1 was left out: circuit half open: another call tries it, after overload",
    )


async def test_the_last_that_is_left_is_asked_although_it_rests(tmp_path: Path) -> None:
    down = IsDown("a/1")
    async with engine(tmp_path, down, BUILTIN) as e:
        for _ in range(5):
            with pytest.raises(Exception, match="the server is overloaded"):
                await run(e)
    assert down.asked == 5


async def test_whom_the_person_asks_for_is_asked_although_it_rests(tmp_path: Path) -> None:
    down = IsDown("a/1")
    task = Task(kind=Kind.ASK, preferences=Preferences(model="a/1"))
    async with engine(tmp_path, down, Answers("b/2")) as e:
        for _ in range(5):
            await run(e, task)
    assert down.asked == 5


@pytest.mark.parametrize("failure", [Failure.CONTEXT_TOO_LONG, Failure.BAD_REQUEST])
async def test_a_failure_of_the_prompt_is_no_reason_to_rest(
    tmp_path: Path, failure: Failure
) -> None:
    fails = Fails("a/1", failure)
    async with engine(tmp_path, fails, Answers("b/2")) as e:
        for _ in range(4):
            await run(e)
        assert (await e.health())[0].state is CircuitState.CLOSED


async def test_a_weak_model_is_not_a_broken_server(tmp_path: Path) -> None:
    def rambles(task: Task, desk: Desk) -> Performance:
        raise UnusableAnswer("unusable answer: there is no JSON in the answer")

    async with engine(tmp_path, Calls("a/1", rambles), Answers("b/2")) as place:
        for _ in range(10):
            _, outcome = await run(place)
            assert [one.unusable for one in outcome.attempts] == [True, False]
        route = await place.route(ASK)
        (weak, _) = await place.health()
    assert reasons(route)["a/1"] == ""
    assert weak.state is CircuitState.CLOSED


async def test_a_link_that_waits_for_the_failure_of_one_that_rests_is_tried_at_once(
    tmp_path: Path,
) -> None:
    limited = Fails("a/1", Failure.RATE_LIMIT, wait=60.0)
    links = (Link(model="a/1"), Link(model="b/2", on=(Failure.RATE_LIMIT,)), Link(model="c/3"))
    async with engine(tmp_path, limited, Answers("b/2"), Answers("c/3"), links=links) as e:
        await run(e)
        _, outcome = await run(e)
    assert (limited.asked, outcome.model) == (1, "b/2")


async def test_a_task_that_is_wrong_frees_the_try_for_the_next(tmp_path: Path) -> None:
    clock = Clock()
    health = HealthBoard(clock=clock)
    for _ in range(3):
        health.record("a/1", Failure.OVERLOAD, 0.1)
    clock.now += FIRST_REST

    def wrong(task: Task, desk: Desk) -> Performance:
        raise ValueError("wrong")

    async with engine(tmp_path, Calls("a/1", wrong), BUILTIN, health=health) as e:
        with pytest.raises(ValueError, match="wrong"):
            await run(e)
    assert health.admits("a/1").ok


async def test_an_answer_from_the_cache_says_nothing_of_the_endpoint(tmp_path: Path) -> None:
    def remember(task: Task, desk: Desk) -> Performance:
        return Performance(Answer("as before"))

    async with engine(tmp_path, Calls("a/1", remember)) as e:
        await run(e)
        assert [one.calls for one in await e.health()] == [0]


# Pools


POOLED = Settings(pools={"x": Pool(members=("a/x", "b/x"))})


async def test_a_pool_stands_where_its_first_member_stood(tmp_path: Path) -> None:
    band = (Answers("z/0"), Answers("a/x"), Answers("c/3"), Answers("b/x"), BUILTIN)
    async with engine(tmp_path, *band, settings=POOLED) as e:
        route = await e.route(ASK)
    assert route.links == ("z/0", "pool/x", "c/3")
    assert reasons(route)["b/x"] == "stands in pool/x"


async def test_the_member_that_answers_is_named_and_paid(tmp_path: Path) -> None:
    task = Task(kind=Kind.ASK, preferences=Preferences(model="pool/x"))
    async with engine(tmp_path, IsDown("a/x"), Answers("b/x"), settings=POOLED) as e:
        for _ in range(3):
            events, outcome = await run(e, task)
            assert outcome.model == "b/x"
            assert outcome.cost.dollars == Decimal("0.012")
    assert {one.model for one in events if isinstance(one, Asking)} == {"b/x"}
    database = Database(tmp_path / "db.sqlite")
    paid = set(database.read("SELECT model FROM usage WHERE failure IS NULL", ()))
    database.close()
    assert paid == {("b/x",)}


async def test_a_member_that_failed_elsewhere_is_not_the_first_to_be_asked(tmp_path: Path) -> None:
    health = HealthBoard()
    health.record("a/x", Failure.CONNECTION, 0.1)
    health.record("b/x", None, 3.0)
    spare = Answers("a/x")
    async with engine(tmp_path, spare, Answers("b/x"), settings=POOLED, health=health) as e:
        _, outcome = await run(e)
    assert (outcome.model, spare.asked) == ("b/x", 0)


async def test_text_of_a_member_that_broke_off_is_taken_back_for_the_next(tmp_path: Path) -> None:
    settings = Settings(pools=POOLED.pools, chains={"m": Chain(links=(Link(model="pool/x"),))})
    band = (BreaksOff("a/x", "half"), BreaksOff("b/x", "half"), Answers("builtin", local=True))
    async with engine(tmp_path, *band, settings=settings) as e:
        events, outcome = await run(e)
    assert [one.discarded for one in events if isinstance(one, Restarted)] == [4, 4]
    assert {one.model for one in outcome.attempts} == {"a/x", "b/x", "builtin"}


async def test_a_prompt_that_one_member_cannot_take_is_not_given_to_the_other(
    tmp_path: Path,
) -> None:
    members = [Fails(name, Failure.BAD_REQUEST) for name in ("a/x", "b/x")]
    async with engine(tmp_path, *members, Answers("c/3"), settings=POOLED) as e:
        _, outcome = await run(e)
    assert outcome.model == "c/3"
    assert sum(one.asked for one in members) == 1


async def test_calls_at_a_time_are_spread_over_the_members(tmp_path: Path) -> None:
    gate = asyncio.Event()

    class Waits(Answers):
        async def perform(self, task: Task, desk: Desk) -> Performance:
            self.asked += 1
            await gate.wait()
            return await super().perform(task, desk)

    members = [Waits("a/x"), Waits("b/x")]
    async with engine(tmp_path, *members, settings=POOLED) as e, asyncio.timeout(30):
        runs = [asyncio.create_task(run(e)) for _ in range(10)]
        while sum(one.asked for one in members) < 10:
            await asyncio.sleep(0)
        assert [one.asked for one in members] == [5, 5]
        gate.set()
        await asyncio.gather(*runs)


async def test_a_pool_is_local_only_where_all_members_are(tmp_path: Path) -> None:
    task = Task(kind=Kind.ASK, constraints=Constraints(local_only=True))
    band = (Answers("a/x", local=True), Answers("b/x"))
    async with engine(tmp_path, *band, settings=POOLED) as e:
        assert (await e.route(task)).links == ("a/x",)


async def test_a_pool_in_the_configured_order_stands_where_that_says(tmp_path: Path) -> None:
    settings = Settings(pools=POOLED.pools, models=Models(order=("z/0", "pool/x", "c/3")))
    band = (Answers("z/0"), Answers("c/3"), Answers("a/x"), Answers("b/x"))
    async with engine(tmp_path, *band, settings=settings) as e:
        assert (await e.route(ASK)).links == ("z/0", "pool/x", "c/3")
