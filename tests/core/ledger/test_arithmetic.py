"""Whatever happens in whatever order, the account adds up as a child would do it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from hypothesis.strategies import booleans, integers, sampled_from

from bandmaster.errors import BudgetExceeded, Failure
from bandmaster.ledger import Call, Ledger, Reservation, Standing
from bandmaster.settings import Budget
from bandmaster.store import Database
from bandmaster.tasks import Usage
from tests.core.ledger.account import CENT, Clock, planned, rows

LIMIT = 100
BUDGET = Budget(project=LIMIT * CENT)
LEASE = timedelta(seconds=90)


@dataclass
class Held:
    """A reservation as the child remembers it."""

    ledger: Ledger
    reservation: Reservation
    cents: int
    expires: timedelta
    ended: bool = False


class Account(RuleBasedStateMachine):
    """Two processes with one account, and a child with paper and pencil."""

    held = Bundle[Held]("held")

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.database = Database(self.place / "bandmaster.sqlite")
        self.clock = Clock()
        self.begun = self.clock.now
        self.spent = 0
        self.alive: list[Held] = []
        self.loop = asyncio.new_event_loop()
        self.processes = [self.opened() for _ in range(2)]

    def opened(self) -> Ledger:
        return Ledger(self.database, Path("/p"), budget=BUDGET, clock=self.clock)

    @property
    def passed(self) -> timedelta:
        return self.clock.now - self.begun

    def set_aside(self) -> int:
        return sum(one.cents for one in self.alive if one.expires > self.passed)

    @rule(target=held, cents=integers(0, 60), process=sampled_from([0, 1]))
    def reserve(self, cents: int, process: int) -> Held:
        ledger = self.processes[process]
        fits = self.spent + self.set_aside() + cents <= LIMIT
        reserving = ledger.reserve(planned(most=cents))
        if not fits:
            with pytest.raises(BudgetExceeded) as refused:
                self.loop.run_until_complete(reserving)
            left = LIMIT - self.spent - self.set_aside()
            assert refused.value.left == max(0, left) * CENT
            return Held(ledger, Reservation(planned=planned()), 0, self.passed, ended=True)
        reservation = self.loop.run_until_complete(reserving)
        one = Held(ledger, reservation, cents, self.passed + LEASE)
        self.alive.append(one)
        return one

    @rule(one=consumes(held), share=integers(0, 100), failed=booleans())
    def settle(self, one: Held, share: int, failed: bool) -> None:
        if one.ended:
            return
        call, cents = Call(Standing(), Decimal(0)), one.cents * share // 100
        call.used(Usage(output=cents))
        failure = Failure.TIMEOUT if failed else None
        self.loop.run_until_complete(
            one.ledger.settle(one.reservation, call, failure=failure, seconds=1)
        )
        self.spent += cents
        self.end(one)

    @rule(one=consumes(held))
    def release(self, one: Held) -> None:
        if not one.ended:
            self.loop.run_until_complete(one.ledger.release(one.reservation))
            self.end(one)

    @rule(process=sampled_from([0, 1]))
    def crash(self, process: int) -> None:
        """Nobody settles or renews any more what this process had set aside."""
        for one in self.alive:
            if one.ledger is self.processes[process]:
                one.ended = True
        self.processes[process] = self.opened()

    @rule(process=sampled_from([0, 1]))
    def renew(self, process: int) -> None:
        ledger = self.processes[process]
        ledger.renew()
        for one in self.alive:
            if one.ledger is ledger:
                one.expires = self.passed + LEASE

    @rule(seconds=sampled_from([1, 45, 91]))
    def wait(self, seconds: int) -> None:
        self.clock.pass_(seconds=seconds)

    @invariant()
    def the_account_adds_up(self) -> None:
        (project,) = self.loop.run_until_complete(self.processes[0].budget())
        assert project.spent == self.spent * CENT
        assert project.reserved == self.set_aside() * CENT
        written = [nanos for (nanos,) in rows(self.database, "nanos")]
        assert sum(int(str(nanos)) for nanos in written) == self.spent * 10**7

    def end(self, one: Held) -> None:
        one.ended = True
        self.alive.remove(one)

    def teardown(self) -> None:
        for ledger in self.processes:
            ledger.close()
        self.loop.close()
        shutil.rmtree(self.place)


TestAccount = Account.TestCase
TestAccount.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
