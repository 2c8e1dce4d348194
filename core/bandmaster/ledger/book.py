"""The book that the ledger is written in: changes that are made at once where nothing is in the
way, and in a thread otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from bandmaster.store import Busy, Database, Row, Transaction, Value

_Answer = TypeVar("_Answer")


class Book:
    """The person's database, for one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(
        self,
        make: Callable[[Transaction], _Answer],
        *,
        undo: Callable[[Transaction], None] | None = None,
    ) -> _Answer:
        """Run `make` in a transaction.

        A change that has begun is carried to its end even when the caller is cancelled, and then
        undone where there is a way. Raises `BandmasterError` where the database says no.
        """
        try:
            with self._database.transaction(wait=False) as change:
                return make(change)
        except Busy:
            pass
        work = asyncio.ensure_future(asyncio.to_thread(self.change_now, make))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            if undo is not None and work.exception() is None:
                await asyncio.to_thread(self.change_now, undo)
            raise

    def change_now(self, make: Callable[[Transaction], _Answer]) -> _Answer:
        """Run `make` in a transaction; may wait for other processes."""
        with self._database.transaction() as change:
            return make(change)

    def try_write(self, statement: str, values: Sequence[Value]) -> bool:
        """Run one statement if that can be done at once."""
        return self._database.try_write(statement, values)

    async def read(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        return await asyncio.to_thread(self._database.read, query, values)

    def reach(self) -> str:
        """Open the database and say where it is. Raises `BandmasterError`."""
        self._database.read("SELECT 1", ())
        return self._database.name

    def close(self) -> None:
        self._database.close()
