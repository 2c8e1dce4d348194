"""Circuits that the doors of several machines share through PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bandmaster.errors import Failure
from bandmaster.routing import CircuitState, HealthBoard
from bandmaster.routing.circuits.breaker import FIRST_REST
from bandmaster.store import Database
from tests.fakes.clocks import Clock

pytestmark = pytest.mark.e2e


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def boards(url: str, tmp_path: Path, clock: Clock) -> Iterator[list[HealthBoard]]:
    with ExitStack() as opened:
        databases = [
            opened.enter_context(closing(Database(tmp_path / "none", url))) for _ in "1234"
        ]
        yield [HealthBoard(database, clock=clock) for database in databases]


async def test_failures_add_up_and_one_of_all_tries_after_the_rest(
    boards: list[HealthBoard], clock: Clock
) -> None:
    async def fail(board: HealthBoard) -> None:
        board.record("a/1", Failure.CONNECTION, 0.1)
        await board.close()

    await asyncio.gather(*map(fail, boards))
    clock.now += FIRST_REST
    for board in boards:
        await board.refresh()
    assert {board.snapshot(["a/1"])[0].state for board in boards} == {CircuitState.HALF_OPEN}
    rulings = await asyncio.gather(*(board.claim("a/1") for board in boards for _ in range(5)))
    assert [one.ok for one in rulings].count(True) == 1
    winner = boards[next(at for at, one in enumerate(rulings) if one.ok) // 5]
    clock.now += 1
    winner.record("a/1", None, 1.0)
    await winner.close()
    for board in boards:
        await board.refresh()
    assert {board.snapshot(["a/1"])[0].state for board in boards} == {CircuitState.CLOSED}
