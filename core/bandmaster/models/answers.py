"""The answers that outlast a process: rows of the person's own database, which no one else reads.

A cache may lose what it holds, so trouble with the database is logged and never raised.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from bandmaster.errors import BandmasterError
from bandmaster.models.shelf import Kept
from bandmaster.store import Busy, Database, Row, Transaction
from bandmaster.tasks import Usage

_log = logging.getLogger(__name__)
_FIND = (
    "SELECT text, served_by, input, output, cached, estimated, expires FROM answer"
    " WHERE key = ? AND expires > ?"
)
_KEEP = (
    "INSERT INTO answer (key, text, served_by, input, output, cached, estimated, size, hits,"
    " used, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT (key) DO UPDATE SET"
    " text = excluded.text, served_by = excluded.served_by, input = excluded.input,"
    " output = excluded.output, cached = excluded.cached, estimated = excluded.estimated,"
    " size = excluded.size, used = excluded.used, expires = excluded.expires"
)
_CLAIM = (
    "INSERT INTO flight (key, holder, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
    " holder = excluded.holder, expires = excluded.expires WHERE flight.expires <= ?"
    " OR flight.holder = excluded.holder"
)
_RELEASE = "DELETE FROM flight WHERE key = ? AND holder = ?"
_USED = "UPDATE answer SET used = ?, hits = hits + 1 WHERE key = ?"
_DROP = "DELETE FROM answer WHERE key = ?"
_HELD = (
    "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT),"
    " CAST(COALESCE(SUM(hits), 0) AS BIGINT) FROM answer"
)
_SHARE_PER_CHECK = 64
"""The room is checked again after this part of it was taken."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Held:
    """What the cache holds on disk; `hits` are those of the answers that are still held."""

    answers: int = 0
    bytes: int = 0
    hits: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """An answer and when it expires, or whether the turn to ask for it is ours."""

    kept: Kept | None = None
    expires: int = 0
    mine: bool = False


class Answers:
    """The rows, for one event loop; `holder` names this process. Times are milliseconds."""

    def __init__(self, database: Database, holder: str, *, most_bytes: int) -> None:
        self._database = database
        self._holder = holder
        self._most = most_bytes
        self._added = most_bytes  # The first answer of a process looks what the others left.

    async def claim(self, key: str, now: int, until: int) -> Found:
        """The answer, or else the turn to ask for it, unless another process has it."""

        def take(change: Transaction) -> Found:
            found = _found(change.fetch(_FIND, (key, now)))
            if found.kept is not None:
                return found
            return Found(mine=bool(change.execute(_CLAIM, (key, self._holder, until, now))))

        # Where the rows cannot be used, everyone asks for himself.
        return await self._change(take) or Found(mine=True)

    def renew(self, key: str, until: int) -> bool:
        """Whether the turn could be kept, without waiting for anybody."""
        statement = "UPDATE flight SET expires = ? WHERE key = ? AND holder = ?"
        return self._database.try_write(statement, (until, key, self._holder))

    async def release(self, key: str) -> None:
        """Let another process have its turn."""
        if not self._database.try_write(_RELEASE, (key, self._holder)):
            await self._change(lambda change: change.execute(_RELEASE, (key, self._holder)))

    async def keep(self, key: str, kept: Kept, now: int, expires: int) -> None:
        """Keep an answer, and end the turn that it came of."""
        if kept.size > self._most or not _is_writable(kept.text):
            await self.release(key)
            return
        used = kept.usage
        counts = (used.input, used.output, used.cached, int(used.estimated))
        row = (key, kept.text, kept.model, *counts, kept.size, now, expires)

        def put(change: Transaction) -> None:
            change.execute(_KEEP, row)
            change.execute(_RELEASE, (key, self._holder))

        await self._change(put)
        self._added += kept.size
        if self._added * _SHARE_PER_CHECK > self._most:
            self._added = 0
            await asyncio.to_thread(self._make_room, now)

    def used(self, key: str, now: int) -> None:
        """An answer was given again; nobody waits for this to be written."""
        self._database.try_write(_USED, (now, key))

    async def drop(self, key: str) -> None:
        """Forget one answer."""
        await self._change(lambda change: change.execute(_DROP, (key,)))

    async def clear(self) -> int:
        """Forget all; how many there were. Raises `BandmasterError`."""
        return await asyncio.to_thread(self._clear)

    async def held(self) -> Held:
        """What there is. Raises `BandmasterError`."""
        ((answers, size, hits),) = await asyncio.to_thread(self._database.read, _HELD, ())
        return Held(int(answers or 0), int(size or 0), int(hits or 0))

    def close(self) -> None:
        self._database.close()

    async def _change(self, make: Callable[[Transaction], _Result]) -> _Result | None:
        try:
            with suppress(Busy), self._database.transaction(wait=False) as change:
                return make(change)
            return await asyncio.to_thread(self._change_now, make)
        except BandmasterError as error:
            _log.debug("the cache was not written: %s", error)
            return None

    def _change_now(self, make: Callable[[Transaction], _Result]) -> _Result:
        with self._database.transaction() as change:
            return make(change)

    def _clear(self) -> int:
        with self._database.transaction() as change:
            change.execute("DELETE FROM flight")
            return change.execute("DELETE FROM answer")

    def _make_room(self, now: int) -> None:
        """Let go of what is too old, and where that is not enough, of what is used least."""
        try:
            with self._database.transaction() as change:
                change.execute("DELETE FROM flight WHERE expires <= ?", (now,))
                change.execute("DELETE FROM answer WHERE expires <= ?", (now,))
                ((_, total, _),) = change.fetch(_HELD)
                over = int(total or 0) - self._most
                if over > 0:
                    self._shed(change, over + self._most // _SHARE_PER_CHECK)
        except BandmasterError as error:
            _log.debug("the cache was not tidied: %s", error)

    def _shed(self, change: Transaction, over: int) -> None:
        for key, size in change.fetch("SELECT key, size FROM answer ORDER BY used"):
            if over <= 0:
                return
            change.execute(_DROP, (key,))
            over -= int(size or 0)


def _found(rows: list[Row]) -> Found:
    if not rows:
        return Found()
    text, model, input_, output, cached, estimated, expires = rows[0]
    usage = Usage(int(input_ or 0), int(output or 0), int(cached or 0), bool(estimated))
    return Found(Kept(str(text), usage, str(model)), int(expires or 0))


def _is_writable(text: str) -> bool:
    """Whether the database takes it: it has no half characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
