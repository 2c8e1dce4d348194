"""What all SDKs have in common: a question is sent, its answer watched until it has an end, and
whatever goes wrong becomes one of our errors."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from bandmaster.errors import Failure, ModelError, UnknownName
from bandmaster.models import (
    ChatChunk,
    Done,
    ModelClient,
    Prompt,
    Reply,
    Stop,
    TextDelta,
    estimate_usage,
)
from bandmaster.providers.failures import Complaint, error, explained
from bandmaster.providers.place import Place
from bandmaster.settings import Limits
from bandmaster.tasks import Usage

CONNECT_SECONDS = 10.0
KEPT_CONNECTIONS = 8
"""A larger pool makes every call slower: the transport looks through all of it."""
LIST_SECONDS = 5.0
_NEAR_SECONDS = 2.0
_COUNT_SECONDS = 2.0
"""How long we wait for the token count after the answer has ended."""

_ADDRESS = ": is its address right?"

MALFORMED = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What an SDK raises, or our reading of what it returns, when a body is not its protocol's."""


class NoAnswer(Exception):
    """A body that is the protocol's but holds no answer; raised by a `Wire`."""

    def __init__(self, failure: Failure, words: str) -> None:
        super().__init__(words)
        self.failure = failure


def page() -> NoAnswer:
    """For an SDK that takes a web page for an answer."""
    return NoAnswer(
        Failure.MALFORMED, "the server sent plain text or a page, not an answer" + _ADDRESS
    )


def silent_stream(kind: str) -> NoAnswer:
    """For an SDK that finds no event in a body of the content type `kind` and says nothing."""
    if not kind or "event-stream" in kind:
        return NoAnswer(Failure.TRUNCATED, "the server closed the connection without an answer")
    words = f"the server sent {kind[:40]!r} instead of a stream"
    return NoAnswer(Failure.MALFORMED, words + _ADDRESS)


def as_text(said: object) -> str:
    """Text of a server; nothing is an empty one, and anything else is not the protocol's."""
    if said is None:
        return ""
    if not isinstance(said, str):
        raise TypeError
    return said


def as_count(said: object) -> int:
    """A server's number of tokens; what is none counts as not said."""
    return said if isinstance(said, int) and said > 0 else 0


@dataclass(frozen=True, slots=True)
class Piece:
    """What a server said: a whole answer, or one event of a stream (perhaps only a sign of life).

    `usage` is the count so far, the last one is the whole.
    """

    text: str = ""
    stop: Stop | None = None
    usage: Usage | None = None
    model: str = ""


class Wire(Protocol):
    """One SDK at one address. It raises what the SDK raises, `NoAnswer` or one of `MALFORMED`."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """Everything that the SDK raises."""
        ...

    async def ask(self, model: str, prompt: Prompt) -> Piece: ...

    def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]: ...

    async def list_models(self) -> tuple[str, ...]: ...

    def complaint(self, error: Exception) -> Complaint:
        """What one of `errors` means."""
        ...

    async def close(self) -> None: ...


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
            async with asyncio.timeout(LIST_SECONDS):
                return tuple(sorted(await self._wire.list_models()))
        except TimeoutError:
            raise _silence(f"no list of models within {LIST_SECONDS:g} s") from None
        except (*self._wire.errors, *MALFORMED) as foreign:
            raise explained(_understood(self._wire, foreign), self._place, "", None) from None

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
        answer = _Answer(self._model)
        answer.take(piece)
        done = answer.end(prompt)
        return Reply(piece.text, done.stop, done.usage, done.model)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        answer = _Answer(self._model)
        deadline = asyncio.get_running_loop().time() + self._limits.request_seconds
        async with aclosing(self._wire.stream(self._model, prompt)) as pieces:
            while (piece := await self._next(pieces, answer, prompt, deadline)) is not None:
                answer.take(piece)
                if piece.text:
                    yield TextDelta(piece.text)
        yield answer.end(prompt)

    async def _next(
        self, pieces: AsyncIterator[Piece], answer: _Answer, prompt: Prompt, deadline: float
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
            raise await self._ours(foreign, prompt, "".join(answer.text)) from None

    def _patience(self, answer: _Answer) -> float:
        """A model may think long before its first word, but not in the middle of the answer."""
        if answer.stop is not None:
            return _COUNT_SECONDS
        return self._limits.stall_seconds if answer.text else math.inf

    def _fell_silent(self, answer: _Answer, left: float) -> ModelError:
        stall = self._limits.stall_seconds
        if answer.text and stall < left:
            return _silence(f"the model fell silent for {stall:g} s in the middle of its answer")
        return _silence(f"no whole answer within {self._limits.request_seconds:g} s")

    async def _ours(self, foreign: Exception, prompt: Prompt, text: str) -> ModelError:
        if isinstance(foreign, NoAnswer):
            return error(foreign.failure, str(foreign))
        complaint = _understood(self._wire, foreign)
        if text and complaint.failure is Failure.CONNECTION:
            lost = f"the connection to {self._place.shown} was lost after {_characters(text)}"
            return error(Failure.CONNECTION, lost)
        ours = explained(complaint, self._place, self._model, prompt)
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


class _Answer:
    """An answer while it arrives."""

    def __init__(self, model: str) -> None:
        self.text: list[str] = []
        self.stop: Stop | None = None
        self._usage = Usage()
        self._model = model

    def take(self, piece: Piece) -> None:
        if piece.text:
            self.text.append(piece.text)
        self.stop = piece.stop or self.stop
        self._usage = piece.usage or self._usage
        self._model = piece.model or self._model

    def end(self, prompt: Prompt) -> Done:
        """The end of a good answer. Raises `ModelError` for one that has none or says nothing."""
        text = "".join(self.text)
        if self.stop is None:
            raise error(Failure.TRUNCATED, _cut(text))
        if self.stop in (Stop.FILTER, Stop.REFUSAL):
            raise error(Failure.CONTENT_POLICY, "the model refused to answer for the content")
        if not text.strip():
            raise error(*_EMPTY[self.stop])
        return Done(self.stop, _counted(self._usage, prompt, text), self._model)


_EMPTY = {
    Stop.END: (Failure.MALFORMED, "the answer is empty"),
    Stop.TOOL: (Failure.MALFORMED, "the model called a tool instead of answering"),
    Stop.LENGTH: (Failure.TRUNCATED, "the longest answer allowed was used up before any text came"),
}


def _cut(text: str) -> str:
    if text:
        return f"the answer broke off after {_characters(text)}"
    return "the server closed the connection without an answer"


def _characters(text: str) -> str:
    return f"{len(text)} characters of the answer"


def _counted(usage: Usage, prompt: Prompt, text: str) -> Usage:
    """The server's count; what it left out is estimated and the whole marked so."""
    if usage.input and usage.output:
        return usage
    guess = estimate_usage(prompt, text)
    return Usage(
        input=usage.input or guess.input,
        output=usage.output or guess.output,
        cached=usage.cached,
        estimated=True,
    )


def _silence(words: str) -> ModelError:
    return error(Failure.TIMEOUT, words)


def _understood(wire: Wire, foreign: Exception) -> Complaint:
    if isinstance(foreign, wire.errors):
        return wire.complaint(foreign)
    return Complaint(failure=Failure.MALFORMED)
