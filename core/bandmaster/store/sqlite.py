"""SQLite in WAL mode: the embedded database, one file that all doors of a person share.

A statement that another process holds up waits at most `_BUSY_SECONDS`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from bandmaster.errors import BandmasterError
from bandmaster.store.driver import Row, Value

_BUSY_SECONDS = 5.0
_WAIT = f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000:.0f}"
_RETRY_SECONDS = 0.01
_FIRST = "0001_start.sql"
"""What `PRAGMA user_version=1` means in a database that has no table of migrations."""


class Sqlite:
    """The file at `path`."""

    errors = sqlite3.Error
    words: Mapping[str, str] = MappingProxyType({"serial": "INTEGER PRIMARY KEY", "bytes": "BLOB"})

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._connection: sqlite3.Connection | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self) -> None:
        """Make the file and its folder where they are not there."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BandmasterError(f"cannot make {str(self._path.parent)!r}: {error}") from error
        self._keep_private()
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, check_same_thread=False, isolation_level=None
        )
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous=NORMAL")
        except sqlite3.Error:
            connection.close()
            raise
        self._connection = connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def run(self, statement: str, values: Sequence[Value]) -> tuple[list[Row], int]:
        cursor = self._opened().execute(statement, values)
        return cursor.fetchall(), cursor.rowcount

    def try_run(self, statement: str, values: Sequence[Value]) -> bool:
        connection = self._opened()
        try:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute(statement, values)
        except sqlite3.Error:
            return False
        else:
            return True
        finally:
            connection.execute(_WAIT)

    def begin(self) -> None:
        self._opened().execute("BEGIN IMMEDIATE")

    def try_begin(self) -> bool:
        return self.try_run("BEGIN IMMEDIATE", ())

    def commit(self) -> None:
        self._opened().execute("COMMIT")

    def rollback(self) -> None:
        with suppress(sqlite3.Error):
            self._opened().execute("ROLLBACK")

    def migrated(self) -> set[str]:
        connection = self._opened()
        try:
            return {name for (name,) in connection.execute("SELECT name FROM migration")}
        except sqlite3.OperationalError:  # There is no such table.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            return {_FIRST} if version else set()

    def _keep_private(self) -> None:
        """Nobody else on this machine reads the rows; where that cannot be set, SQLite tells."""
        with suppress(OSError):
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._path.chmod(0o600)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("the database is not open")
        return self._connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite does not wait for another process that is switching, so we do."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return
