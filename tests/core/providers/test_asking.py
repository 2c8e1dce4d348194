"""What the SDKs have in common, without any SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import Embedded, Gap, Prompt, TextDelta
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import Complaint
from bandmaster.providers.place import Place
from bandmaster.providers.wire import Piece
from bandmaster.settings import Limits
from tests.fakes.protocols import PROMPT


class Holds:
    """A wire that says one word and holds the line; its errors are its own."""

    errors = (OSError,)

    def __init__(self) -> None:
        self.held = asyncio.Event()
        self.released = False

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        raise OSError("cannot")

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        try:
            yield Piece("word")
            self.held.set()
            await asyncio.Event().wait()
        finally:
            self.released = True

    async def list_models(self) -> tuple[str, ...]:
        raise OSError("cannot")

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        raise OSError("cannot")

    async def fill(self, model: str, gap: Gap) -> Piece:
        raise OSError("cannot")

    def complaint(self, error: Exception) -> Complaint:
        return Complaint(failure=Failure.UNKNOWN, text=str(error))

    async def close(self) -> None:
        """There is nothing to close."""


def opened(wire: Holds) -> OpenProvider:
    return OpenProvider(Place(name="far", url="http://127.0.0.1:9"), wire, Limits())


async def test_who_closes_a_stream_has_closed_the_line_when_that_returns() -> None:
    wire = Holds()
    stream = opened(wire).client("asked").stream(PROMPT)
    assert await anext(stream) == TextDelta("word")
    await stream.aclose()
    assert wire.released


async def test_a_cancelled_stream_has_closed_the_line_when_that_returns() -> None:
    wire = Holds()
    stream = opened(wire).client("asked").stream(PROMPT)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await wire.held.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert wire.released


async def test_an_error_of_the_sdk_is_understood_by_its_own_table() -> None:
    with pytest.raises(ModelUnavailable, match="the model gave no answer: cannot"):
        await opened(Holds()).client("asked").ask(PROMPT)
    with pytest.raises(ModelUnavailable, match="cannot"):
        await opened(Holds()).list_models()


def test_a_provider_shown_in_a_log_shows_no_key() -> None:
    place = Place(name="far", url="http://127.0.0.1:9", key="sk-secret")
    assert "sk-secret" not in f"{place!r} {place}"


class Babbles(Holds):
    """A wire whose answer never ends."""

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        while True:
            yield Piece("word " * 10_000)


async def test_an_answer_that_goes_on_and_on_is_none() -> None:
    stream = opened(Babbles()).client("asked").stream(PROMPT)
    with pytest.raises(ModelUnavailable, match="goes on and on") as told:
        async for _ in stream:
            pass
    assert told.value.failure is Failure.MALFORMED
