"""Asking a model through a `Wire`: its answer is watched until it has an end, and whatever goes
wrong becomes one of our errors."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from bandmaster.errors import Failure, ModelError, UnknownName
from bandmaster.models import (
    ChatChunk,
    Embedded,
    Gap,
    Health,
    ModelClient,
    Prompt,
    Reply,
    TextDelta,
    Used,
    estimate_tokens,
)
from bandmaster.providers.arriving import Arriving, characters
from bandmaster.providers.failures import Complaint, error, explained
from bandmaster.providers.place import Place
from bandmaster.providers.wire import MALFORMED, NoAnswer, Piece, Wire, had_begun
from bandmaster.settings import Limits
from bandmaster.tasks import Usage

_T = TypeVar("_T")
_LIST_SECONDS = 5.0
_NEAR_SECONDS = 2.0
_COUNT_SECONDS = 2.0
"""How long we wait for the token count after the answer has ended."""


class OpenProvider:
    """The `Endpoint` over a `Wire`."""

    def __init__(self, place: Place, wire: Wire, limits: Limits) -> None:
        self._place = place
        self._wire = wire
        self._limits = limits

    def client(self, model: str) -> ModelClient:
        return WiredModel(self._place, self._wire, self._limits, model)

    async def list_models(self) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(_LIST_SECONDS):
                return tuple(sorted(await self._wire.list_models()))
        except TimeoutError:
            raise _silence(f"no list of models within {_LIST_SECONDS:g} s") from None
        except (*self._wire.errors, *MALFORMED) as foreign:
            raise explained(_understood(self._wire, foreign), self._place, "", None) from None

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        if not texts:
            return Embedded((), Usage(), model)
        embedded = await self._short(model, self._wire.embed(model, texts))
        if len(embedded.vectors) != len(texts):
            raise error(Failure.MALFORMED, f"{len(texts)} texts, {len(embedded.vectors)} vectors")
        if embedded.usage.input:
            return embedded
        guess = Usage(sum(map(estimate_tokens, texts)), estimated=True)
        return replace(embedded, usage=guess)

    async def fill(self, model: str, gap: Gap) -> Reply:
        piece = await self._short(model, self._wire.fill(model, gap))
        if piece.stop is None:
            raise error(Failure.TRUNCATED, "the server closed the connection without an answer")
        usage = piece.usage or Usage()
        if not (usage.input and usage.output):
            asked = estimate_tokens(gap.before + gap.after)
            usage = Usage(asked, estimate_tokens(piece.text), estimated=True)
        return Reply(piece.text, piece.stop, usage, piece.model or model)

    async def health(self) -> Health:
        started = time.perf_counter()
        try:
            models = await self.list_models()
        except ModelError as failed:
            return Health(problem=str(failed), seconds=time.perf_counter() - started)
        return Health(seconds=time.perf_counter() - started, models=models)

    async def _short(self, model: str, asked: Awaitable[_T]) -> _T:
        """A call without a conversation: its errors are told without the text that was sent."""
        seconds = self._limits.request_seconds
        try:
            async with asyncio.timeout(seconds):
                return await asked
        except TimeoutError:
            raise _silence(f"no answer within {seconds:g} s") from None
        except NoAnswer as nothing:
            raise error(nothing.failure, str(nothing)) from None
        except (*self._wire.errors, *MALFORMED) as foreign:
            complaint = replace(_understood(self._wire, foreign), text="")
            raise explained(complaint, self._place, model, None) from None

    async def close(self) -> None:
        await self._wire.close()


class WiredModel:
    """The `ModelClient` over a `Wire`.

    Errors are raised without their foreign cause: an SDK's error may quote what was sent.
    """

    def __init__(self, place: Place, wire: Wire, limits: Limits, model: str) -> None:
        self._place = place
        self._wire = wire
        self._limits = limits
        self._model = model

    @property
    def name(self) -> str:
        return f"{self._place.name}/{self._model}"

    @property
    def local(self) -> bool:
        return self._place.local

    async def ask(self, prompt: Prompt) -> Reply:
        seconds = self._limits.request_seconds
        try:
            async with asyncio.timeout(seconds):
                piece = await self._wire.ask(self._model, prompt)
        except TimeoutError:
            raise _silence(f"no answer within {seconds:g} s") from None
        except (NoAnswer, *self._wire.errors, *MALFORMED) as foreign:
            raise await self._ours(foreign, prompt, "") from None
        answer = Arriving(self._model, prompt)
        answer.take(piece)
        done = answer.end(prompt)
        return Reply(piece.text, done.stop, done.usage, done.model, answer.calls())

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        answer = Arriving(self._model, prompt)
        deadline = asyncio.get_running_loop().time() + self._limits.request_seconds
        async with aclosing(self._wire.stream(self._model, prompt)) as pieces:
            while (piece := await self._next(pieces, answer, prompt, deadline)) is not None:
                answer.take(piece)
                if piece.text:
                    yield TextDelta(piece.text)
                if piece.usage and answer.stop is None:
                    yield Used(piece.usage)
                if piece.calls or piece.stop:
                    for call in answer.ready():
                        yield call
        yield answer.end(prompt)

    async def _next(
        self, pieces: AsyncIterator[Piece], answer: Arriving, prompt: Prompt, deadline: float
    ) -> Piece | None:
        """The next piece, or None at the end; after the answer's end nothing can go wrong."""
        left = deadline - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(left, self._patience(answer))):
                return await anext(pieces, None)
        except TimeoutError:
            if answer.stop is not None:
                return None
            raise self._fell_silent(answer, left) from None
        except (NoAnswer, *self._wire.errors, *MALFORMED) as foreign:
            if answer.stop is not None:
                return None
            raise await self._ours(foreign, prompt, answer.said) from None

    def _patience(self, answer: Arriving) -> float:
        """A model may think long before its first word, but not in the middle of the answer."""
        if answer.stop is not None:
            return _COUNT_SECONDS
        return self._limits.stall_seconds if answer.begun else math.inf

    def _fell_silent(self, answer: Arriving, left: float) -> ModelError:
        stall = self._limits.stall_seconds
        if answer.begun and stall < left:
            return _silence(f"the model fell silent for {stall:g} s in the middle of its answer")
        return _silence(f"no whole answer within {self._limits.request_seconds:g} s")

    async def _ours(self, foreign: Exception, prompt: Prompt, text: str) -> ModelError:
        if isinstance(foreign, NoAnswer):
            return error(foreign.failure, str(foreign))
        complaint = _understood(self._wire, foreign)
        if text and complaint.failure is Failure.CONNECTION:
            lost = f"the connection to {self._place.shown} was lost after {characters(text)}"
            return error(Failure.CONNECTION, lost)
        ours = explained(complaint, self._place, self._model, prompt)
        ours.begun = complaint.failure is Failure.CONNECTION and had_begun(foreign)
        if ours.failure is not Failure.NOT_FOUND:
            return ours
        return error(ours.failure, str(ours) + await self._near())

    async def _near(self) -> str:
        """Models of the server with a similar name, if it tells soon."""
        names: tuple[str, ...] = ()
        with contextlib.suppress(TimeoutError, *self._wire.errors, *MALFORMED):
            async with asyncio.timeout(_NEAR_SECONDS):
                names = await self._wire.list_models()
        if not names or self._model in names:
            return ""
        return "; " + str(UnknownName("model", self._model, names)).partition("; ")[2]


def _silence(words: str) -> ModelError:
    return error(Failure.TIMEOUT, words)


def _understood(wire: Wire, foreign: Exception) -> Complaint:
    if isinstance(foreign, wire.errors):
        return wire.complaint(foreign)
    return Complaint(failure=Failure.MALFORMED)
