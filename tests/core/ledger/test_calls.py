"""Every call becomes a row, however it ends; its price is written down beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.ledger import Ledger
from bandmaster.settings import Budget
from bandmaster.store import Database
from bandmaster.tasks import Cost, Kind, Task, Usage
from tests.core.ledger.account import CENT, planned, reserved, rows, unknown


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "bandmaster.sqlite")
    yield opened
    opened.close()


@pytest.fixture(params=[None, Decimal(1)], ids=["without a budget", "with a budget"])
def ledger(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Ledger:
    return Ledger(database, tmp_path, budget=Budget(day=request.param), person="ann")


async def test_a_call_is_written_down_with_its_price(ledger: Ledger, database: Database) -> None:
    task = Task(kind=Kind.ASK, session="talk")
    async with ledger.call(planned(task=task)) as call:
        call.used(Usage(input=3, output=1))
        call.used(Usage(input=3, output=2, cached=1))
    assert call.cost == Cost(5 * CENT)
    assert rows(database, "person, session, task, kind, model, failure, input, output, cached") == [
        ("ann", "talk", task.id, "ask", "a/1", None, 3, 2, 1)
    ]
    assert rows(database, "nanos, price, estimated") == [(50_000_000, "a cent a token", 0)]
    assert reserved(database) == []


async def test_an_answer_from_the_cache_costs_nothing_and_says_what_it_saved(
    ledger: Ledger, database: Database
) -> None:
    async with ledger.call(planned()) as call:
        call.spared(Usage(input=3, output=2))
    assert (call.cost, call.saved) == (Cost(), Cost(5 * CENT))
    assert rows(database, "input, nanos, saved") == [(0, 0, 50_000_000)]


async def test_a_call_that_fails_keeps_what_it_used(ledger: Ledger, database: Database) -> None:
    async def fail() -> None:
        async with ledger.call(planned()) as call:
            call.used(Usage(input=4))
            raise ModelUnavailable(Failure.OVERLOAD, "busy")

    with pytest.raises(ModelUnavailable):
        await fail()
    assert rows(database, "failure, nanos") == [("overload", 40_000_000)]
    assert reserved(database) == []


async def test_a_cancelled_call_is_settled_before_it_ends(
    ledger: Ledger, database: Database
) -> None:
    begun = asyncio.Event()

    async def ask() -> None:
        async with ledger.call(planned()) as call:
            call.used(Usage(input=4))
            begun.set()
            await asyncio.Event().wait()

    asking = asyncio.create_task(ask())
    await asyncio.wait_for(begun.wait(), 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert rows(database, "failure, nanos") == [("cancelled", 40_000_000)]
    assert reserved(database) == []


async def test_a_stream_that_nobody_reads_to_its_end_is_settled(
    ledger: Ledger, database: Database
) -> None:
    async def stream() -> AsyncGenerator[str]:
        async with ledger.call(planned()) as call:
            call.used(Usage(input=4))
            yield "so"
            yield "far"

    async with aclosing(stream()) as chunks:
        assert await anext(chunks) == "so"
    assert rows(database, "failure, nanos") == [("cancelled", 40_000_000)]
    assert reserved(database) == []


async def test_a_model_on_this_machine_costs_nothing_and_a_price_unknown_is_none(
    database: Database, tmp_path: Path
) -> None:
    ledger = Ledger(database, tmp_path)
    for call in (planned(local=True), planned(price=unknown)):
        async with ledger.call(call) as under_way:
            under_way.used(Usage(output=7))
    assert rows(database, "output, nanos") == [(7, 0), (7, None)]


async def test_an_account_that_cannot_be_written_is_caught_up_with_the_next_call(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = Ledger(database, tmp_path)
    database.write("ALTER TABLE usage RENAME TO away", ())
    async with ledger.call(planned()) as call:
        call.used(Usage(output=1))
    assert "was not recorded" in caplog.text
    database.write("ALTER TABLE away RENAME TO usage", ())
    async with ledger.call(planned()) as call:
        call.used(Usage(output=2))
    assert rows(database, "output") == [(1,), (2,)]


async def test_what_could_not_be_written_is_tried_once_more_at_the_end(
    database: Database, tmp_path: Path
) -> None:
    ledger = Ledger(database, tmp_path, budget=Budget(day=Decimal(1)))
    async with ledger.call(planned()) as call:
        call.used(Usage(output=1))
        database.write("ALTER TABLE usage RENAME TO away", ())
    assert reserved(database) == [100_000_000]
    database.write("ALTER TABLE away RENAME TO usage", ())
    ledger.close()
    assert rows(database, "output") == [(1,)]
    assert reserved(database) == []
