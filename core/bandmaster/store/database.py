"""SQLite in WAL mode: tables and their migrations, and the one way to reach them.

Each door is a process of its own; they meet in this file. A statement that another process holds
up waits at most `_BUSY_SECONDS`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bandmaster.errors import BandmasterError

_BUSY_SECONDS = 5.0
_RETRY_SECONDS = 0.01
_MIGRATIONS = (
    """
    CREATE TABLE trust (root TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
    CREATE TABLE usage (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, workspace TEXT NOT NULL, task TEXT NOT NULL,
        kind TEXT NOT NULL, model TEXT NOT NULL, failure TEXT, input INTEGER NOT NULL,
        output INTEGER NOT NULL, cached INTEGER NOT NULL, estimated INTEGER NOT NULL,
        dollars TEXT, seconds REAL NOT NULL
    ) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, workspace TEXT NOT NULL, client TEXT NOT NULL,
        tool TEXT NOT NULL, resources TEXT NOT NULL, decision TEXT NOT NULL, why TEXT NOT NULL,
        result TEXT NOT NULL
    ) STRICT;
    """,
)
"""Each is run once, in order; `PRAGMA user_version` counts those that were."""

Value = str | int | float | None


class Database:
    """The person's database at `path`. Safe to use from several threads; opened at first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def write(self, statement: str, values: Sequence[Value]) -> None:
        """Run one statement and commit it. Raises `BandmasterError` where that cannot be done."""
        try:
            with self._lock, self._open() as connection:
                connection.execute(statement, values)
        except sqlite3.Error as error:
            raise BandmasterError(f"cannot write to {str(self.path)!r}: {error}") from error

    def try_write(self, statement: str, values: Sequence[Value]) -> bool:
        """Run one statement at once if nothing is in the way; never waits for another process."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            return self._connection is not None and _write_now(self._connection, statement, values)
        finally:
            self._lock.release()

    def read(self, query: str, values: Sequence[Value]) -> list[tuple[Value, ...]]:
        """The rows that `query` gives. Raises `BandmasterError` where that cannot be done."""
        try:
            with self._lock:
                return self._open().execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise BandmasterError(f"cannot read {str(self.path)!r}: {error}") from error

    def close(self) -> None:
        """Close the connection; idempotent, and the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise BandmasterError(f"cannot make {str(self.path.parent)!r}: {error}") from error
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, check_same_thread=False, isolation_level=None
            )
            try:
                _use_wal(connection)
                connection.execute("PRAGMA synchronous=NORMAL")
                _migrate(connection)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
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


def _write_now(connection: sqlite3.Connection, statement: str, values: Sequence[Value]) -> bool:
    """Whether the statement could be run without waiting."""
    try:
        connection.execute("PRAGMA busy_timeout=0")
        connection.execute(statement, values)
    except sqlite3.Error:
        return False
    else:
        return True
    finally:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000:.0f}")


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date; of several processes that start at once, one does it."""
    if _version(connection) >= len(_MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(_version(connection), len(_MIGRATIONS)):
            for statement in _MIGRATIONS[number].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number + 1}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
