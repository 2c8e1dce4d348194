"""Conversations: each model has a buffer of its own, kept in the person's database.

Only questions and answers are kept, never the files that went with them. What a model on this
machine answered is given to that model alone, and only while it is on this machine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bandmaster.errors import BandmasterError, UnknownName
from bandmaster.memory.turns import Buffer, Turn, messages, window
from bandmaster.models import Message
from bandmaster.settings import Pool, SessionSettings
from bandmaster.store import Database, Row
from bandmaster.tasks import Kind, Task

_log = logging.getLogger(__name__)
_KINDS = (Kind.ASK, Kind.PLAN, Kind.EXPLAIN)
"""What is talked about; the others end in edits or findings."""
_MOST_TURNS = 50
"""Read of one buffer; more never fit."""

_READ = (
    "SELECT model, kind, question, answer, at FROM turn WHERE person = ? AND workspace = ?"
    " AND session = ? AND model = ? AND local <= ? ORDER BY id DESC LIMIT ?"
)
_SHOW = (
    "SELECT model, kind, question, answer, at FROM turn WHERE person = ? AND workspace = ?"
    " AND session = ? ORDER BY id"
)
_LIST = (
    "SELECT session, model, kind, question, answer, at FROM turn WHERE person = ? AND workspace = ?"
    " ORDER BY id"
)
_FORGET = "DELETE FROM turn WHERE person = ? AND workspace = ? AND session = ?"
_FADE = "DELETE FROM turn WHERE person = ? AND workspace = ? AND at < ?"
_ADD = (
    "INSERT INTO turn (person, workspace, session, model, local, task, kind, question, answer, at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Sessions:
    """The conversations of one person in one workspace."""

    def __init__(
        self,
        database: Database,
        root: Path,
        settings: SessionSettings,
        *,
        pools: Mapping[str, Pool] | None = None,
        person: str = "",
        shared: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`shared`: others use the database too, so what is local only is not kept there."""
        self._database = database
        self._settings = settings
        self._whose = (person, str(root))
        self._pool_of = {
            member: f"pool/{name}"
            for name, pool in (pools or {}).items()
            for member in pool.members
        }
        self._shared = shared
        self._clock = clock

    async def history(self, task: Task, model: str, *, local: bool) -> tuple[Message, ...]:
        """What was said with `model` before in the task's conversation, as much as fits.

        A database that cannot be read does not stop the task: it is logged.
        """
        if not self._takes_part(task):
            return ()
        values = (*self._whose, task.session, self._buffer(model), int(local), _MOST_TURNS)
        try:
            rows = await asyncio.to_thread(self._database.read, _READ, values)
        except BandmasterError as error:
            _log.error("what was said before in %r could not be read: %s", task.session, error)
            return ()
        turns = [_turn(row) for row in reversed(rows)]
        return messages(window(turns, self._settings.context_tokens))

    async def remember(self, task: Task, model: str, answer: str, *, local: bool) -> None:
        """Keep a question and its answer, where the task belongs to a conversation.

        A database that cannot be written does not take the answer away: it is logged.
        """
        private = self._shared and (local or task.constraints.local_only)
        if private or not answer.strip() or not self._takes_part(task):
            return
        now = self._clock()
        oldest = (now - timedelta(days=self._settings.days)).isoformat(timespec="seconds")
        row = (
            *(*self._whose, task.session, self._buffer(model), int(local), task.id),
            *(task.kind.value, question_of(task), answer, now.isoformat(timespec="seconds")),
        )

        def write() -> None:
            with self._database.transaction() as change:
                change.execute(_FADE, (*self._whose, oldest))
                change.execute(_ADD, row)

        try:
            await asyncio.to_thread(write)
        except BandmasterError as error:
            _log.error("the turn was not kept in %r: %s", task.session, error)

    async def buffers(self) -> tuple[Buffer, ...]:
        """Every model's part of every conversation, the newest conversation last."""
        rows = await asyncio.to_thread(self._database.read, _LIST, self._whose)
        grouped: dict[tuple[str, str], list[Turn]] = {}
        for session, *row in rows:
            turn = _turn(tuple(row))
            grouped.setdefault((str(session), turn.model), []).append(turn)
        found = [
            Buffer(
                session=session,
                model=model,
                turns=len(turns),
                tokens=sum(one.tokens for one in turns),
                last=turns[-1].at,
            )
            for (session, model), turns in grouped.items()
        ]
        newest = {
            one.session: max(b.last for b in found if b.session == one.session) for one in found
        }
        return tuple(sorted(found, key=lambda one: (newest[one.session], one.session, one.last)))

    async def turns(self, session: str, model: str = "") -> tuple[Turn, ...]:
        """What was said in a conversation, oldest first. Raises `UnknownName`."""
        values = (*self._whose, session)
        rows = await asyncio.to_thread(self._database.read, _SHOW, values)
        if not rows:
            raise UnknownName("session", session, {one.session for one in await self.buffers()})
        found = tuple(_turn(row) for row in rows)
        if not model:
            return found
        known = {one.model for one in found}
        wanted = self._named(model, known)
        return tuple(one for one in found if one.model == wanted)

    async def reset(self, session: str, model: str = "") -> int:
        """Forget a conversation, or one model's part of it; how many turns that were.

        Raises `UnknownName` where there is nothing to forget.
        """
        gone = await self.turns(session, model)
        values: tuple[str, ...] = (*self._whose, session)
        if model:
            one = (f"{_FORGET} AND model = ?", (*values, gone[0].model))
            await asyncio.to_thread(self._database.write, *one)
        else:
            await asyncio.to_thread(self._database.write, _FORGET, values)
        return len(gone)

    def _takes_part(self, task: Task) -> bool:
        return bool(task.session) and task.kind in _KINDS and self._settings.context_tokens > 0

    def _buffer(self, model: str) -> str:
        """Members of a pool are one model: they share a buffer."""
        return self._pool_of.get(model, model)

    def _named(self, model: str, known: set[str]) -> str:
        name = self._buffer(model)
        if name in known:
            return name
        raise UnknownName("model", model, known)


def question_of(task: Task) -> str:
    """What a task asked, in words, with the places that it was about."""
    words = task.instruction.strip() or f"{task.kind.value.capitalize()} this."
    places = ", ".join(
        one.path + (f" ({one.symbol})" if one.symbol else "") for one in task.focus[:5]
    )
    return f"{words}\n(about {places})" if places else words


def _turn(row: Row) -> Turn:
    model, kind, question, answer, at = map(str, row)
    return Turn(model=model, kind=Kind(kind), question=question, answer=answer, at=at)
