"""Leases: money that is set aside for a call stays so while its process lives, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bandmaster.ledger.accounts import Hold

LEASE = timedelta(seconds=90)
"""How long money stays set aside that nobody renews: clocks of machines may differ a little."""
_RENEW_SECONDS = LEASE.total_seconds() / 3


class Leases:
    """What this process has set aside; renewed from time to time while there is anything."""

    def __init__(self, renew: Callable[[], None], every: float = _RENEW_SECONDS) -> None:
        self._renew = renew
        """Renews all of `held`; runs in a thread."""
        self._every = every
        self._held: dict[str, Hold] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def held(self) -> tuple[Hold, ...]:
        return tuple(self._held.values())

    @property
    def waiting(self) -> bool:
        """Whether a renewal is to come."""
        return self._timer is not None

    def add(self, one: Hold) -> None:
        self._held[one.id] = one
        if self._timer is None:
            self._wait()

    def remove(self, one: Hold) -> None:
        """Renew it no more. May be called in a thread, and is where it is freed: within the same
        transaction, so that no renewal that is under way sets it aside again."""
        self._held.pop(one.id, None)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._every, self._due)

    def _due(self) -> None:
        self._timer = None
        if self._held:
            self._work = asyncio.create_task(asyncio.to_thread(self._renew))
            self._wait()
