"""Metering: every call to a model is admitted before it is made and settled after it, however it
ends; a model that is metered is a model itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Protocol

from bandmaster.errors import Failure, ModelError, ModelUnavailable
from bandmaster.models.client import ModelClient
from bandmaster.models.messages import ChatChunk, Done, Prompt, Reply, TextDelta, Used
from bandmaster.models.tokens import estimate_usage
from bandmaster.tasks import Cost, Usage

_MAY_HAVE_COST = (Failure.TIMEOUT, Failure.TRUNCATED, Failure.MALFORMED, Failure.UNKNOWN)
"""Failures of a model that may have read the prompt, and be paid for it, all the same."""


class Call(Protocol):
    """One call that is under way."""

    def used(self, usage: Usage) -> None:
        """What it has used so far; the last word counts."""
        ...


class Meter(Protocol):
    """Who counts, and may refuse, calls. The engine's keeps the ledger."""

    def call(self, prompt: Prompt, /) -> AbstractAsyncContextManager[Call]:
        """Entered before a call and left after it; entering raises what forbids the call."""
        ...

    async def spared(self, usage: Usage) -> Cost:
        """Nobody was asked: an answer that once took `usage` came from the cache.

        Returns what asking would have cost.
        """
        ...


class Metered:
    """Asks `client`, and tells `meter` of every call, failed and cancelled ones too."""

    def __init__(self, client: ModelClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter

    @property
    def name(self) -> str:
        return self._client.name

    @property
    def local(self) -> bool:
        return self._client.local

    async def ask(self, prompt: Prompt) -> Reply:
        async with self._meter.call(prompt) as call:
            try:
                reply = await self._client.ask(prompt)
            except ModelError as error:
                if error.counted is not None:
                    call.used(_whole(*error.counted))
                elif _may_have_cost(error):
                    call.used(estimate_usage(prompt, ""))
                raise
            except asyncio.CancelledError:
                call.used(estimate_usage(prompt, ""))
                raise
            call.used(reply.usage)
            return reply

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        heard: list[str] = []
        counted: Usage | None = None
        ended = untouched = False
        async with self._meter.call(prompt) as call:
            try:
                async with aclosing(self._client.stream(prompt)) as chunks:
                    async for chunk in chunks:
                        match chunk:
                            case TextDelta(text):
                                heard.append(text)
                            case Used(usage):
                                counted = usage
                            case Done():
                                call.used(chunk.usage)
                                ended = True
                            case _:
                                heard.append(chunk.name + chunk.arguments)
                        yield chunk
                if not ended:
                    raise ModelUnavailable(Failure.TRUNCATED, "the stream ended without an end")
            except ModelError as error:
                untouched = not heard and not _may_have_cost(error)
                if error.counted is not None:
                    call.used(_whole(*error.counted))
                    ended = True
                raise
            finally:
                if not ended and not (untouched and counted is None):
                    call.used(_broken(prompt, "".join(heard), counted))


def _may_have_cost(error: ModelError) -> bool:
    return error.begun or error.failure in _MAY_HAVE_COST


def _whole(read: int, output: int, cached: int, written: int) -> Usage:
    return Usage(read, output, cached, written=written)


def _broken(prompt: Prompt, text: str, counted: Usage | None) -> Usage:
    """What a broken call used: the server's count of the prompt, and what came of the answer."""
    guess = estimate_usage(prompt, text)
    if counted is None:
        return guess
    return Usage(
        input=counted.input or guess.input,
        output=max(counted.output, guess.output),
        cached=counted.cached,
        estimated=True,
        written=counted.written,
    )
