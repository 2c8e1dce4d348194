"""Performers that do what their names say, and a roster of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from bandmaster.engine import Desk, Performance, Performer, ProviderState
from bandmaster.errors import Failure, ModelRefused, ModelUnavailable
from bandmaster.events import Delta
from bandmaster.models import Catalog, Facts, Health, ModelClient, Prompt
from bandmaster.tasks import Answer, Cost, Task, Usage

CALL = Usage(input=10, output=2)
PROMPT = Prompt(messages=(), output_tokens=10)


class Answers:
    """Says its text, word by word, and uses ten tokens in and two out."""

    continues = False

    def __init__(self, name: str, text: str = "fine", *, local: bool = False) -> None:
        self.name, self.text, self.local = name, text, local
        self.asked = 0

    def price(self, usage: Usage) -> Cost:
        return Cost(Decimal(0 if self.local else usage.input + usage.output) / 1000)

    def cannot(self, task: Task) -> str:
        return ""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        self.asked += 1
        await self._speak(desk)
        return Performance(Answer(self.text))

    async def _speak(self, desk: Desk, failure: ModelUnavailable | None = None) -> None:
        """One call of `CALL` tokens; it fails at its end where that is wanted."""
        async with desk.meter.call(PROMPT) as call:
            call.used(CALL)
            for word in self.text.split(" "):
                desk.report(Delta(word))
            if failure is not None:
                raise failure


class CannotDoIt(Answers):
    """Says that the task is not for it."""

    def cannot(self, task: Task) -> str:
        return "needs hands"


class IsDown(Answers):
    """Fails before it says anything."""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        self.asked += 1
        async with desk.meter.call(PROMPT):
            raise ModelUnavailable(Failure.OVERLOAD, "the server is overloaded")


class BreaksOff(Answers):
    """Says its text, then fails; what it said was paid for."""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        self.asked += 1
        await self._speak(
            desk, ModelUnavailable(Failure.TRUNCATED, "the stream ended without an end")
        )
        raise AssertionError


class Declines(Answers):
    """Refuses, so that nobody else should be asked."""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        raise ModelRefused(Failure.CONTENT_POLICY, "the model declined to answer this")


class Hangs(Answers):
    """Uses its tokens and never comes back; `cancelled` tells when it was stopped."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.begun, self.cancelled = asyncio.Event(), asyncio.Event()

    async def perform(self, task: Task, desk: Desk) -> Performance:
        async with desk.meter.call(PROMPT) as call:
            call.used(CALL)
            self.begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.set()
        raise AssertionError


class TooLong(Answers):
    """Takes a context of at most `until` tokens, and remembers which ones it was given."""

    def __init__(
        self, name: str, *, until: int, window: int | None = None, needed: int | None = None
    ) -> None:
        super().__init__(name)
        self._until, self._window, self._needed = until, window, needed
        self.contexts: list[int | None] = []

    async def perform(self, task: Task, desk: Desk) -> Performance:
        given = desk.terms.context_tokens
        self.contexts.append(given)
        if given is None or given > self._until:
            raise ModelUnavailable(
                Failure.CONTEXT_TOO_LONG, "too long", window=self._window, needed=self._needed
            )
        return await super().perform(task, desk)


class GoesOn(Answers):
    """Continues what another one began."""

    continues = True
    begun = ""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        self.begun = desk.begun
        await self._speak(desk)
        return Performance(Answer(desk.begun + self.text))


class Calls(Answers):
    """Does whatever it is given."""

    def __init__(self, name: str, do: Callable[[Task, Desk], Performance]) -> None:
        super().__init__(name)
        self._do = do

    async def perform(self, task: Task, desk: Desk) -> Performance:
        return await asyncio.to_thread(self._do, task, desk)


class Band:
    """A roster of the given performers."""

    def __init__(self, *performers: Performer) -> None:
        self._performers = performers
        self.catalog = Catalog({}, lambda _: None)
        self.closed = False

    async def performers(self, wanted: str) -> tuple[Performer, ...]:
        return self._performers

    def providers(self) -> tuple[ProviderState, ...]:
        return ()

    async def list_models(self, provider: str) -> tuple[str, ...]:
        return (provider,)

    async def probe(self, provider: str) -> Health:
        return Health(models=(provider,))

    def lend(self, client: ModelClient) -> None:
        raise AssertionError(client.name)

    def take_back(self, name: str) -> None:
        raise AssertionError(name)

    async def facts(self, model: str) -> Facts:
        return self.catalog.facts(model)

    async def close(self) -> None:
        self.closed = True
