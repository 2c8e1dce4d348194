"""The seam below `Database`: one connection to what keeps the rows, SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Value = str | int | float | bytes | None
Row = tuple[Value, ...]


class Driver(Protocol):
    """A connection that is opened when it is needed. Not safe for threads: `Database` sees to it.

    `run`, `begin`, `commit` and `open` raise one of `errors` where the database says no.
    """

    @property
    def name(self) -> str:
        """The database as it may be shown to a person."""
        ...

    @property
    def errors(self) -> type[Exception]:
        """What the library below raises."""
        ...

    @property
    def words(self) -> Mapping[str, str]:
        """What `{serial}` and `{bytes}` mean in the SQL of a migration."""
        ...

    @property
    def is_open(self) -> bool: ...

    def open(self) -> None:
        """Connect. Raises `BandmasterError` where the place cannot be reached."""
        ...

    def close(self) -> None:
        """Let go of the connection; idempotent."""
        ...

    def run(self, statement: str, values: Sequence[Value]) -> tuple[list[Row], int]:
        """The rows that a statement gives, and how many it changed."""
        ...

    def try_run(self, statement: str, values: Sequence[Value]) -> bool:
        """Run one statement if that can be done at once, without waiting for anybody."""
        ...

    def begin(self) -> None:
        """Begin a transaction, alone: waits until no other process is in one."""
        ...

    def try_begin(self) -> bool:
        """Begin a transaction if that can be done at once."""
        ...

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """Leave the transaction without a trace; never raises."""
        ...

    def migrated(self) -> set[str]:
        """The migrations that were run."""
        ...
