"""One asking for many: who in this process asks for an answer, and who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum

from bandmaster.models.shelf import Kept

_RENEW_SECONDS = 5.0
_AGAIN_SECONDS = 0.5
"""Until the next try to renew, where the database was busy."""


class Landed(Enum):
    """How an asking ended that gave no answer to share."""

    FAILED = "failed"
    """The model gave nothing that can be given again: each asks for himself."""
    LEFT = "left"
    """Who asked went away: the next one takes over."""


class Flights:
    """What is being asked, on one event loop; each that starts must land."""

    def __init__(self, renew: Callable[[str], bool]) -> None:
        self._renew = renew
        """Keeps other processes waiting; False where that could not be done at once."""
        self._flying: dict[str, asyncio.Future[Kept | Landed]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self, key: str) -> bool:
        """Take the turn to ask; False where somebody here is asking already."""
        if key in self._flying:
            return False
        self._flying[key] = asyncio.get_running_loop().create_future()
        return True

    async def wait(self, key: str) -> Kept | Landed:
        """How it ends; one who stops waiting disturbs nobody."""
        return await asyncio.shield(self._flying[key])

    def hold(self, key: str) -> None:
        """Keep other processes waiting, too, until it lands."""
        self._renew_in(_RENEW_SECONDS, key)

    def land(self, key: str, landing: Kept | Landed) -> None:
        """Tell all who wait here."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        self._flying.pop(key).set_result(landing)

    def _renewed(self, key: str) -> None:
        self._renew_in(_RENEW_SECONDS if self._renew(key) else _AGAIN_SECONDS, key)

    def _renew_in(self, seconds: float, key: str) -> None:
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(seconds, self._renewed, key)
