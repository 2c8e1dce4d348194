"""Many processes spend one budget at once, and some are killed while they do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.errors import BudgetExceeded
from bandmaster.ledger import Ledger
from bandmaster.store import Database
from bandmaster.tasks import Cost, Usage
from tests.core.ledger.account import planned, reserved
from tests.e2e.postgres import racer

pytestmark = pytest.mark.e2e
RACERS, CALLS, KILLED, DEADLINE = 8, 200, 3, 120
DOLLAR = 10**9


@contextmanager
def started(path: Path, url: str) -> Generator[list[subprocess.Popen[str]]]:
    """The racers; those at the front have calls that never come back, until they are killed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    racers = [
        subprocess.Popen(
            [sys.executable, racer.__file__, str(CALLS), hang, str(path), url],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for hang in ["4"] * KILLED + ["0"] * (RACERS - KILLED)
    ]
    try:
        yield racers
    finally:
        for one in racers:
            one.kill()
            one.communicate()


def reached(one: subprocess.Popen[str]) -> list[int]:
    """What the calls of a racer cost at the model, once all that come back have ended."""
    assert one.stdout is not None
    lines = iter(one.stdout.readline, "done\n")
    return [int(line) for line in lines if line.strip()]


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("url") if request.param == "postgres" else ""


async def test_a_budget_is_never_overspent_and_nothing_stays_reserved_for_the_dead(
    tmp_path: Path, address: str
) -> None:
    path = tmp_path / "bandmaster.sqlite"
    with started(path, address) as racers:
        bills = await asyncio.wait_for(
            asyncio.gather(*(asyncio.to_thread(reached, one) for one in racers)), DEADLINE
        )
        for one in racers[:KILLED]:
            one.kill()
    with closing(Database(path, address)) as database:
        ((spent, recorded),) = database.read(
            "SELECT CAST(SUM(nanos) AS BIGINT), COUNT(*) FROM usage", ()
        )
        assert isinstance(spent, int)
        held = sum(int(str(one)) for one in reserved(database))
        assert sum(map(sum, bills)) <= DOLLAR, "all that reached the model, the killed included"
        assert DOLLAR / 2 < spent + held <= DOLLAR
        assert sum(map(len, bills)) < RACERS * CALLS, "somebody was refused"
        assert held > 0, "somebody was killed in flight"
        assert recorded == sum(map(len, bills)) - len(reserved(database))
        await spend_the_rest(database, spent)


async def spend_the_rest(database: Database, spent: int) -> None:
    """When the leases of the dead have ended, all but what was spent is there to be spent."""
    later = datetime.now(UTC) + timedelta(minutes=2)
    ledger = Ledger(database, Path("/project"), budget=racer.BUDGET, clock=lambda: later)
    (project,) = await ledger.budget()
    assert (project.spent, project.reserved) == (Decimal(spent).scaleb(-9), 0)
    assert reserved(database) == []

    def rest(_: Usage) -> Cost:
        return Cost(project.left)

    async with ledger.call(planned(price=rest)) as call:
        call.used(Usage(output=1))
    with pytest.raises(BudgetExceeded):
        await ledger.reserve(planned(price=lambda _: Cost(Decimal("0.000000001"))))
