"""What was spent: every call to a model becomes a row, failed and cancelled ones too."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

from bandmaster.errors import BandmasterError
from bandmaster.store import Database
from bandmaster.tasks import Attempt, Task

_log = logging.getLogger(__name__)
_INSERT = (
    "INSERT INTO usage (at, workspace, task, kind, model, failure, input, output, cached,"
    " estimated, dollars, seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Ledger:
    """The account of one workspace in the person's database."""

    def __init__(self, database: Database, root: Path) -> None:
        self._database = database
        self._root = str(root)

    async def record(self, task: Task, attempt: Attempt) -> None:
        """Write down what an attempt used. `builtin` uses nothing and is not written down.

        A database that cannot be written does not take the answer away: it is logged.
        """
        if attempt.model == "builtin":
            return
        usage, cost = attempt.usage, attempt.cost
        row = (
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            self._root,
            task.id,
            task.kind.value,
            attempt.model,
            attempt.failure.value if attempt.failure else None,
            usage.input,
            usage.output,
            usage.cached,
            int(usage.estimated),
            None if cost.unpriced else str(cost.dollars),
            attempt.seconds,
        )
        if self._database.try_write(_INSERT, row):
            return
        try:
            await asyncio.to_thread(self._database.write, _INSERT, row)
        except BandmasterError as error:
            _log.error("usage of %s was not recorded: %s", attempt.model, error)

    def close(self) -> None:
        """Close the database until it is needed again; idempotent."""
        self._database.close()
