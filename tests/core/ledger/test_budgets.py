"""What a call may cost at most is set aside before it is made, or the call is not made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.errors import BudgetExceeded, Failure
from bandmaster.ledger import Ledger, Level, LimitState, Standing
from bandmaster.settings import Budget, Scope
from bandmaster.store import Database
from bandmaster.tasks import Kind, Task, Usage
from tests.core.ledger.account import CENT, Clock, allowed, planned, reserved, rows, unknown

Open = Callable[..., Ledger]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "bandmaster.sqlite")) as opened:
        yield opened


@pytest.fixture
def open_ledger(database: Database, tmp_path: Path, clock: Clock) -> Open:
    def opened(budget: Budget, *, project: str = "project", person: str = "ann") -> Ledger:
        return Ledger(database, tmp_path / project, budget=budget, person=person, clock=clock)

    return opened


async def spend(ledger: Ledger, tokens: int, **call: object) -> None:
    async with ledger.call(planned(most=tokens, **call)) as under_way:  # type: ignore[arg-type]
        under_way.used(Usage(output=tokens))


DOLLAR = Decimal(1)


async def test_calls_under_way_count_with_the_most_that_they_may_cost(open_ledger: Open) -> None:
    ledger = open_ledger(Budget(day=DOLLAR))
    async with ledger.call(planned(most=60)) as call:
        with pytest.raises(BudgetExceeded):
            await spend(ledger, 41)
        assert call.reserved == 60 * CENT
        call.used(Usage(output=10))
    await spend(ledger, 90)
    with pytest.raises(BudgetExceeded):
        await spend(ledger, 1)


async def test_a_refusal_says_what_is_left_and_which_setting_raises_it(open_ledger: Open) -> None:
    ledger = open_ledger(Budget(day=DOLLAR))
    await spend(ledger, 80)
    with pytest.raises(BudgetExceeded) as refused:
        await spend(ledger, 30)
    assert str(refused.value) == (
        "the call may cost $0.30, and the budget for the day has $0.20 of $1.00 left;"
        " budget.day raises it, and a smaller limits.output_tokens makes calls cheaper"
    )
    assert (refused.value.failure, refused.value.left) == (Failure.BUDGET, 20 * CENT)


async def test_a_refused_call_leaves_no_trace(open_ledger: Open, database: Database) -> None:
    with pytest.raises(BudgetExceeded):
        await spend(open_ledger(Budget(call=5 * CENT)), 6)
    assert (rows(database, "id"), reserved(database)) == ([], [])


async def test_a_day_and_a_month_end(open_ledger: Open, clock: Clock) -> None:
    ledger = open_ledger(Budget(day=DOLLAR, month=2 * DOLLAR))
    await spend(ledger, 100)
    with pytest.raises(BudgetExceeded, match=r"budget\.day"):
        await spend(ledger, 1)
    clock.pass_(days=1)
    await spend(ledger, 100)
    clock.pass_(days=1)
    with pytest.raises(BudgetExceeded, match=r"budget\.month"):
        await spend(ledger, 1)
    clock.pass_(days=30)
    await spend(ledger, 100)


async def test_a_task_and_a_session_have_limits_of_their_own(open_ledger: Open) -> None:
    ledger = open_ledger(Budget(task=50 * CENT, session=80 * CENT))
    first, second = (Task(kind=Kind.ASK, session="talk") for _ in range(2))
    await spend(ledger, 50, task=first)
    with pytest.raises(BudgetExceeded, match=r"budget\.task"):
        await spend(ledger, 1, task=first)
    await spend(ledger, 30, task=second)
    with pytest.raises(BudgetExceeded, match=r"budget\.session"):
        await spend(ledger, 1, task=second)
    await spend(ledger, 50)


async def test_tasks_without_a_session_share_that_of_their_process(open_ledger: Open) -> None:
    budget = Budget(session=10 * CENT)
    ledger = open_ledger(budget)
    await spend(ledger, 10)
    with pytest.raises(BudgetExceeded):
        await spend(ledger, 1)
    await spend(open_ledger(budget), 10)


async def test_a_task_may_bring_its_own_limit_where_none_is_set(open_ledger: Open) -> None:
    ledger, task = open_ledger(Budget()), allowed("0.10")
    await spend(ledger, 8, task=task)
    with pytest.raises(BudgetExceeded, match="a larger max_dollars raises it"):
        await spend(ledger, 3, task=task)
    await spend(ledger, 900)


async def test_a_model_has_its_own_limit_in_a_month(open_ledger: Open) -> None:
    ledger = open_ledger(Budget(models={"a/1": 10 * CENT}))
    await spend(ledger, 10, model="a/1")
    await spend(ledger, 10, model="b/2")
    with pytest.raises(BudgetExceeded, match=r'budget\.models\."a/1"'):
        await spend(ledger, 1, model="a/1")


async def test_a_person_is_limited_in_all_projects_and_not_by_others(open_ledger: Open) -> None:
    budget = Budget(day=DOLLAR)
    await spend(open_ledger(budget, project="one"), 60)
    with pytest.raises(BudgetExceeded):
        await spend(open_ledger(budget, project="two"), 60)
    await spend(open_ledger(budget, person="bob"), 60)


async def test_a_project_is_limited_whoever_works_in_it(open_ledger: Open) -> None:
    budget = Budget(day=DOLLAR, scope=Scope.PROJECT)
    await spend(open_ledger(budget, project="one"), 60)
    await spend(open_ledger(budget, project="two"), 60)
    with pytest.raises(BudgetExceeded):
        await spend(open_ledger(budget, project="one", person="bob"), 60)
    ever = Budget(project=DOLLAR)
    with pytest.raises(BudgetExceeded, match=r"budget\.project"):
        await spend(open_ledger(ever, project="two"), 60)


async def test_what_was_spent_before_there_was_a_limit_counts(open_ledger: Open) -> None:
    await spend(open_ledger(Budget()), 95)
    with pytest.raises(BudgetExceeded):
        await spend(open_ledger(Budget(day=DOLLAR)), 6)


async def test_a_model_without_a_price_needs_a_permission_where_there_is_a_limit(
    open_ledger: Open,
) -> None:
    with pytest.raises(BudgetExceeded, match=r"budget\.unpriced = true"):
        await spend(open_ledger(Budget(day=DOLLAR)), 1, price=unknown)
    await spend(open_ledger(Budget(day=DOLLAR, unpriced=True)), 1, price=unknown)
    await spend(open_ledger(Budget()), 1, price=unknown)


async def test_a_model_on_this_machine_is_asked_when_nothing_is_left(open_ledger: Open) -> None:
    await spend(open_ledger(Budget(day=Decimal(0))), 5, local=True, price=unknown)


async def test_what_a_dead_process_reserved_is_free_when_its_lease_ends(
    open_ledger: Open, database: Database, clock: Clock
) -> None:
    dead, live = open_ledger(Budget(day=DOLLAR)), open_ledger(Budget(day=DOLLAR))
    await dead.reserve(planned(most=90))
    dead.close()
    with pytest.raises(BudgetExceeded):
        await spend(live, 20)
    clock.pass_(seconds=91)
    await spend(live, 20)
    assert reserved(database) == []
    assert rows(database, "failure, nanos") == [("lost", 0), (None, 200_000_000)]


async def test_a_long_call_keeps_what_is_set_aside_for_it(
    open_ledger: Open, database: Database, clock: Clock
) -> None:
    ledger = open_ledger(Budget(day=DOLLAR))
    async with ledger.call(planned(most=90)) as call:
        for _ in range(3):
            clock.pass_(seconds=60)
            await asyncio.to_thread(ledger.renew)
        with pytest.raises(BudgetExceeded):
            await spend(open_ledger(Budget(day=DOLLAR)), 20)
        call.used(Usage(output=90))
    assert rows(database, "failure, nanos") == [(None, 900_000_000)]
    assert reserved(database) == []


async def test_a_machine_that_slept_sets_the_money_aside_again(
    open_ledger: Open, database: Database, clock: Clock
) -> None:
    ledger = open_ledger(Budget(day=DOLLAR))
    async with ledger.call(planned(most=90)):
        clock.pass_(hours=1)
        await ledger.budget()
        assert reserved(database) == []
        await asyncio.to_thread(ledger.renew)
        assert reserved(database) == [900_000_000]


async def test_a_reservation_can_be_given_back(open_ledger: Open, database: Database) -> None:
    ledger = open_ledger(Budget(day=DOLLAR))
    await ledger.release(await ledger.reserve(planned(most=90)))
    await ledger.release(await ledger.reserve(planned(local=True)))
    assert (rows(database, "id"), reserved(database)) == ([], [])


async def test_near_a_limit_the_person_is_told_and_then_cheaper_models_are_preferred(
    open_ledger: Open,
) -> None:
    ledger, task = open_ledger(Budget(day=DOLLAR)), Task(kind=Kind.ASK)
    levels: list[Level] = []
    for tokens in (79, 1, 10, 10):
        await spend(ledger, tokens)
        levels.append((await ledger.standing(task)).level)
    assert levels == [Level.FINE, Level.WARN, Level.DOWNGRADE, Level.SPENT]
    standing = await ledger.standing(task)
    assert standing.left == 0
    assert standing.note == (
        "100% of the budget for the day is spent or set aside: $0.00 of $1.00 left;"
        " budget.day raises it"
    )


async def test_how_near_a_limit_is_does_not_count_the_most_that_the_call_itself_may_cost(
    open_ledger: Open,
) -> None:
    ledger = open_ledger(Budget(day=DOLLAR, month=100 * DOLLAR))
    async with ledger.call(planned(most=85)) as first:
        assert first.standing.level is Level.FINE
        async with ledger.call(planned(most=1)) as second:
            assert second.standing.level is Level.WARN
            assert "85% of the budget for the day" in second.standing.note


async def test_without_a_limit_nothing_is_set_aside(open_ledger: Open, database: Database) -> None:
    ledger = open_ledger(Budget())
    assert await ledger.standing(Task(kind=Kind.ASK)) == Standing()
    assert await ledger.budget() == ()
    assert (await ledger.reserve(planned())).hold is None
    assert reserved(database) == []


async def test_every_limit_is_listed_with_what_is_left(open_ledger: Open) -> None:
    ledger = open_ledger(Budget(day=DOLLAR, models={"b/2": DOLLAR}, call=DOLLAR, task=DOLLAR))
    await spend(ledger, 30)
    async with ledger.call(planned(most=50)):
        day, model = await ledger.budget()
    assert day == LimitState(
        name="day",
        setting="budget.day",
        most=DOLLAR,
        spent=30 * CENT,
        reserved=50 * CENT,
        level=Level.WARN,
    )
    assert (day.left, day.share) == (20 * CENT, 0.8)
    assert (model.name, model.spent, model.level) == ("month with b/2", 0, Level.FINE)


async def test_calls_at_once_never_reserve_more_than_is_left(
    open_ledger: Open, database: Database
) -> None:
    ledgers = [open_ledger(Budget(day=DOLLAR)) for _ in range(4)]

    async def ask(ledger: Ledger) -> bool:
        try:
            await spend(ledger, 7)
        except BudgetExceeded:
            return False
        return True

    done = await asyncio.gather(*(ask(ledger) for ledger in ledgers * 10))
    assert 0 < sum(done) <= 14
    ((total,),) = database.read("SELECT SUM(nanos) FROM usage", ())
    assert total == sum(done) * 70_000_000
    assert reserved(database) == []


async def test_what_to_expect_is_told_where_there_is_a_limit_too(open_ledger: Open) -> None:
    ledger = open_ledger(Budget(day=100 * DOLLAR))
    async with ledger.call(planned(tokens=5)) as call:
        assert call.forecast.dollars == 605 * CENT
