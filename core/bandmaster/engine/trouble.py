"""Trouble: which files earlier tasks went wrong on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bandmaster.routing import What, judge
from bandmaster.store import Database
from bandmaster.tasks import Task

_WITHIN = timedelta(days=90)
_MOST = 500
"""So many of the latest things that happened to answers on a file are looked at."""
_WRONG = 0.5
"""An answer that was worth less than this went wrong."""
_INSERT = (
    "INSERT INTO focus (task, workspace, path, at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (task, path) DO NOTHING"
)
_SELECT = (
    "SELECT happening.task, happening.model, happening.what, happening.rating FROM focus"
    " JOIN happening ON happening.task = focus.task"
    " WHERE focus.workspace = ? AND focus.path = ? AND focus.at >= ?"
    " ORDER BY happening.id DESC LIMIT ?"
)


class Trouble:
    """The past tasks of one workspace by their files. Every method may wait for the database."""

    def __init__(
        self,
        database: Database,
        workspace: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._workspace = workspace
        self._clock = clock

    def remember(self, task: Task) -> None:
        """What `task` was about. Raises `BandmasterError`."""
        at = self._clock().isoformat(timespec="seconds")
        with self._database.transaction() as transaction:
            for path in {one.path for one in task.focus}:
                transaction.execute(_INSERT, (task.id, self._workspace, path, at))

    def count(self, path: str) -> int:
        """How many tasks on `path` had an answer that went wrong. Raises `BandmasterError`."""
        since = (self._clock() - _WITHIN).isoformat(timespec="seconds")
        answers: dict[tuple[str, str], list[tuple[What, float | None]]] = {}
        rows = self._database.read(_SELECT, (self._workspace, path, since, _MOST))
        for task, model, what, rating in reversed(rows):
            worth = rating if isinstance(rating, float) else None
            answers.setdefault((str(task), str(model)), []).append((What(str(what)), worth))
        rewards = {key: judge(happened) for key, happened in answers.items()}
        return len({task for (task, _), one in rewards.items() if one and one.score < _WRONG})
