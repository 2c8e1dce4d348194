"""The ledger: what was spent, and what may still be spent. Every call to a model becomes a row,
failed and cancelled ones too; where there is a limit, its cost is set aside before it is made.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bandmaster.errors import BandmasterError, Failure, ModelError
from bandmaster.ledger import accounts, statistics
from bandmaster.ledger.accounts import Entry, Hold
from bandmaster.ledger.book import Book
from bandmaster.ledger.budgets import Budgets
from bandmaster.ledger.call import Call
from bandmaster.ledger.history import RECENT, History
from bandmaster.ledger.limits import Who
from bandmaster.ledger.money import to_nanos
from bandmaster.ledger.statistics import ForecastError, Group, Spent
from bandmaster.ledger.values import LimitState, PlannedCall, Standing
from bandmaster.settings import Budget
from bandmaster.store import Database, Transaction
from bandmaster.tasks import Cost, Forecast, Task, Usage

_log = logging.getLogger(__name__)
_FINE = Standing()
_UNKNOWN = Forecast()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Money set aside for one call; `hold` is None where nothing had to be."""

    planned: PlannedCall
    dollars: Decimal = Decimal(0)
    standing: Standing = _FINE
    hold: Hold | None = None
    forecast: Forecast = _UNKNOWN


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
        self._book = Book(database)
        self._budgets = Budgets(self._book, budget or Budget(), clock)
        self._clock = clock
        self._person = person
        self._root = str(root)
        self._late: list[tuple[Hold | None, Entry]] = []
        """What could not be written when its call ended."""
        self._history: History | None = None
        self._priced: set[str] = set()

    @asynccontextmanager
    async def call(self, planned: PlannedCall) -> AsyncGenerator[Call]:
        """Around one call to a model: entering reserves, leaving settles, however it ends.

        Entering raises `BudgetExceeded` where the call might cost more than a limit leaves.
        """
        reservation = await self.reserve(planned)
        call = Call(reservation.standing, reservation.dollars, reservation.forecast)
        started = time.perf_counter()
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
        """Say what to expect of a call, and set aside what it may cost if there is any limit.

        Raises `BudgetExceeded`, and `BandmasterError` where the account cannot be reached.
        """
        own = planned.task.constraints.dollars
        forecast = await self._forecast(planned)
        if planned.local or not self._budgets.apply(own):
            return Reservation(planned=planned, forecast=forecast)
        cost = await self._price(planned, planned.bound())
        held, standing = await self._budgets.hold(self._who(planned.task, planned.model), own, cost)
        return Reservation(
            planned=planned, dollars=cost.dollars, standing=standing, hold=held, forecast=forecast
        )

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
        answered = failure is None and call.usage.output > 0
        foreseen = reservation.forecast if answered else _UNKNOWN
        entry = Entry(
            at=self._clock().isoformat(timespec="milliseconds"),
            who=self._who(planned.task, planned.model),
            failure=failure.value if failure else None,
            usage=call.usage,
            nanos=_nanos(call.cost),
            saved=to_nanos(call.saved.dollars),
            price=call.cost.source,
            seconds=seconds,
            expected_nanos=None if foreseen.dollars is None else to_nanos(foreseen.dollars),
            expected_seconds=foreseen.seconds,
        )
        self._remember(entry)
        await self._write(reservation.hold, entry)

    async def release(self, reservation: Reservation) -> None:
        """Free what was set aside for a call that was not made."""
        if reservation.hold is not None:
            await self._budgets.release(reservation.hold)

    async def standing(self, task: Task) -> Standing:
        """Where a task stands with its limits before it asks anybody; at once without a limit."""
        return await self._budgets.standing(self._who(task, ""), task.constraints.dollars)

    async def budget(self) -> tuple[LimitState, ...]:
        """Every limit that outlasts a task, with what is spent, reserved and left."""
        return await self._budgets.listed(self._who(None, ""))

    async def stats(
        self, by: Group, *, since: datetime | None = None, everywhere: bool = False
    ) -> tuple[Spent, ...]:
        """What was spent in this project, or by this person in all of them; the dearest first."""
        return await statistics.spent(
            self._book,
            by,
            since=since,
            person=self._person,
            workspace=None if everywhere else self._root,
        )

    async def forecast_error(self) -> ForecastError:
        """How far the forecasts of past calls were off."""
        return await statistics.forecast_error(self._book)

    def reach(self) -> str:
        """Where the account is kept. Raises `BandmasterError` where that cannot be reached; waits
        for it, so not for an event loop."""
        return self._book.reach()

    def renew(self) -> None:
        """Keep what is set aside for calls under way; to be called in a thread."""
        self._budgets.renew()

    def close(self) -> None:
        """Close the database until it is needed again; idempotent."""
        self._budgets.stop()
        if self._late:
            late, self._late = self._late, []
            try:
                self._book.change_now(lambda change: self._enter(change, late))
            except BandmasterError as error:
                _log.error("usage of %d calls is lost: %s", len(late), error)
        self._book.close()

    def _who(self, task: Task | None, model: str) -> Who:
        return Who(
            person=self._person,
            workspace=self._root,
            session=(task.session if task else "") or self._budgets.process,
            task=task.id if task else "",
            kind=task.kind.value if task else "",
            model=model,
        )

    async def _price(self, planned: PlannedCall, usage: Usage) -> Cost:
        """What `usage` costs; a model's first price may load a table, hence the thread."""
        if planned.local or usage == Usage():
            return Cost()
        if planned.model in self._priced:
            return planned.price(usage)
        cost = await asyncio.to_thread(planned.price, usage)
        self._priced.add(planned.model)
        return cost

    async def _forecast(self, planned: PlannedCall) -> Forecast:
        """What to expect, from the calls so far and the price; no guess at how fast a model is."""
        try:
            expected = (await self._loaded()).expect(planned.task.kind.value, planned.model)
        except BandmasterError:
            return _UNKNOWN  # Writing the entry meets the same trouble, and says so.
        seconds = expected.seconds if expected.of_model else None
        if planned.local:
            return Forecast(None, seconds)
        usage = Usage(input=planned.prompt_tokens(), output=expected.output)
        cost = await self._price(planned, usage)
        return Forecast(None if cost.unpriced else cost.dollars, seconds)

    async def _loaded(self) -> History:
        if self._history is None:
            rows, history = await self._book.read(RECENT), History()
            history.load(rows)
            self._history = history
        return self._history

    def _remember(self, entry: Entry) -> None:
        if self._history is not None and entry.failure is None and entry.usage.output:
            who, output = entry.who, entry.usage.output
            self._history.add(who.kind, who.model, output, entry.seconds)

    async def _write(self, held: Hold | None, entry: Entry) -> None:
        if not (held or self._late) and self._book.try_write(accounts.INSERT, entry.row):
            return
        ended = [*self._late, (held, entry)]
        self._late = []
        try:
            await self._book.change(lambda change: self._enter(change, ended))
        except BandmasterError as error:
            self._late = ended + self._late
            for one, _ in ended:
                if one:
                    self._budgets.keep(one)
            _log.error("usage of %s was not recorded yet: %s", entry.who.model, error)

    def _enter(self, change: Transaction, ended: list[tuple[Hold | None, Entry]]) -> None:
        for held, entry in ended:
            if held:
                self._budgets.free(change, held)
            accounts.enter(change, entry)


def _nanos(cost: Cost) -> int | None:
    return None if cost.unpriced else to_nanos(cost.dollars)
