"""A model that is asked again where asking again helps; it is a model itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models.client import ModelClient
from bandmaster.models.messages import ChatChunk, Prompt, Reply, Used
from bandmaster.models.remedies import REMEDIES, Remedy

_LONGEST_WAIT = 5.0
"""Seconds. Who asks us to wait longer is left alone: the next model answers sooner."""

_FIRST_WAIT = 0.5
_AT_ONCE = frozenset({Failure.CONNECTION, Failure.MALFORMED, Failure.TRUNCATED})
"""Failures of one connection or one answer: the next may do without a wait."""


class Retrying:
    """Asks `client` up to `attempts` times, and never again once text has come.

    A lost connection, or an answer that broke off before it began, is tried once more at once: a
    server may close a connection that we had kept. An overloaded server is given time, as much as
    it asks for or ever more.
    """

    def __init__(
        self,
        client: ModelClient,
        *,
        attempts: int = 2,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._attempts = attempts
        self._sleep = sleep
        self._chance = chance

    @property
    def name(self) -> str:
        return self._client.name

    @property
    def local(self) -> bool:
        return self._client.local

    async def ask(self, prompt: Prompt) -> Reply:
        for attempt in range(1, self._attempts):
            try:
                return await self._client.ask(prompt)
            except ModelUnavailable as failure:
                await self._wait(failure, attempt)
        return await self._client.ask(prompt)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        for attempt in range(1, self._attempts + 1):
            said = False
            try:
                async with aclosing(self._client.stream(prompt)) as chunks:
                    async for chunk in chunks:
                        said = said or not isinstance(chunk, Used)
                        yield chunk
            except ModelUnavailable as failure:
                if said or attempt == self._attempts:
                    raise
                await self._wait(failure, attempt)
            else:
                return

    async def _wait(self, failure: ModelUnavailable, attempt: int) -> None:
        """Wait before the next attempt; raises `failure` where another one would not help."""
        if failure.failure in _AT_ONCE and attempt == 1:
            return
        wait = failure.retry_after
        if wait is None:
            wait = _FIRST_WAIT * 2 ** (attempt - 1) * (0.75 + 0.5 * self._chance())
        if REMEDIES[failure.failure] is not Remedy.RETRY or wait > _LONGEST_WAIT:
            raise failure
        await self._sleep(wait)
