"""Budgets: what a call may cost at most is set aside before it is made, or it is not made."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bandmaster.errors import BandmasterError, BudgetExceeded
from bandmaster.ledger import accounts
from bandmaster.ledger.accounts import Hold
from bandmaster.ledger.book import Book
from bandmaster.ledger.leases import LEASE, Leases
from bandmaster.ledger.limits import Limit, Who, has_limits, lasting_limits, limits_of_task
from bandmaster.ledger.money import shown, to_nanos
from bandmaster.ledger.values import Level, LimitState, Standing
from bandmaster.settings import Budget
from bandmaster.store import Transaction
from bandmaster.tasks import Cost

_log = logging.getLogger(__name__)


class Budgets:
    """The limits of the settings, and what this process has set aside."""

    def __init__(self, book: Book, settings: Budget, clock: Callable[[], datetime]) -> None:
        self.process = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        """Names this process wherever rows are shared."""
        self._book = book
        self._settings = settings
        self._clock = clock
        self._leases = Leases(self.renew)
        self._any = has_limits(settings)

    def apply(self, own: Decimal | None) -> bool:
        """Whether there is any limit for a task that allows itself `own` dollars."""
        return self._any or own is not None

    async def hold(self, who: Who, own: Decimal | None, cost: Cost) -> tuple[Hold, Standing]:
        """Set `cost` aside. Raises `BudgetExceeded` where it does not fit into a limit."""
        if cost.unpriced and not self._settings.unpriced:
            raise _unpriced()
        held = Hold(
            id=uuid.uuid4().hex,
            at=self._clock().isoformat(timespec="milliseconds"),
            holder=self.process,
            who=who,
            nanos=to_nanos(cost.dollars),
        )
        limits = self._limits(who, own)

        def try_to(change: Transaction) -> tuple[list[LimitState], LimitState | None]:
            before = self._states(change, limits)
            over = accounts.first_over(before, cost.dollars)
            if over is None:
                accounts.hold(change, held, self._clock() + LEASE)
            return before, over

        before, over = await self._book.change(
            try_to, undo=lambda change: accounts.free(change, held)
        )
        if over is not None:
            raise _exceeded(over, cost.dollars)
        self._leases.add(held)
        # How near a limit is told without this call: what it may cost at most is mostly far more
        # than it will.
        return held, self._standing(before)

    async def release(self, held: Hold) -> None:
        """Free what was set aside for a call that was not made."""
        await self._book.change(lambda change: self.free(change, held))

    def free(self, change: Transaction, held: Hold) -> None:
        """Set aside and renew no more."""
        accounts.free(change, held)
        self._leases.remove(held)

    def keep(self, held: Hold) -> None:
        """Renew again what could not be freed."""
        self._leases.add(held)

    async def standing(self, who: Who, own: Decimal | None) -> Standing:
        """Where a task stands before it asks anybody; at once where there is no limit."""
        if not self.apply(own):
            return Standing()
        limits = self._limits(who, own)
        return self._standing(await self._book.change(lambda change: self._states(change, limits)))

    async def listed(self, who: Who) -> tuple[LimitState, ...]:
        """Every limit that outlasts a task."""
        if not self._any:
            return ()
        limits = list(lasting_limits(self._settings, who, self._clock()))
        found = await self._book.change(lambda change: self._states(change, limits))
        return tuple(replace(one, level=self._level(one)) for one in found)

    def renew(self) -> None:
        """Keep what is set aside for calls under way; to be called in a thread."""
        expires = self._clock() + LEASE

        def make(change: Transaction) -> None:
            for one in self._leases.held:
                accounts.hold(change, one, expires)

        try:
            self._book.change_now(make)
        except BandmasterError as error:
            _log.error("what is reserved for calls under way was not renewed: %s", error)

    def stop(self) -> None:
        """Renew nothing any more."""
        self._leases.stop()

    def _limits(self, who: Who, own: Decimal | None) -> list[Limit]:
        of_task = limits_of_task(self._settings, own, who)
        return [*of_task, *lasting_limits(self._settings, who, self._clock())]

    def _states(self, change: Transaction, limits: list[Limit]) -> list[LimitState]:
        accounts.tidy(change, self._clock())
        return accounts.states(change, limits)

    def _standing(self, found: list[LimitState]) -> Standing:
        lasting = [replace(one, level=self._level(one)) for one in found if one.name != "call"]
        nearest = max(lasting, key=lambda one: (one.level, one.share), default=None)
        return Standing(nearest.level, nearest) if nearest else Standing()

    def _level(self, one: LimitState) -> Level:
        if one.share >= 1:
            return Level.SPENT
        if one.share >= self._settings.downgrade:
            return Level.DOWNGRADE
        return Level.WARN if one.share >= self._settings.warn else Level.FINE


def _unpriced() -> BudgetExceeded:
    return BudgetExceeded(
        "it has no known price and there is a budget; budget.unpriced = true allows it",
        setting="budget.unpriced",
        left=Decimal(0),
    )


def _exceeded(over: LimitState, cost: Decimal) -> BudgetExceeded:
    return BudgetExceeded(
        f"the call may cost {shown(cost)}, and the budget for the {over.name} has"
        f" {shown(over.left)} of {shown(over.most)} left; {over.setting} raises it, and a smaller"
        " limits.output_tokens makes calls cheaper",
        setting=over.setting,
        left=over.left,
    )
