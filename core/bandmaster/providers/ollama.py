"""Chat through the `ollama` SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import cast

import httpx
import ollama

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Endpoint, Gap, Prompt, Stop, estimate_usage
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import Complaint, by_status, message_in, refined
from bandmaster.providers.place import Place
from bandmaster.providers.wire import (
    CONNECT_SECONDS,
    KEPT_CONNECTIONS,
    NoAnswer,
    Piece,
    as_count,
    lacks,
)
from bandmaster.settings import Limits
from bandmaster.tasks import Usage

FAILURES: Mapping[type[Exception], Failure | None] = {
    ollama.ResponseError: None,  # None: the status says it.
    ollama.RequestError: Failure.BAD_REQUEST,
    ConnectionError: Failure.CONNECTION,
    httpx.TimeoutException: Failure.TIMEOUT,
    httpx.TransportError: Failure.CONNECTION,
    httpx.HTTPError: Failure.MALFORMED,
    httpx.InvalidURL: Failure.CONNECTION,
}
"""What each error of the SDK means; the nearest class counts."""

_STOPS: Mapping[str, Stop] = {"stop": Stop.END, "length": Stop.LENGTH}
_SMALLEST_WINDOW = 8192
_ROOM_FOR_THE_ANSWER = 2048


def endpoint(place: Place, limits: Limits) -> Endpoint:
    """Open the server at `place`; nothing is sent yet."""
    return OpenProvider(place, _Ollama(place, limits), limits)


class _Ollama:
    """The `Wire` over the `ollama` SDK."""

    errors = tuple(FAILURES)

    def __init__(self, place: Place, limits: Limits) -> None:
        self._sdk = ollama.AsyncClient(
            host=place.url,
            headers={"Authorization": f"Bearer {place.key}"} if place.key else None,
            timeout=httpx.Timeout(limits.request_seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=KEPT_CONNECTIONS),
            # What is meant to stay on this machine takes no proxy and follows nobody elsewhere.
            trust_env=not place.local,
            follow_redirects=not place.local,
        )

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        return _of_reply(await self._chat(model, prompt))

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        parts = await self._chat_stream(model, prompt)
        try:
            async for part in parts:
                yield _of_reply(part)
        finally:
            await _close(parts)

    async def _chat(self, model: str, prompt: Prompt) -> ollama.ChatResponse:
        return await self._sdk.chat(  # pyright: ignore[reportUnknownMemberType] - bare Callable
            model=model, messages=_messages(prompt), options=_options(prompt)
        )

    async def _chat_stream(self, model: str, prompt: Prompt) -> AsyncIterator[ollama.ChatResponse]:
        return await self._sdk.chat(  # pyright: ignore[reportUnknownMemberType] - bare Callable
            model=model, messages=_messages(prompt), options=_options(prompt), stream=True
        )

    async def list_models(self) -> tuple[str, ...]:
        listed = await self._sdk.list()
        return tuple(one.model for one in listed.models if one.model)

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        raise lacks("embeddings")

    async def fill(self, model: str, gap: Gap) -> Piece:
        raise lacks("fill-in-the-middle")

    def complaint(self, error: Exception) -> Complaint:
        failure = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
        if not isinstance(error, ollama.ResponseError):
            return Complaint(failure=failure or Failure.UNKNOWN)
        # Ollama sends a text; servers that imitate it send an object.
        status, text = error.status_code, message_in(error.error)
        # An error inside a stream has the status -1.
        known = by_status(status) if status > 0 else Failure.OVERLOAD
        return Complaint(
            failure=refined(known, (), text), status=status if status > 0 else None, text=text
        )

    async def close(self) -> None:
        await self._sdk.close()


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    return [{"role": one.role.value, "content": one.text} for one in prompt.messages]


def _options(prompt: Prompt) -> dict[str, int]:
    """Ollama cuts a prompt that is longer than its window silently, so we ask for a window that
    holds it: one of few sizes, because another size loads the model anew."""
    room = min(prompt.output_tokens, _ROOM_FOR_THE_ANSWER)
    needed = estimate_usage(prompt, "").input * 5 // 4 + room
    window = _SMALLEST_WINDOW
    while window < needed:
        window *= 2
    return {"num_ctx": window, "num_predict": prompt.output_tokens}


def _of_reply(reply: ollama.ChatResponse) -> Piece:
    return Piece(
        text=reply.message.content or "",
        stop=_stop(reply),
        usage=_usage(reply),
        model=reply.model or "",
    )


def _usage(reply: ollama.ChatResponse) -> Usage | None:
    """The counts stand in the last part only."""
    if not reply.done:
        return None
    return Usage(as_count(reply.prompt_eval_count), as_count(reply.eval_count))


def _stop(reply: ollama.ChatResponse) -> Stop | None:
    if not reply.done:
        return None
    if reply.message.tool_calls:
        return Stop.TOOL
    reason = reply.done_reason or "stop"
    if reason not in _STOPS:
        raise NoAnswer(Failure.MALFORMED, f"the model gave no answer: {reason[:40]!r}")
    return _STOPS[reason]


async def _close(parts: AsyncIterator[ollama.ChatResponse]) -> None:
    """The SDK calls its generator an iterator; only closing it closes the connection."""
    await cast("AsyncGenerator[ollama.ChatResponse, None]", parts).aclose()
