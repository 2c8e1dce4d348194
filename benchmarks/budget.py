"""What a budget costs and what it holds: CPU of reserving and settling one call, and a race.

The race: 8 processes make 200 calls at once each, on a budget of one dollar; three of them have
calls that never come back and are killed. Prints what reached the models, what is in the account,
and what is still reserved when the leases of the dead have ended. Without `--url` on SQLite only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bandmaster.ledger import Ledger, PlannedCall, upper_bound  # noqa: E402
from bandmaster.ledger.prices import price  # noqa: E402
from bandmaster.settings import Budget, ProviderKind  # noqa: E402
from bandmaster.store import Database  # noqa: E402
from bandmaster.tasks import Cost, Kind, Task, Usage  # noqa: E402
from tests.e2e.postgres import racer  # noqa: E402

AIM_MS = 0.3
DOLLAR = 10**9
RACERS, KILLED, CALLS = 8, 3, 200


def reckon(usage: Usage) -> Cost:
    return price("openai/gpt-5", ProviderKind.OPENAI, local=False, usage=usage)


async def overhead(database: Database, budget: Budget, calls: int) -> float:
    """CPU milliseconds of one call around nothing."""
    ledger = Ledger(database, ROOT, budget=budget)

    async def call() -> None:
        planned = PlannedCall(
            task=Task(kind=Kind.ASK),
            model="openai/gpt-5",
            local=False,
            bound=lambda: upper_bound(300, 200),
            price=reckon,
            prompt_tokens=int,
        )
        async with ledger.call(planned) as under_way:
            under_way.used(Usage(input=300, output=100))

    for _ in range(20):
        await call()
    begun = time.process_time()
    for _ in range(calls):
        await call()
    spent = (time.process_time() - begun) / calls * 1000
    ledger.close()
    return spent


async def race(path: Path, url: str) -> bool:
    """Run it and print what came of it; whether the budget held and nothing leaked."""
    begun = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    racers = [
        subprocess.Popen(
            [sys.executable, racer.__file__, str(CALLS), hang, str(path), url],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for hang in ["4"] * KILLED + ["0"] * (RACERS - KILLED)
    ]
    bills = await asyncio.gather(*(asyncio.to_thread(reached, one) for one in racers))
    for one in racers[:KILLED]:
        one.kill()
    for one in racers:
        one.communicate()
    seconds = time.perf_counter() - begun
    database = Database(path, url)
    later = datetime.now(UTC) + timedelta(minutes=2)
    ((held,),) = database.read("SELECT CAST(SUM(nanos) AS BIGINT) FROM reservation", ())
    ledger = Ledger(database, Path("/project"), budget=racer.BUDGET, clock=lambda: later)
    (project,) = await ledger.budget()
    ledger.close()
    made, asked = sum(map(len, bills)), RACERS * CALLS
    total = Decimal(sum(map(sum, bills))) / DOLLAR
    print(f"  {asked} calls wanted, {made} made, {asked - made} refused, in {seconds:.1f} s")
    print(f"  cost of all that reached a model   ${total:.6f} of $1.00, the killed included")
    print(f"  in the account                     ${project.spent:.6f}")
    print(f"  reserved by the killed             ${Decimal(int(str(held or 0))) / DOLLAR:.6f}")
    print(f"  reserved when their leases ended   ${project.reserved:.6f}")
    return total <= 1 and project.spent <= 1 and project.reserved == 0


def reached(one: subprocess.Popen[str]) -> list[int]:
    assert one.stdout is not None
    return [int(line) for line in iter(one.stdout.readline, "done\n") if line.strip()]


async def measure(url: str, calls: int) -> bool:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "overhead.sqlite"
        free = await overhead(Database(path, url), Budget(), calls)
        limited = await overhead(Database(path, url), Budget(day=Decimal(1000)), calls)
        print(f"  one call without a budget          {free:.3f} ms CPU")
        print(
            f"  one call, reserved and settled     {limited:.3f} ms CPU (aim on SQLite: {AIM_MS})"
        )
        held = await race(Path(place) / "race.sqlite", url)
    return held and (limited <= AIM_MS or bool(url))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="an empty PostgreSQL database, besides SQLite")
    parser.add_argument("--calls", type=int, default=500)
    options = parser.parse_args()
    good = True
    for name, url in (("SQLite", ""), ("PostgreSQL", options.url)):
        if url is not None:
            print(name)
            good = asyncio.run(measure(url, options.calls)) and good
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
