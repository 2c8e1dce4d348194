"""The person's database: statements, transactions, and the tables that all rooms share.

Each door is a process of its own; they meet here. How a room adds its tables, and which SQL is
understood everywhere, is written in `migrating.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bandmaster.errors import BandmasterError
from bandmaster.store.driver import Driver, Row, Value
from bandmaster.store.migrating import migrate
from bandmaster.store.postgres import Postgres
from bandmaster.store.sqlite import Sqlite


class Busy(BandmasterError):
    """Somebody else uses the database at this moment, and the caller did not want to wait."""


class Transaction:
    """Statements that take effect together or not at all."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def execute(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Run one statement; returns how many rows it changed."""
        return self._driver.run(statement, values)[1]

    def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """The rows that `query` gives; also for `INSERT … RETURNING id`."""
        return self._driver.run(query, values)[0]


class Database:
    """The database at `url` (PostgreSQL) where one is given, else the person's own file at `path`.

    Safe to use from several threads; opened at first use.
    Every method but `try_…` and `transaction(wait=False)` may wait for other processes, so
    call it in a thread. Raises `BandmasterError` where the database cannot be used.
    """

    def __init__(self, path: Path, url: str = "") -> None:
        self.path = path
        self._driver: Driver = Postgres(url) if url else Sqlite(path)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Where it is, as it may be shown: without a password."""
        return self._driver.name

    def write(self, statement: str, values: Sequence[Value]) -> None:
        """Run one statement and commit it."""
        try:
            with self._lock:
                self._opened().run(statement, values)
        except self._driver.errors as error:
            raise self._error("write to", error) from error

    def try_write(self, statement: str, values: Sequence[Value]) -> bool:
        """Run one statement at once if nothing is in the way; never waits for another process."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            return self._driver.is_open and self._driver.try_run(statement, values)
        finally:
            self._lock.release()

    def read(self, query: str, values: Sequence[Value]) -> list[Row]:
        """The rows that `query` gives."""
        try:
            with self._lock:
                return self._opened().run(query, values)[0]
        except self._driver.errors as error:
            raise self._error("read", error) from error

    @contextmanager
    def transaction(self, *, wait: bool = True) -> Generator[Transaction]:
        """Read, decide and write while no other process is in a transaction.

        Takes effect at the end of the `with` block; leaves no trace where that raises. Inside,
        use only the transaction, never the database. Without `wait` it raises `Busy` instead of
        waiting for anybody, or for the database to be opened.
        """
        if not self._lock.acquire(blocking=wait):
            raise Busy(f"{self._driver.name!r} is in use")
        try:
            driver = self._begun(wait=wait)
            try:
                yield Transaction(driver)
                driver.commit()
            except BaseException:
                driver.rollback()
                raise
        except self._driver.errors as error:
            raise self._error("write to", error) from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection; idempotent, and the next use opens it again."""
        with self._lock:
            self._driver.close()

    def _begun(self, *, wait: bool) -> Driver:
        if wait:
            self._opened().begin()
        elif not self._driver.is_open or not self._driver.try_begin():
            raise Busy(f"{self._driver.name!r} is in use")
        return self._driver

    def _opened(self) -> Driver:
        if not self._driver.is_open:
            self._driver.open()
            try:
                migrate(self._driver)
            except BaseException:
                self._driver.close()
                raise
        return self._driver

    def _error(self, what: str, error: Exception) -> BandmasterError:
        said = str(error).partition("\n")[0]
        return BandmasterError(f"cannot {what} {self._driver.name!r}: {said}")
