"""The ledger: what was spent, and what may still be spent. Every call to a model becomes a row,
failed and cancelled ones too; where there is a limit, its cost is set aside before it is made.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from bandmaster.errors import BandmasterError, BudgetExceeded, Failure, ModelError
from bandmaster.ledger import accounts
from bandmaster.ledger.accounts import Entry, Hold
from bandmaster.ledger.call import Call
from bandmaster.ledger.leases import LEASE, Leases
from bandmaster.ledger.limits import Limit, Who, has_limits, lasting_limits, limits_of_task
from bandmaster.ledger.money import shown, to_nanos
from bandmaster.ledger.values import Level, LimitState, PlannedCall, Standing
from bandmaster.settings import Budget
from bandmaster.store import Busy, Database, Transaction
from bandmaster.tasks import Attempt, Cost, Task, Usage

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")
_FINE = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Money set aside for one call; `hold` is None where nothing had to be."""

    planned: PlannedCall
    dollars: Decimal = Decimal(0)
    standing: Standing = _FINE
    hold: Hold | None = None


class Ledger:
    """The account of one workspace in the person's database."""

    def __init__(
        self,
        database: Database,
        root: Path,
        *,
        budget: Budget | None = None,
        person: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._budget = budget or Budget()
        self._clock = clock
        self._person = person
        self._root = str(root)
        self._process = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._leases = Leases(self.renew)
        self._late: list[tuple[str, Entry]] = []
        """What could not be written when its call ended."""
        self._priced: set[str] = set()
        self._limited = has_limits(self._budget)

    @asynccontextmanager
    async def call(self, planned: PlannedCall) -> AsyncGenerator[Call]:
        """Around one call to a model: entering reserves, leaving settles, however it ends.

        Entering raises `BudgetExceeded` where the call might cost more than a limit leaves.
        """
        reservation = await self.reserve(planned)
        call, started = Call(reservation.standing, reservation.dollars), time.perf_counter()
        failure: Failure | None = Failure.UNKNOWN
        try:
            yield call
            failure = None
        except ModelError as error:
            failure = error.failure
            raise
        except (asyncio.CancelledError, GeneratorExit):
            failure = Failure.CANCELLED
            raise
        finally:
            seconds = time.perf_counter() - started
            await self.settle(reservation, call, failure=failure, seconds=seconds)

    async def reserve(self, planned: PlannedCall) -> Reservation:
        """Set aside what the call may cost at most, if there is a limit at all.

        Raises `BudgetExceeded`, and `BandmasterError` where the account cannot be reached.
        """
        own = planned.task.constraints.dollars
        if planned.local or not (self._limited or own is not None):
            return Reservation(planned=planned)
        cost = await self._price(planned, planned.bound())
        if cost.unpriced and not self._budget.unpriced:
            raise BudgetExceeded(
                f"{planned.model} has no known price and there is a budget;"
                " budget.unpriced = true allows it",
                setting="budget.unpriced",
                left=Decimal(0),
            )
        held = self._hold(planned, cost)
        limits = self._limits(planned.task, planned.model)
        before, over = await self._change(
            lambda change: self._try_hold(change, held, limits, cost.dollars),
            undo=lambda change: accounts.free(change, held.id),
        )
        if over is not None:
            raise _exceeded(planned, over, cost.dollars)
        self._leases.add(held)
        after = [replace(one, reserved=one.reserved + cost.dollars) for one in before]
        standing = self._standing(after)
        return Reservation(planned=planned, dollars=cost.dollars, standing=standing, hold=held)

    async def settle(
        self, reservation: Reservation, call: Call, *, failure: Failure | None, seconds: float
    ) -> None:
        """Put a call that ended into the account; what was set aside for it is free again.

        An account that cannot be written does not take the answer away: it is logged, the money
        stays set aside, and the entry is written with the next one.
        """
        planned = reservation.planned
        call.cost = await self._price(planned, call.usage)
        call.saved = await self._price(planned, call.saved_usage)
        entry = self._entry(planned, call, failure, seconds)
        hold_id = reservation.hold.id if reservation.hold else ""
        await self._write([*self._late, (hold_id, entry)])

    async def release(self, reservation: Reservation) -> None:
        """Free what was set aside for a call that was not made."""
        held = reservation.hold
        if held is not None:
            await self._change(lambda change: accounts.free(change, held.id))
            self._leases.remove(held.id)

    async def standing(self, task: Task) -> Standing:
        """Where a task stands with its limits before it asks anybody; at once without a limit."""
        if not self._limited and task.constraints.dollars is None:
            return _FINE
        limits = self._limits(task, "")
        return self._standing(await self._change(lambda change: self._states(change, limits)))

    async def budget(self) -> tuple[LimitState, ...]:
        """Every limit that outlasts a task, with what is spent, reserved and left."""
        if not self._limited:
            return ()
        limits = list(lasting_limits(self._budget, self._who(None, ""), self._clock()))
        found = await self._change(lambda change: self._states(change, limits))
        return tuple(replace(one, level=self._level(one)) for one in found)

    def renew(self) -> None:
        """Keep what is set aside for calls under way; to be called in a thread."""
        expires = self._clock() + LEASE
        try:
            with self._database.transaction() as change:
                for held in self._leases.held:
                    accounts.hold(change, held, expires)
        except BandmasterError as error:
            _log.error("what is reserved for calls under way was not renewed: %s", error)

    async def record(self, task: Task, attempt: Attempt) -> None:
        """Write down what an attempt used. `builtin` uses nothing and is not written down.

        An account that cannot be written does not take the answer away: it is logged.
        """
        if attempt.model == "builtin":
            return
        usage, cost = attempt.usage, attempt.cost
        entry = Entry(
            at=self._clock().isoformat(timespec="milliseconds"),
            person=self._person,
            workspace=self._root,
            session=task.session or self._process,
            task=task.id,
            kind=task.kind.value,
            model=attempt.model,
            failure=attempt.failure.value if attempt.failure else None,
            input=usage.input,
            output=usage.output,
            cached=usage.cached,
            estimated=usage.estimated,
            nanos=None if cost.unpriced else to_nanos(cost.dollars),
            seconds=attempt.seconds,
        )
        await self._write([*self._late, ("", entry)])

    def close(self) -> None:
        """Close the database until it is needed again; idempotent."""
        self._leases.stop()
        self._database.close()

    def _entry(
        self, planned: PlannedCall, call: Call, failure: Failure | None, seconds: float
    ) -> Entry:
        usage, cost = call.usage, call.cost
        return Entry(
            at=self._clock().isoformat(timespec="milliseconds"),
            person=self._person,
            workspace=self._root,
            session=planned.task.session or self._process,
            task=planned.task.id,
            kind=planned.task.kind.value,
            model=planned.model,
            failure=failure.value if failure else None,
            input=usage.input,
            output=usage.output,
            cached=usage.cached,
            estimated=usage.estimated,
            nanos=None if cost.unpriced else to_nanos(cost.dollars),
            saved=to_nanos(call.saved.dollars),
            price=cost.source,
            seconds=seconds,
        )

    def _hold(self, planned: PlannedCall, cost: Cost) -> Hold:
        return Hold(
            id=uuid.uuid4().hex,
            at=self._clock().isoformat(timespec="milliseconds"),
            holder=self._process,
            person=self._person,
            workspace=self._root,
            session=planned.task.session or self._process,
            task=planned.task.id,
            kind=planned.task.kind.value,
            model=planned.model,
            nanos=to_nanos(cost.dollars),
        )

    def _who(self, task: Task | None, model: str) -> Who:
        return Who(
            person=self._person,
            workspace=self._root,
            session=(task.session if task else "") or self._process,
            task=task.id if task else "",
            model=model,
        )

    def _limits(self, task: Task, model: str) -> list[Limit]:
        who, own = self._who(task, model), task.constraints.dollars
        of_task = limits_of_task(self._budget, own, who)
        return [*of_task, *lasting_limits(self._budget, who, self._clock())]

    def _try_hold(
        self, change: Transaction, held: Hold, limits: list[Limit], cost: Decimal
    ) -> tuple[list[LimitState], LimitState | None]:
        """What was used of each limit before, and the one that `cost` does not fit into."""
        before = self._states(change, limits)
        over = accounts.first_over(before, cost)
        if over is None:
            accounts.hold(change, held, self._clock() + LEASE)
        return before, over

    def _states(self, change: Transaction, limits: list[Limit]) -> list[LimitState]:
        accounts.tidy(change, self._clock())
        return accounts.states(change, limits)

    def _standing(self, found: list[LimitState]) -> Standing:
        lasting = [replace(one, level=self._level(one)) for one in found if one.name != "call"]
        nearest = max(lasting, key=lambda one: (one.level, one.share), default=None)
        return Standing(nearest.level, nearest) if nearest else _FINE

    def _level(self, one: LimitState) -> Level:
        if one.share >= 1:
            return Level.SPENT
        if one.share >= self._budget.downgrade:
            return Level.DOWNGRADE
        return Level.WARN if one.share >= self._budget.warn else Level.FINE

    async def _price(self, planned: PlannedCall, usage: Usage) -> Cost:
        """What `usage` costs; a model's first price may load a table, hence the thread."""
        if planned.local or usage == Usage():
            return Cost()
        if planned.model in self._priced:
            return planned.price(usage)
        cost = await asyncio.to_thread(planned.price, usage)
        self._priced.add(planned.model)
        return cost

    async def _write(self, ended: list[tuple[str, Entry]]) -> None:
        self._late = []
        try:
            await self._change(lambda change: accounts.settle(change, ended))
        except BandmasterError as error:
            self._late = ended + self._late
            _log.error("usage of %s was not recorded yet: %s", ended[-1][1].model, error)
        else:
            for hold_id, _ in ended:
                self._leases.remove(hold_id)

    async def _change(
        self,
        make: Callable[[Transaction], _Answer],
        *,
        undo: Callable[[Transaction], None] | None = None,
    ) -> _Answer:
        """Run `make` in a transaction: at once if nothing is in the way, else in a thread.

        A change that has begun is carried to its end even when the caller is cancelled, and then
        undone where there is a way.
        """
        try:
            with self._database.transaction(wait=False) as change:
                return make(change)
        except Busy:
            pass
        work = asyncio.ensure_future(asyncio.to_thread(self._change_now, make))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            if undo is not None and work.exception() is None:
                await asyncio.to_thread(self._change_now, undo)
            raise

    def _change_now(self, make: Callable[[Transaction], _Answer]) -> _Answer:
        with self._database.transaction() as change:
            return make(change)


def _exceeded(planned: PlannedCall, over: LimitState, cost: Decimal) -> BudgetExceeded:
    return BudgetExceeded(
        f"{planned.model} may cost {shown(cost)}, and the budget for the {over.name} has"
        f" {shown(over.left)} of {shown(over.most)} left; {over.setting} raises it",
        setting=over.setting,
        left=over.left,
    )
