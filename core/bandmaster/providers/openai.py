"""Chat Completions through the `openai` SDK: OpenAI itself and every compatible server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import httpx2
import openai

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Endpoint, Gap, Prompt, Stop
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import Complaint, by_status, message_in, refined, retry_after
from bandmaster.providers.place import Place
from bandmaster.providers.wire import (
    CONNECT_SECONDS,
    KEPT_CONNECTIONS,
    NoAnswer,
    Piece,
    as_count,
    as_text,
    lacks,
    page,
    silent_stream,
)
from bandmaster.settings import Limits
from bandmaster.tasks import Usage

FAILURES: Mapping[type[Exception], Failure | None] = {
    openai.APITimeoutError: Failure.TIMEOUT,
    openai.APIConnectionError: Failure.CONNECTION,
    openai.APIResponseValidationError: Failure.MALFORMED,
    openai.AuthenticationError: Failure.AUTHENTICATION,
    openai.BadRequestError: Failure.BAD_REQUEST,
    openai.ConflictError: Failure.OVERLOAD,
    openai.InternalServerError: Failure.OVERLOAD,
    openai.NotFoundError: Failure.NOT_FOUND,
    openai.OAuthError: Failure.AUTHENTICATION,
    openai.PermissionDeniedError: Failure.AUTHENTICATION,
    openai.RateLimitError: Failure.RATE_LIMIT,
    openai.UnprocessableEntityError: Failure.BAD_REQUEST,
    openai.APIStatusError: None,  # None: the status says it.
    openai.APIError: Failure.OVERLOAD,  # In the middle of a stream; it has no status.
    openai.OpenAIError: Failure.UNKNOWN,
    httpx2.TimeoutException: Failure.TIMEOUT,
    httpx2.TransportError: Failure.CONNECTION,
    httpx2.HTTPError: Failure.MALFORMED,
    httpx2.InvalidURL: Failure.CONNECTION,
}
"""What each error of the SDK means; the nearest class counts."""

_STOPS: Mapping[str, Stop] = {
    "stop": Stop.END,
    "eos": Stop.END,
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "length": Stop.LENGTH,
    "max_tokens": Stop.LENGTH,
    "model_length": Stop.LENGTH,
    "tool_calls": Stop.TOOL,
    "function_call": Stop.TOOL,
    "content_filter": Stop.FILTER,
}

_PATH = "/chat/completions"
"""Asked by the SDK's general `post`: `chat.completions.create` takes half a millisecond more of CPU
to shape parameters that have their shape already and to wrap an answer that it does not check."""

_Json = dict[str, Any]
_Tokens = Literal["max_completion_tokens", "max_tokens"]


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Which parameters a server takes: compatible servers differ."""

    tokens: _Tokens
    counts: bool = True
    """Whether it takes `stream_options`."""

    def body(self, model: str, prompt: Prompt) -> dict[str, object]:
        """The request's body, as far as whole and streamed answers share it."""
        messages = [{"role": one.role.value, "content": one.text} for one in prompt.messages]
        return {"model": model, "messages": messages, self.tokens: prompt.output_tokens}

    def without(self, complaint: str) -> _Dialect:
        """The dialect that avoids what the server complains about."""
        if "stream_options" in complaint or "include_usage" in complaint:
            return replace(self, counts=False)
        if self.tokens in complaint:
            other: _Tokens = (
                "max_tokens" if self.tokens == "max_completion_tokens" else "max_completion_tokens"
            )
            return replace(self, tokens=other)
        return self


def endpoint(place: Place, limits: Limits) -> Endpoint:
    """Open the server at `place`; nothing is sent yet."""
    return OpenProvider(place, _OpenAI(place, limits), limits)


class _OpenAI:
    """The `Wire` over the `openai` SDK."""

    errors = tuple(FAILURES)

    def __init__(self, place: Place, limits: Limits) -> None:
        official = urlsplit(place.url).hostname == "api.openai.com"
        self._dialect = _Dialect("max_completion_tokens" if official else "max_tokens")
        self._sdk = openai.AsyncOpenAI(
            # The SDK wants a key, or it looks for one in the environment.
            api_key=place.key or "none",
            base_url=place.url,
            max_retries=0,
            http_client=_transport(place, limits),
        )
        if not official:
            # The SDK takes these from the environment; they are nobody else's business.
            self._sdk.organization = None
            self._sdk.project = None

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        try:
            return await self._ask(model, prompt, self._dialect)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as refused:
            self._learn(refused)
        return await self._ask(model, prompt, self._dialect)

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        try:
            chunks = await self._open_stream(model, prompt, self._dialect)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as refused:
            self._learn(refused)
            chunks = await self._open_stream(model, prompt, self._dialect)
        empty = True
        async with aclosing(chunks):
            async for chunk in chunks:
                empty = False
                yield _of_chunk(chunk)
        if empty:
            raise silent_stream(chunks.response.headers.get("content-type", ""))

    async def list_models(self) -> tuple[str, ...]:
        page = await self._sdk.models.list()
        return tuple(one.id for one in page.data)

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        raise lacks("embeddings")

    async def fill(self, model: str, gap: Gap) -> Piece:
        raise lacks("fill-in-the-middle")

    def complaint(self, error: Exception) -> Complaint:
        failure = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
        if not isinstance(error, openai.APIError):
            return Complaint(failure=failure or Failure.UNKNOWN)
        text = message_in(error.body)
        if not isinstance(error, openai.APIStatusError):
            failure = refined(failure or Failure.OVERLOAD, (error.code, error.type), text)
            return Complaint(failure=failure, text=text)
        status = error.status_code
        return Complaint(
            failure=refined(failure or by_status(status), (error.code, error.type), text),
            status=status,
            text=text,
            retry_after=retry_after(error.response.headers),
        )

    async def close(self) -> None:
        await self._sdk.close()

    def _learn(self, refused: openai.APIStatusError) -> None:
        """Speak as the server wants from now on; raises `refused` if that is not the matter."""
        dialect = self._dialect.without(f"{refused.param} {refused.body}")
        if dialect == self._dialect:
            raise refused
        self._dialect = dialect

    async def _ask(self, model: str, prompt: Prompt, dialect: _Dialect) -> Piece:
        body = dialect.body(model, prompt)
        return _of_reply(await self._sdk.post(_PATH, cast_to=object, body=body))

    async def _open_stream(
        self, model: str, prompt: Prompt, dialect: _Dialect
    ) -> openai.AsyncStream[object]:
        options: dict[str, object] = {"stream": True}
        if dialect.counts:
            options["stream_options"] = {"include_usage": True}
        return await self._sdk.post(
            _PATH,
            cast_to=object,
            body=dialect.body(model, prompt) | options,
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )


def _transport(place: Place, limits: Limits) -> httpx2.AsyncClient:
    timeout = httpx2.Timeout(limits.request_seconds, connect=CONNECT_SECONDS)
    pool = httpx2.Limits(max_keepalive_connections=KEPT_CONNECTIONS)
    if place.local:
        # What is meant to stay on this machine takes no proxy and follows nobody elsewhere.
        return httpx2.AsyncClient(timeout=timeout, limits=pool, trust_env=False)
    return openai.DefaultAsyncHttpxClient(timeout=timeout, limits=pool)


def _of_reply(reply: object) -> Piece:
    """The SDK hands on what is no JSON as a `str`; what has another shape fails to be read."""
    if isinstance(reply, str):
        raise page()
    body = cast("_Json", reply)
    choice = body["choices"][0]
    return _of_choice(choice, choice["message"], body)


def _of_chunk(chunk: object) -> Piece:
    """One event of a stream: text, the end, the count, or only a sign of life."""
    body = cast("_Json", chunk)
    if not body.get("choices"):
        return Piece(usage=_usage(body.get("usage")))
    choice = body["choices"][0]
    return _of_choice(choice, choice.get("delta") or {}, body)


def _of_choice(choice: _Json, message: _Json, body: _Json) -> Piece:
    stop = Stop.REFUSAL if message.get("refusal") else _stop(choice.get("finish_reason"))
    return Piece(
        text=as_text(message.get("content")),
        stop=stop,
        usage=_usage(body.get("usage")),
        model=as_text(body.get("model")),
    )


def _stop(reason: str | None) -> Stop | None:
    if reason is None or reason in _STOPS:
        return _STOPS[reason] if reason else None
    raise NoAnswer(Failure.TRUNCATED, f"the model stopped early: {reason[:40]!r}")


def _usage(usage: _Json | None) -> Usage | None:
    if not usage:
        return None
    details: _Json = usage.get("prompt_tokens_details") or {}
    return Usage(
        input=as_count(usage.get("prompt_tokens")),
        output=as_count(usage.get("completion_tokens")),
        cached=as_count(details.get("cached_tokens")),
    )
