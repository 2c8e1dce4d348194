"""The board on which all processes write how endpoints do, and read whom to leave alone.

Reading is a look into memory, brought up to date once a second at most; a call that went well
writes nothing at once. A database that cannot be used is told of once and stops nobody.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bandmaster.errors import BandmasterError, Failure
from bandmaster.routing.circuits.breaker import Circuit, CircuitState, End
from bandmaster.routing.circuits.health_rows import claim_try, read_all, save
from bandmaster.routing.circuits.measured import Condition, Measured
from bandmaster.routing.route import BUILTIN
from bandmaster.store import Database

_log = logging.getLogger(__name__)
_FRESH_SECONDS = 1.0
_PATIENCE = 0.5
_FIRST_PATIENCE = 5.0
"""Seconds that a call waits for the board, and the first one, which may have to open the
database; then it goes on with what is in memory."""
_BATCH = 50
_BATCH_SECONDS = 30.0
"""Calls that went well are written so many at a time, or after so long."""
_MOST_UNWRITTEN = 200


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an endpoint may be asked; if not, why, and what had gone wrong."""

    why: str = ""
    """Empty: it may."""
    failure: Failure | None = None

    @property
    def ok(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHealth:
    """How a model's endpoint does, for a person to read."""

    name: str
    state: CircuitState
    until: float = 0.0
    """Seconds since 1970: the end of its rest where it is open."""
    failure: Failure | None = None
    """What opened it."""
    calls: float = 0.0
    """So many calls were measured; old ones count less."""
    answered: float = 0.0
    """The share of them that was answered."""
    seconds: float = 0.0
    """How long an answer took, on average."""


class HealthBoard:
    """How the endpoints behind model names do. For one event loop; without a database, alone.

    `endpoint_of` gives what identifies the endpoint of a name to all processes; nothing (an
    empty text) where a name has none: it is always admitted and never measured.
    """

    def __init__(
        self,
        database: Database | None = None,
        endpoint_of: Callable[[str], str] = lambda name: "" if name == BUILTIN else name,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._endpoint_of = endpoint_of
        self._clock = clock
        self._endpoints: dict[str, str] = {}
        self._known: dict[str, Condition] = {}
        self._unwritten: dict[str, list[End]] = {}
        self._read_at, self._written_at = float("-inf"), clock()
        self._using = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._complained = False

    async def refresh(self) -> None:
        """Bring memory up to date where it is older than a second."""
        if self._database is None or 0 <= self._clock() - self._read_at < _FRESH_SECONDS:
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(self._database))
        first = self._read_at == float("-inf")
        await asyncio.wait({self._reading}, timeout=_FIRST_PATIENCE if first else _PATIENCE)

    def admits(self, name: str) -> Ruling:
        """Whether `name` may be asked, as far as memory knows; nothing is claimed."""
        return _ruling(self._condition(name).circuit, self._clock())

    async def claim(self, name: str) -> Ruling:
        """Whether `name` may be asked now: where it rested, the first who claims it tries it."""
        circuit, now = self._condition(name).circuit, self._clock()
        if circuit.state(now) is not CircuitState.HALF_OPEN:
            return _ruling(circuit, now)
        endpoint = self._endpoint(name)
        if self._database is not None:
            async with self._using:
                try:
                    circuit = await asyncio.to_thread(claim_try, self._database, endpoint, now)
                except BandmasterError as error:
                    self._complain(error)
                    circuit = self._condition(name).circuit
        ruling = _ruling(circuit, now)
        if ruling.ok and circuit.until:
            circuit = circuit.tried(now)
        self._known[endpoint] = Condition(circuit=circuit, measured=self._condition(name).measured)
        return ruling

    def record(
        self,
        name: str,
        failure: Failure | None,
        seconds: float,
        *,
        began: float | None = None,
        retry_after: float | None = None,
    ) -> None:
        """How a call of `seconds` to `name` ended, now; never waits.

        `began` is what `now` said then; without it, `seconds` ago.
        """
        endpoint = self._endpoint(name)
        if not endpoint:
            return
        now = self._clock()
        end = End(
            at=now,
            began=now - seconds if began is None else began,
            seconds=seconds,
            failure=failure,
            retry_after=retry_after,
        )
        before = self._condition(name)
        after = before.after(end)
        if after == before:
            return
        self._known[endpoint] = after
        unwritten = self._unwritten.setdefault(endpoint, [])
        unwritten.append(end)
        del unwritten[:-_MOST_UNWRITTEN]
        changed = after.circuit.until != before.circuit.until
        due = len(unwritten) >= _BATCH or end.at - self._written_at > _BATCH_SECONDS
        if failure is not None or changed or due:
            self._write_soon()

    def now(self) -> float:
        """The time by the clock that all processes share."""
        return self._clock()

    def measured(self, name: str) -> Measured:
        """What was measured of `name`."""
        return self._condition(name).measured

    def snapshot(self, names: Iterable[str]) -> tuple[ModelHealth, ...]:
        """How those of `names` do that have an endpoint, as far as memory knows."""
        now = self._clock()
        return tuple(
            _shown(name, self._condition(name), now) for name in names if self._endpoint(name)
        )

    async def close(self) -> None:
        """Write what is not written yet; idempotent."""
        if self._unwritten:
            self._write_soon()
        under_way = [task for task in (self._reading, self._writing) if task is not None]
        if under_way:
            await asyncio.wait(under_way)

    def _endpoint(self, name: str) -> str:
        found = self._endpoints.get(name)
        if found is None:
            found = self._endpoints[name] = self._endpoint_of(name)
        return found

    def _condition(self, name: str) -> Condition:
        return self._known.get(self._endpoint(name)) or Condition()

    async def _read(self, database: Database) -> None:
        async with self._using:
            try:
                self._known = await asyncio.to_thread(read_all, database)
            except BandmasterError as error:
                self._complain(error)
            else:
                for endpoint, ends in self._unwritten.items():
                    self._learn(endpoint, ends)
            self._read_at = self._clock()

    def _learn(self, endpoint: str, ends: Iterable[End]) -> None:
        condition = self._known.get(endpoint) or Condition()
        for end in ends:
            condition = condition.after(end)
        self._known[endpoint] = condition

    def _write_soon(self) -> None:
        if self._database is None:
            self._unwritten.clear()
        elif self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(self._database))

    async def _write(self, database: Database) -> None:
        """Write until nothing is left; what cannot be written stays for the next time."""
        async with self._using:
            while self._unwritten:
                taken, self._unwritten = self._unwritten, {}
                names = {self._endpoints[name]: name for name in self._endpoints}
                now = self._clock()
                try:
                    written = await asyncio.to_thread(save, database, taken, names, now)
                except BandmasterError as error:
                    for endpoint, ends in taken.items():
                        later = self._unwritten.get(endpoint, [])
                        self._unwritten[endpoint] = [*ends, *later][-_MOST_UNWRITTEN:]
                    self._complain(error)
                    break
                self._known |= written
                for endpoint, ends in self._unwritten.items():
                    self._learn(endpoint, ends)
            self._written_at = self._clock()

    def _complain(self, error: BandmasterError) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("what fails is not shared with other processes: %s", error)


def _ruling(circuit: Circuit, now: float) -> Ruling:
    if circuit.admits(now):
        return Ruling()
    after = f", after {circuit.failure.value}" if circuit.failure else ""
    if circuit.state(now) is CircuitState.HALF_OPEN:
        return Ruling(
            why=f"circuit half open: another call tries it{after}", failure=circuit.failure
        )
    until = f"{datetime.fromtimestamp(circuit.until).astimezone():%H:%M:%S}"
    return Ruling(why=f"circuit open until {until}{after}", failure=circuit.failure)


def _shown(name: str, condition: Condition, now: float) -> ModelHealth:
    circuit, measured = condition.circuit, condition.measured
    return ModelHealth(
        name=name,
        state=circuit.state(now),
        until=circuit.until,
        failure=circuit.failure,
        calls=measured.calls,
        answered=measured.good / measured.calls if measured.calls else 0.0,
        seconds=measured.seconds / measured.good if measured.good else 0.0,
    )
