"""What is set aside is renewed while its call is under way, and not after it."""

from __future__ import annotations

import asyncio

from bandmaster.ledger.accounts import Hold
from bandmaster.ledger.leases import Leases
from bandmaster.ledger.limits import Who

HELD = Hold(
    id="1",
    at="now",
    holder="me",
    who=Who(person="ann", workspace="/p", session="talk"),
    nanos=1,
)


async def test_what_is_held_is_renewed_again_and_again_until_it_is_not() -> None:
    loop, renewed = asyncio.get_running_loop(), asyncio.Queue[tuple[Hold, ...]]()

    def renew() -> None:
        loop.call_soon_threadsafe(renewed.put_nowait, leases.held)

    leases = Leases(renew, every=0.001)
    leases.add(HELD)
    async with asyncio.timeout(10):
        assert [await renewed.get() for _ in range(3)] == [(HELD,)] * 3
        leases.remove(HELD)
        while leases.waiting:
            await asyncio.sleep(0)
    leases.add(HELD)
    assert leases.waiting
    leases.stop()
    assert not leases.waiting
