"""What was spent is summed by what one asks for; what will be spent is guessed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.errors import Failure
from bandmaster.ledger import Call, ForecastError, Group, Ledger, Spent, Standing
from bandmaster.ledger.history import History
from bandmaster.store import Database
from bandmaster.tasks import Forecast, Kind, Task, Usage
from tests.core.ledger.account import CENT, Clock, planned, rows, unknown

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
    def opened(project: str = "project") -> Ledger:
        return Ledger(database, tmp_path / project, clock=clock)

    return opened


async def take(
    ledger: Ledger,
    usage: Usage,
    *,
    seconds: float = 1.0,
    failure: Failure | None = None,
    saved: Usage | None = None,
    kind: Kind = Kind.ASK,
    **call: object,
) -> None:
    """One call that ended."""
    plan = planned(task=Task(kind=kind), **call)  # type: ignore[arg-type]
    ended = Call(Standing(), Decimal(0))
    ended.used(usage)
    if saved:
        ended.spared(saved)
    reservation = await ledger.reserve(plan)
    await ledger.settle(reservation, ended, failure=failure, seconds=seconds)


async def test_the_account_is_summed_by_model_the_dearest_first(open_ledger: Open) -> None:
    ledger = open_ledger()
    await take(ledger, Usage(input=1, output=1), model="a/1", seconds=2)
    await take(ledger, Usage(input=4, output=2, cached=3), model="b/2", seconds=1)
    await take(ledger, Usage(input=2), model="b/2", seconds=9, failure=Failure.TIMEOUT)
    await take(ledger, Usage(), model="b/2", seconds=3, saved=Usage(output=5))
    await take(ledger, Usage(output=9), model="c/3", price=unknown)
    nothing = Spent(
        name="c/3",
        calls=1,
        failures=0,
        input=0,
        output=9,
        cached=0,
        dollars=Decimal(0),
        unpriced=1,
        saved=Decimal(0),
        seconds=1.0,
    )
    assert await ledger.stats(Group.MODEL) == (
        Spent(
            name="b/2",
            calls=3,
            failures=1,
            input=6,
            output=2,
            cached=3,
            dollars=8 * CENT,
            unpriced=0,
            saved=5 * CENT,
            seconds=2.0,
        ),
        Spent(
            name="a/1",
            calls=1,
            failures=0,
            input=1,
            output=1,
            cached=0,
            dollars=2 * CENT,
            unpriced=0,
            saved=Decimal(0),
            seconds=2.0,
        ),
        nothing,
    )


async def test_days_come_in_their_order_and_old_ones_can_be_left_out(
    open_ledger: Open, clock: Clock
) -> None:
    ledger, begun = open_ledger(), clock.now
    for tokens in (5, 3, 4):
        await take(ledger, Usage(output=tokens))
        clock.pass_(days=1)
    assert [(one.name, one.dollars) for one in await ledger.stats(Group.DAY)] == [
        ("2026-11-21", 5 * CENT),
        ("2026-11-22", 3 * CENT),
        ("2026-11-23", 4 * CENT),
    ]
    since = begun.replace(hour=0, day=22)
    assert [one.name for one in await ledger.stats(Group.DAY, since=since)] == [
        "2026-11-22",
        "2026-11-23",
    ]


async def test_a_project_sees_its_own_and_the_person_all(open_ledger: Open, tmp_path: Path) -> None:
    one, two = open_ledger("one"), open_ledger("two")
    await take(one, Usage(output=5), kind=Kind.FIX)
    await take(two, Usage(output=7), kind=Kind.PLAN)
    assert [line.name for line in await one.stats(Group.KIND)] == ["fix"]
    assert [line.name for line in await one.stats(Group.PROJECT, everywhere=True)] == [
        str(tmp_path / "two"),
        str(tmp_path / "one"),
    ]


@pytest.mark.parametrize("by", list(Group))
async def test_the_account_can_be_summed_by_everything(open_ledger: Open, by: Group) -> None:
    ledger = open_ledger()
    assert await ledger.stats(by) == ()
    await take(ledger, Usage(output=5))
    (line,) = await ledger.stats(by)
    assert (line.dollars, line.calls) == (5 * CENT, 1)
    assert line.name


async def foreseen(ledger: Ledger, **call: object) -> Forecast:
    """What is expected of a question with a prompt of five tokens."""
    reservation = await ledger.reserve(planned(tokens=5, **call))  # type: ignore[arg-type]
    await ledger.release(reservation)
    return reservation.forecast


async def test_a_forecast_is_the_middle_of_what_such_calls_took(open_ledger: Open) -> None:
    ledger = open_ledger()
    for output, seconds in ((10, 1.0), (30, 3.0), (20, 2.0)):
        await take(ledger, Usage(output=output), seconds=seconds)
    await take(ledger, Usage(output=999), seconds=99, failure=Failure.TIMEOUT)
    assert await foreseen(ledger) == Forecast(dollars=25 * CENT, seconds=2.0)
    assert await foreseen(open_ledger(), price=unknown) == Forecast(dollars=None, seconds=2.0)


async def test_nobody_guesses_how_fast_a_model_is_or_what_one_without_a_price_costs(
    open_ledger: Open,
) -> None:
    ledger = open_ledger()
    assert await foreseen(ledger) == Forecast(dollars=605 * CENT, seconds=None)
    assert await foreseen(ledger, price=unknown) == Forecast()
    for _ in range(3):
        await take(ledger, Usage(output=10), model="b/2")
    assert await foreseen(ledger) == Forecast(dollars=15 * CENT, seconds=None)


async def test_of_a_local_model_the_time_alone_is_foreseen(open_ledger: Open) -> None:
    ledger = open_ledger()
    for _ in range(3):
        await take(ledger, Usage(output=10), seconds=4.0, local=True)
    assert await foreseen(ledger, local=True) == Forecast(dollars=None, seconds=4.0)


async def test_how_far_forecasts_were_off_is_remembered(
    open_ledger: Open, database: Database
) -> None:
    ledger = open_ledger()
    assert await ledger.forecast_error() == ForecastError(0, None, None)
    for _ in range(3):
        await take(ledger, Usage(output=10), seconds=1.0, price=unknown)
    assert (await ledger.forecast_error()).calls == 0
    await take(ledger, Usage(output=20), seconds=4.0)
    await take(ledger, Usage(output=8), seconds=2.0)
    await take(ledger, Usage(output=8), seconds=2.0, failure=Failure.TIMEOUT)
    assert rows(database, "expected_nanos, expected_seconds")[3:] == [
        (100_000_000, 1.0),
        (100_000_000, 1.0),
        (None, None),
    ]
    assert await ledger.forecast_error() == ForecastError(2, 0.375, 0.625)


async def test_the_forecast_that_was_told_is_the_one_that_is_judged(
    open_ledger: Open, database: Database
) -> None:
    ledger = open_ledger()
    for _ in range(3):
        await take(ledger, Usage(output=10), price=unknown)
    async with ledger.call(planned(tokens=5)) as call:
        told = call.forecast
        call.used(Usage(input=70, output=99))
    assert told.dollars == 15 * CENT
    assert rows(database, "expected_nanos, expected_seconds")[3:] == [
        (150_000_000, told.seconds),
    ]


@pytest.mark.parametrize(
    ("dollars", "seconds", "words"),
    [
        ("0.0412", 6.4, "about $0.041 and 6 s"),
        ("0.04", None, "about $0.04"),
        ("0.1", 0.4, "about $0.10 and a second"),
        ("0.000123", 61.0, "about $0.00012 and 61 s"),
        ("12.3456", None, "about $12.35"),
        ("0", 6.0, "about 6 s"),
        (None, None, ""),
    ],
)
def test_a_forecast_says_what_is_known_and_not_more_exactly_than_it_is(
    dollars: str | None, seconds: float | None, words: str
) -> None:
    assert Forecast(None if dollars is None else Decimal(dollars), seconds).words == words


def test_what_was_long_ago_fades() -> None:
    history = History()
    for output in [100] * 30 + [10] * 12:
        history.add("ask", "a/1", output, 1.0)
    assert history.expect("ask", "a/1").output == 10


def test_a_kind_that_is_rare_is_judged_by_the_model_and_an_unknown_model_by_the_kind() -> None:
    history = History()
    for _ in range(3):
        history.add("ask", "a/1", 10, 1.0)
    assert history.expect("fix", "a/1").output == 10
    assert history.expect("ask", "b/2").output == 10
    assert history.expect("fix", "b/2").calls == 0
