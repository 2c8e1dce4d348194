"""What the calls of one attempt use: the engine's `Meter`, which keeps the ledger."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial

from bandmaster.engine.performer import Performer
from bandmaster.ledger import Call, Ledger, PlannedCall, Reservation, Standing, upper_bound
from bandmaster.models import Calibration, Prompt, estimate_usage
from bandmaster.tasks import Cost, Forecast, Task, Usage

_MUCH = Usage(input=1_000_000, output=1_000_000)


class RunMeter:
    """Adds up what the calls of one attempt used, and what answers from the cache saved."""

    def __init__(
        self,
        performer: Performer,
        task: Task,
        ledger: Ledger,
        calibration: Calibration,
        tell: Callable[[Forecast], None] = lambda _: None,
    ) -> None:
        """`tell` hears before each call what to expect of it."""
        self._performer = performer
        self._free = performer.local and not performer.price(_MUCH).dollars
        """A model on this machine costs nothing, unless the person has put a price on it: what
        answers here may pass the question on to somebody who is paid."""
        self._task = task
        self._ledger = ledger
        self._calibration = calibration
        self._tell = tell
        self.usage = Usage()
        self.cost = Cost()
        self.saved = Cost()
        self.standing = Standing()
        """Where the task stood with its limits at the last call."""
        self._asked: Prompt | None = None

    @property
    def asked_tokens(self) -> int | None:
        """About how many tokens the last call sent; None: there was none."""
        return None if self._asked is None else estimate_usage(self._asked, "").input

    @asynccontextmanager
    async def call(self, prompt: Prompt, /) -> AsyncGenerator[Call]:
        """Around one call. Entering raises `BudgetExceeded`."""
        await self._calibration.ready()
        self._asked = prompt
        planned = PlannedCall(
            task=self._task,
            model=self._performer.name,
            local=self._free,
            bound=partial(self._bound, prompt),
            price=self._performer.price,
            prompt_tokens=partial(self._prompt_tokens, prompt),
        )
        call: Call | None = None
        try:
            async with self._ledger.call(planned) as call:
                self._tell(call.forecast)
                yield call
        finally:
            if call is not None:
                self.usage += call.usage
                self.cost += call.cost
                self.saved += call.saved
                self.standing = call.standing
                self._calibration.learn(self._performer.name, prompt, call.usage)

    async def spared(self, usage: Usage) -> Cost:
        """An answer came from the cache: nothing is spent, whatever is left of a budget."""
        planned = PlannedCall(
            task=self._task,
            model=self._performer.name,
            local=self._free,
            bound=Usage,
            price=self._performer.price,
            prompt_tokens=int,
        )
        call = Call(Standing(), Decimal(0))
        call.spared(usage)
        await self._ledger.settle(Reservation(planned=planned), call, failure=None, seconds=0.0)
        self.saved += call.saved
        return call.saved

    def _bound(self, prompt: Prompt) -> Usage:
        """The most that a call may use, by what is known of the model's tokenizer."""
        estimate = estimate_usage(prompt, "").input
        asked = max(estimate, self._calibration.tokens(self._performer.name, estimate))
        return upper_bound(asked, prompt.output_tokens)

    def _prompt_tokens(self, prompt: Prompt) -> int:
        estimate = estimate_usage(prompt, "").input
        return self._calibration.tokens(self._performer.name, estimate)
