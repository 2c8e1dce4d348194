"""A process that asks a paid model many times at once: `racer.py CALLS HANG PATH URL`.

Every `HANG`th call that is made never comes back (0: all do). A line on stdout is a call that has
reached the model, with its price in billionths of a dollar; `done` says that all others have ended.
"""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from bandmaster.errors import BudgetExceeded
from bandmaster.ledger import Ledger, PlannedCall
from bandmaster.settings import Budget
from bandmaster.store import Database
from bandmaster.tasks import Cost, Kind, Task, Usage

BUDGET = Budget(project=Decimal("1.00"))
_PRICE = Decimal("0.000003137")
"""US dollars for a token: no round number."""
_MOST_TOKENS = 2000


async def main(calls: int, hang: int, path: str, url: str) -> None:
    ledger = Ledger(Database(Path(path), url), Path("/project"), budget=BUDGET)
    over: asyncio.Queue[None] = asyncio.Queue()
    made = 0

    async def ask() -> None:
        nonlocal made
        most = random.randint(1, _MOST_TOKENS)
        planned = PlannedCall(
            task=Task(kind=Kind.ASK),
            model="a/1",
            local=False,
            bound=lambda: Usage(output=most),
            price=lambda usage: Cost(usage.output * _PRICE),
            prompt_tokens=int,
        )
        async with ledger.call(planned) as call:
            used = random.randint(most // 2, most)
            print(int(used * _PRICE * 10**9), flush=True)
            made += 1
            if hang and made % hang == 0:
                over.put_nowait(None)
                await asyncio.Event().wait()
            await asyncio.sleep(random.random() / 50)
            call.used(Usage(output=used))

    async def ask_if_allowed() -> None:
        with suppress(BudgetExceeded):
            await ask()
        over.put_nowait(None)

    asking = [asyncio.create_task(ask_if_allowed()) for _ in range(calls)]
    for _ in asking:
        await over.get()
    print("done", flush=True)
    if hang:
        await asyncio.Event().wait()
    ledger.close()


if __name__ == "__main__":
    _, number, every, place, address = sys.argv
    asyncio.run(main(int(number), int(every), place, address))
