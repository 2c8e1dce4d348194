"""Chat, gaps and vectors through the `ollama` SDK, which adds nothing to what a server says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

import httpx
import ollama

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Endpoint, Gap, Prompt, Told
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import (
    Complaint,
    by_status,
    message_in,
    refined,
    retry_after,
    sizes_in,
)
from bandmaster.providers.ollama_chat import (
    Json,
    Parts,
    chat,
    generate,
    of_embedded,
    of_generated,
    of_shown,
)
from bandmaster.providers.place import Place
from bandmaster.providers.wire import CONNECT_SECONDS, KEPT_CONNECTIONS, NoAnswer, Piece
from bandmaster.settings import Limits

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

_NO_GAPS = "does not support insert"


def endpoint(place: Place, limits: Limits) -> Endpoint:
    """Open the server at `place`; nothing is sent yet."""
    return _Provider(place, _Ollama(place, limits), limits)


class _Provider(OpenProvider):
    """An endpoint that `Describes` its models."""

    def __init__(self, place: Place, wire: _Ollama, limits: Limits) -> None:
        super().__init__(place, wire, limits)
        self._told = wire.facts

    async def facts(self, model: str) -> Told:
        return await self._short(model, self._told(model))


class _Ollama:
    """The `Wire` over the `ollama` SDK."""

    errors = tuple(FAILURES)

    def __init__(self, place: Place, limits: Limits) -> None:
        self._sdk = _Client(
            host=place.url,
            headers={"Authorization": f"Bearer {place.key}"} if place.key else None,
            timeout=httpx.Timeout(limits.request_seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=KEPT_CONNECTIONS),
            # What is meant to stay on this machine takes no proxy and follows nobody elsewhere.
            trust_env=not place.local,
            follow_redirects=not place.local,
            event_hooks={"response": [_raise_for_status]},
        )

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        body = chat(model, prompt) | {"stream": False}
        return Parts(prompt).piece(await self._sdk.post("/api/chat", body))

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        parts = Parts(prompt)
        async with aclosing(await self._sdk.lines("/api/chat", chat(model, prompt))) as lines:
            async for line in lines:
                yield parts.piece(line)

    async def list_models(self) -> tuple[str, ...]:
        listed = await self._sdk.list()
        return tuple(one.model for one in listed.models if one.model)

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        body = {"model": model, "input": list(texts)}
        return of_embedded(await self._sdk.post("/api/embed", body), texts)

    async def fill(self, model: str, gap: Gap) -> Piece:
        try:
            return of_generated(await self._sdk.post("/api/generate", generate(model, gap)))
        except ollama.ResponseError as error:
            if _NO_GAPS not in error.error:
                raise
        raise NoAnswer(Failure.NOT_FOUND, f"the model {model!r} fills no gaps")

    async def facts(self, model: str) -> Told:
        """What the server says of its model."""
        return of_shown(await self._sdk.post("/api/show", {"model": model}))

    def complaint(self, error: Exception) -> Complaint:
        failure = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
        if not isinstance(error, ollama.ResponseError):
            return Complaint(failure=failure or Failure.UNKNOWN)
        # Ollama sends a text; servers that imitate it send an object.
        status, text = error.status_code, message_in(error.error)
        window, needed = sizes_in(text)
        # An error inside a stream has the status -1.
        known = by_status(status) if status > 0 else Failure.OVERLOAD
        return Complaint(
            failure=refined(known, (), text),
            status=status if status > 0 else None,
            text=text,
            retry_after=error.wait if isinstance(error, _Refused) else None,
            window=window,
            needed=needed,
        )

    async def close(self) -> None:
        await self._sdk.close()


class _Client(ollama.AsyncClient):
    """The SDK's client, for requests and answers as they stand: its own classes leave out parts of
    a tool's schema, and take longer for each part of a stream."""

    async def post(self, path: str, body: Json) -> Json:
        asked = self._request(  # pyright: ignore[reportUnknownMemberType] - bare arguments
            dict[str, Any], "POST", path, json=body
        )
        answer = await asked
        if "error" in answer:
            raise ollama.ResponseError(message_in(answer))
        return answer

    async def lines(self, path: str, body: Json) -> AsyncGenerator[Json, None]:
        parts = await self._request(  # pyright: ignore[reportUnknownMemberType] - bare arguments
            dict[str, Any], "POST", path, json=body | {"stream": True}, stream=True
        )
        # The SDK calls its generator an iterator; only closing it closes the connection.
        return cast("AsyncGenerator[Json, None]", parts)


class _Refused(ollama.ResponseError):
    """An answer with an error status; the SDK's own error forgets the headers."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__("", response.status_code)
        self.error = _message(response)
        self.wait = retry_after(response.headers)


async def _raise_for_status(response: httpx.Response) -> None:
    if response.is_error:
        await response.aread()
        raise _Refused(response)


def _message(response: httpx.Response) -> str:
    try:
        return message_in(response.json())
    except ValueError:
        return response.text
