"""What became of edits: kept, taken back, and whether the tests were green behind them.

An edit is watched from when it was on disk until its file is committed, or is again as it was
before; after a week nobody knows any more. Every method may wait for the database, and for git.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bandmaster.changes import ChangeSet, digest
from bandmaster.routing import What
from bandmaster.store import Database, Transaction
from bandmaster.workspace import committed

_LONGEST = timedelta(days=7)
_TESTS_WITHIN = timedelta(hours=1)
"""A test run that comes later says little of an edit."""
_SELECT = (
    "SELECT task, path, at, old_sha, new_sha, seen FROM edit WHERE workspace = ? ORDER BY task"
)
_INSERT = (
    "INSERT INTO edit (task, workspace, path, at, old_sha, new_sha, seen)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (task, path) DO UPDATE SET at = excluded.at,"
    " old_sha = excluded.old_sha, new_sha = excluded.new_sha, seen = excluded.seen"
)


@dataclass(frozen=True, slots=True)
class _Edit:
    """One file of an edit that was applied."""

    task: str
    path: str
    at: datetime
    old: str | None
    new: str | None
    seen: bool
    """Whether the new text was ever on disk."""


class Edits:
    """The edits of one workspace whose fate is open."""

    def __init__(
        self,
        database: Database,
        root: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._root = root
        self._clock = clock

    def applied(self, changes: ChangeSet) -> None:
        """Watch `changes` from now on. Raises `BandmasterError`."""
        now = self._clock().isoformat(timespec="seconds")
        with self._database.transaction() as transaction:
            for change in changes.files:
                if change.changed:
                    new = None if change.after is None else _sha(change.after, change.encoding)
                    seen = int(_sha_of(self._root / change.path) == new)
                    row = (changes.task, str(self._root), change.path, now, change.sha256, new)
                    transaction.execute(_INSERT, (*row, seen))

    def fates(self) -> tuple[tuple[str, What], ...]:
        """The tasks whose edits were kept or taken back since the last look, each told once."""
        by_task: dict[str, list[_Edit]] = {}
        for one in self._open():
            by_task.setdefault(one.task, []).append(one)
        found = [(task, self._fate(edits)) for task, edits in by_task.items()]
        known = [(task, what) for task, what in found if what is not None]
        oldest = self._clock() - _LONGEST
        late = [task for task, edits in by_task.items() if edits[0].at < oldest]
        with self._database.transaction() as transaction:
            told = [(task, what) for task, what in known if self._forget(transaction, task)]
            for task in late:
                self._forget(transaction, task)
        return tuple(told)

    def tested(self, *, passed: bool) -> tuple[tuple[str, What], ...]:
        """What a run of the tests says of the edits before it.

        Red tests speak against an edit only where they were green before it.
        """
        now = self._clock()
        with self._database.transaction() as transaction:
            before = transaction.fetch(
                "SELECT passed FROM suite WHERE workspace = ?", (str(self._root),)
            )
            since = (now - _TESTS_WITHIN).isoformat(timespec="seconds")
            rows = transaction.fetch(
                "UPDATE edit SET tested = 1 WHERE workspace = ? AND tested = 0 AND at >= ?"
                " RETURNING task",
                (str(self._root), since),
            )
            transaction.execute(
                "INSERT INTO suite (workspace, passed, at) VALUES (?, ?, ?)"
                " ON CONFLICT (workspace) DO UPDATE SET passed = excluded.passed, at = excluded.at",
                (str(self._root), int(passed), now.isoformat(timespec="seconds")),
            )
        if not passed and not (before and before[0][0]):
            return ()
        what = What.TESTS_GREEN if passed else What.TESTS_RED
        return tuple((str(task), what) for task in dict.fromkeys(row[0] for row in rows))

    def _open(self) -> list[_Edit]:
        rows = self._database.read(_SELECT, (str(self._root),))
        return [
            _Edit(
                str(task),
                str(path),
                datetime.fromisoformat(str(at)),
                _text(old),
                _text(new),
                bool(seen),
            )
            for task, path, at, old, new, seen in rows
        ]

    def _fate(self, edits: Iterable[_Edit]) -> What | None:
        """Of all files of an edit: one that was taken back takes the whole back."""
        found = [self._fate_of(one) for one in edits]
        if What.UNDONE in found:
            return What.UNDONE
        return What.KEPT if all(one is What.KEPT for one in found) else None

    def _fate_of(self, edit: _Edit) -> What | None:
        now = _sha_of(self._root / edit.path)
        if now == edit.new:
            self._see(edit)
            last = committed(self._root, edit.path)
            return What.KEPT if (None if last is None else digest(last)) == edit.new else None
        return What.UNDONE if edit.seen and now == edit.old else None

    def _see(self, edit: _Edit) -> None:
        if not edit.seen:
            where = (edit.task, edit.path)
            self._database.write("UPDATE edit SET seen = 1 WHERE task = ? AND path = ?", where)

    def _forget(self, transaction: Transaction, task: str) -> bool:
        """Whether this process was the first to do so."""
        return bool(transaction.execute("DELETE FROM edit WHERE task = ?", (task,)))


def _sha(text: str, encoding: str) -> str:
    return digest(text.encode(encoding, "surrogateescape"))


def _sha_of(path: Path) -> str | None:
    try:
        return digest(path.read_bytes())
    except OSError:
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
