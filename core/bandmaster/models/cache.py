"""The cache: answers that models gave before, at hand in memory and kept in the person's own
database, and one asking for all who want the same at the same time.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bandmaster.models.answers import Answers, Held
from bandmaster.models.flight import Flights, Landed
from bandmaster.models.shelf import Kept, Shelf
from bandmaster.settings import CacheSettings
from bandmaster.store import Database

_LEASE_MILLISECONDS = 20_000
"""How long another process is waited for that does not renew its turn."""
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5


class Turn:
    """The turn to ask for an answer, around the call: `async with turn`.

    `answer` is set inside once it is whole and may be given again. However it ends, those who
    wait are told.
    """

    def __init__(self, cache: Cache, key: str, *, waited_for: bool) -> None:
        self.answer: Kept | None = None
        self._cache = cache
        self._key = key
        self._waited_for = waited_for

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        left = isinstance(error, asyncio.CancelledError | GeneratorExit)
        otherwise = Landed.LEFT if left else Landed.FAILED
        await self._cache.end(self._key, self.answer or otherwise, waited_for=self._waited_for)


class Cache:
    """All that is kept for one person, as one process sees it; for one event loop.

    Trouble with the database takes no answer away: it is logged, and the model is asked.
    """

    def __init__(
        self,
        database: Database,
        settings: CacheSettings,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._shelf = Shelf(settings.memory_bytes)
        self._answers = Answers(database, uuid.uuid4().hex, most_bytes=settings.bytes)
        self._flights = Flights(self._renew)

    async def find(self, key: str) -> Kept | Turn:
        """The answer, or the turn to ask for it.

        Waits while somebody else asks for it, here or in another process.
        """
        while True:
            kept = self._shelf.get(key, self._clock())
            if kept is not None:
                self._answers.used(key, self._now())
                return kept
            if self._flights.start(key):
                return await self._first(key)
            landing = await self._flights.wait(key)
            if isinstance(landing, Kept):
                self._answers.used(key, self._now())
                return landing
            if landing is Landed.FAILED:
                return self.anew(key)

    def anew(self, key: str) -> Turn:
        """A turn in any case; nobody waits for it."""
        return Turn(self, key, waited_for=False)

    async def end(self, key: str, landing: Kept | Landed, *, waited_for: bool) -> None:
        """A turn has ended: keep what came of it, and tell those who wait."""
        now = self._now()
        expires = now + int(self.settings.seconds * 1000)
        if isinstance(landing, Kept):
            self._put(key, landing, expires)
        if waited_for:
            self._flights.land(key, landing)
        if not self.settings.bytes:
            return
        if isinstance(landing, Kept):
            await self._answers.keep(key, landing, now, expires)
        elif waited_for:
            await self._answers.release(key)

    async def forget(self, key: str) -> None:
        """An answer turned out to be of no use."""
        self._shelf.drop(key)
        if self.settings.bytes:
            await self._answers.drop(key)

    async def clear(self) -> int:
        """Forget everything; how many answers the database held. Raises `BandmasterError`.

        What another process has at hand stays there, for `cache.memory_seconds` at most.
        """
        self._shelf.clear()
        return await self._answers.clear()

    async def held(self) -> Held:
        """What is kept in the database. Raises `BandmasterError`."""
        return await self._answers.held()

    def close(self) -> None:
        """Close the database until it is needed again; idempotent."""
        self._answers.close()

    async def _first(self, key: str) -> Kept | Turn:
        """What the database holds, or the turn among all processes."""
        landing: Kept | Landed | None = Landed.LEFT
        try:
            landing = await self._claimed(key) if self.settings.bytes else None
        finally:
            if landing is not None:
                self._flights.land(key, landing)
        return landing if isinstance(landing, Kept) else Turn(self, key, waited_for=True)

    async def _claimed(self, key: str) -> Kept | None:
        """The answer, perhaps of another process that is asking; None when the turn is ours."""
        wait = _FIRST_WAIT
        while True:
            now = self._now()
            found = await self._answers.claim(key, now, now + _LEASE_MILLISECONDS)
            if found.mine:
                self._flights.hold(key)
                return None
            if found.kept is not None:
                self._put(key, found.kept, found.expires)
                self._answers.used(key, now)
                return found.kept
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    def _put(self, key: str, kept: Kept, expires: int) -> None:
        soon = self._clock() + self.settings.memory_seconds
        self._shelf.put(key, kept, min(soon, expires / 1000))

    def _renew(self, key: str) -> bool:
        return self._answers.renew(key, self._now() + _LEASE_MILLISECONDS)

    def _now(self) -> int:
        """Milliseconds since 1970, as they stand in the database."""
        return int(self._clock() * 1000)
