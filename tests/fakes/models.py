"""Models that do what their names say, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bandmaster.errors import Failure, ModelError, ModelRefused, ModelUnavailable
from bandmaster.models import ChatChunk, Done, ModelClient, Prompt, Reply, Stop, TextDelta
from bandmaster.tasks import Usage

USAGE = Usage(input=10, output=5)


class Speaks:
    """Answers with its words, one piece of a stream each."""

    def __init__(
        self, *words: str, name: str = "fake/speaks", local: bool = True, stop: Stop = Stop.END
    ) -> None:
        self.name = name
        self.local = local
        self.prompts: list[Prompt] = []
        self._words = words
        self._stop = stop

    async def ask(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        return Reply("".join(self._words), self._stop, USAGE, "speaks")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        self.prompts.append(prompt)
        for word in self._words:
            yield TextDelta(word)
        yield Done(self._stop, USAGE, "speaks")


class IsDown:
    """Fails before it has said a word."""

    def __init__(
        self,
        failure: Failure = Failure.OVERLOAD,
        *,
        retry_after: float | None = None,
        name: str = "fake/down",
        local: bool = True,
    ) -> None:
        self.name = name
        self.local = local
        self.prompts: list[Prompt] = []
        self.error: ModelError = ModelUnavailable(failure, "it is down", retry_after=retry_after)

    async def ask(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        raise self.error

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        self.prompts.append(prompt)
        raise self.error
        yield


class Refuses(IsDown):
    """Refuses the request for its content."""

    def __init__(self, *, name: str = "fake/refuses") -> None:
        super().__init__(name=name)
        self.error = ModelRefused(Failure.CONTENT_POLICY, "it will not answer this")


class BreaksOff(Speaks):
    """Streams its words and is lost then; asked for a whole answer it is lost at once."""

    async def ask(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        raise ModelUnavailable(Failure.CONNECTION, "the connection was lost")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        self.prompts.append(prompt)
        for word in self._words:
            yield TextDelta(word)
        raise ModelUnavailable(Failure.CONNECTION, "the connection was lost")


class Stalls(Speaks):
    """Streams its words and says nothing more until it is cancelled or closed."""

    def __init__(self, *words: str, name: str = "fake/stalls", local: bool = True) -> None:
        super().__init__(*words, name=name, local=local)
        self.reached = asyncio.Event()
        """Set when it has fallen silent."""
        self.ended = asyncio.Event()
        """Set when nobody waits for it any more."""

    async def ask(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        await self._wait()
        raise AssertionError

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        self.prompts.append(prompt)
        for word in self._words:
            yield TextDelta(word)
        await self._wait()

    async def _wait(self) -> None:
        self.reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


class InTurn:
    """Is one model after the other, and stays the last."""

    def __init__(self, *models: ModelClient) -> None:
        self.name = models[0].name
        self.local = models[0].local
        self.asked = 0
        self._models = models

    async def ask(self, prompt: Prompt) -> Reply:
        return await self._next().ask(prompt)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        async for chunk in self._next().stream(prompt):
            yield chunk

    def _next(self) -> ModelClient:
        self.asked += 1
        return self._models[min(self.asked, len(self._models)) - 1]
