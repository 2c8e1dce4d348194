"""Experience: what became of answers, kept in the person's database and shared by processes.

Rows are only ever added, so a process learns what the others saw by reading on from where it is.
The text of a task is not kept: a query is its kind, its cluster and numbers made of its words.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, cast

from bandmaster.routing.estimation.features import Features
from bandmaster.routing.learning.rewards import What
from bandmaster.store import Database, Transaction

_NAME = "router"
_COLUMNS = "at, workspace, task, kind, model, what, rating, query, dollars, seconds"
_INSERT = f"INSERT INTO happening ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SELECT = f"SELECT id, {_COLUMNS} FROM happening"  # noqa: S608  Both are made of constants.


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to the answer of a model to a task."""

    at: datetime
    workspace: str
    task: str
    model: str
    what: What
    features: Features
    rating: float | None = None
    dollars: float | None = None
    seconds: float | None = None
    id: int = 0
    """Its place in the order of all; 0 until it is kept."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What was learned of the happenings up to `upto`, as text that the learner understands."""

    edition: str
    upto: int
    state: str


class Experience:
    """The rows of all processes. Every method may wait for the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, happenings: Sequence[Happening]) -> None:
        """Keep them, in order. Raises `BandmasterError`."""
        with self._database.transaction() as transaction:
            for one in happenings:
                transaction.execute(_INSERT, _row(one))

    def after(self, place: int) -> tuple[Happening, ...]:
        """What was added after the happening with the id `place`, in order."""
        rows = self._database.read(f"{_SELECT} WHERE id > ? ORDER BY id", (place,))
        return tuple(map(_happening, rows))

    def since(self, start: datetime) -> tuple[Happening, ...]:
        """What happened since `start`, in order."""
        at = start.astimezone(UTC).isoformat(timespec="milliseconds")
        return tuple(
            map(_happening, self._database.read(f"{_SELECT} WHERE at >= ? ORDER BY id", (at,)))
        )

    def of_task(self, task: str) -> tuple[Happening, ...]:
        """What happened to the answers to a task, in order."""
        rows = self._database.read(f"{_SELECT} WHERE task = ? ORDER BY id", (task,))
        return tuple(map(_happening, rows))

    def edition(self) -> str:
        """Which digest there is; changes whenever it does; empty: none."""
        rows = self._database.read("SELECT edition FROM learned WHERE name = ?", (_NAME,))
        return str(rows[0][0]) if rows else ""

    def digest(self) -> Digest:
        """What was learned so far."""
        query = "SELECT edition, upto, state FROM learned WHERE name = ?"
        rows = self._database.read(query, (_NAME,))
        if not rows:
            return Digest("", 0, "{}")
        edition, upto, state = rows[0]
        return Digest(str(edition), int(cast("int", upto)), str(state))

    def replace(self, known: str, upto: int, state: str) -> bool:
        """Put a digest in the place of the one of the edition `known`, if that is still there."""
        with self._database.transaction() as transaction:
            query = "SELECT edition FROM learned WHERE name = ?"
            rows = transaction.fetch(query, (_NAME,))
            if (str(rows[0][0]) if rows else "") != known:
                return False
            _put(transaction, upto, state)
        return True

    def forget(self, *, kind: str, model: str) -> int:
        """Remove what is known of a kind, a model, or both; empty: of all. Returns how many."""
        chosen = {"kind = ?": kind, "model = ?": model}
        where = " AND ".join(test for test, value in chosen.items() if value) or "1 = 1"
        statement = f"DELETE FROM happening WHERE {where}"  # noqa: S608  Made of constants.
        with self._database.transaction() as transaction:
            removed = transaction.execute(statement, [one for one in chosen.values() if one])
            _put(transaction, 0, "{}")
        return removed


def _put(transaction: Transaction, upto: int, state: str) -> None:
    statement = (
        "INSERT INTO learned (name, edition, upto, state) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
        " DO UPDATE SET edition = excluded.edition, upto = excluded.upto, state = excluded.state"
    )
    transaction.execute(statement, (_NAME, uuid.uuid4().hex, upto, state))


def _row(one: Happening) -> tuple[str | float | None, ...]:
    return (
        one.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        one.workspace,
        one.task,
        one.features.kind,
        one.model,
        one.what.value,
        one.rating,
        json.dumps(asdict(one.features), separators=(",", ":")),
        one.dollars,
        one.seconds,
    )


def _happening(row: Sequence[object]) -> Happening:
    place, at, workspace, task, _, model, what, rating, query, dollars, seconds = row
    return Happening(
        at=datetime.fromisoformat(str(at)),
        workspace=str(workspace),
        task=str(task),
        model=str(model),
        what=What(str(what)),
        features=_features(str(query)),
        rating=cast("float | None", rating),
        dollars=cast("float | None", dollars),
        seconds=cast("float | None", seconds),
        id=cast("int", place),
    )


def _features(query: str) -> Features:
    kept = cast("Mapping[str, Any]", json.loads(query))
    return Features(
        kind=str(kept["kind"]),
        cluster=str(kept["cluster"]),
        words=tuple(kept.get("words", ())),
        shape=tuple(kept.get("shape", ())),
    )
