"""Messages through the `anthropic` SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

import anthropic
import httpx2
from anthropic import types

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Endpoint, Gap, Message, Prompt, Role, Stop
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import Complaint, by_status, refined, retry_after
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
    anthropic.APITimeoutError: Failure.TIMEOUT,
    anthropic.APIConnectionError: Failure.CONNECTION,
    anthropic.APIResponseValidationError: Failure.MALFORMED,
    anthropic.AuthenticationError: Failure.AUTHENTICATION,
    anthropic.BadRequestError: Failure.BAD_REQUEST,
    anthropic.ClientClosedRequestError: Failure.CANCELLED,
    anthropic.ConflictError: Failure.OVERLOAD,
    anthropic.ContractSpendLimitReachedError: Failure.QUOTA,
    anthropic.EnforcedSpendLimitReachedError: Failure.QUOTA,
    anthropic.GatewayTimeoutError: Failure.TIMEOUT,
    anthropic.HTTPNotImplementedError: Failure.BAD_REQUEST,
    anthropic.InternalServerError: Failure.OVERLOAD,
    anthropic.LinkedOrganizationBillingUnavailableError: Failure.QUOTA,
    anthropic.LinkedOrganizationSpendLimitReachedError: Failure.QUOTA,
    anthropic.NotFoundError: Failure.NOT_FOUND,
    anthropic.OverloadedError: Failure.OVERLOAD,
    anthropic.PaymentRequiredError: Failure.QUOTA,
    anthropic.PermissionDeniedError: Failure.AUTHENTICATION,
    anthropic.PreconditionFailedError: Failure.BAD_REQUEST,
    anthropic.RampLimitExceededError: Failure.RATE_LIMIT,
    anthropic.RateLimitError: Failure.RATE_LIMIT,
    anthropic.RequestHeaderFieldsTooLargeError: Failure.BAD_REQUEST,
    anthropic.RequestTimeoutError: Failure.TIMEOUT,
    anthropic.RequestTooLargeError: Failure.CONTEXT_TOO_LONG,
    anthropic.ServiceUnavailableError: Failure.OVERLOAD,
    anthropic.UnprocessableEntityError: Failure.BAD_REQUEST,
    anthropic.APIStatusError: None,  # None: the status says it, or the body inside a stream.
    anthropic.APIError: Failure.UNKNOWN,
    anthropic.AnthropicError: Failure.UNKNOWN,
    httpx2.TimeoutException: Failure.TIMEOUT,
    httpx2.TransportError: Failure.CONNECTION,
    httpx2.HTTPError: Failure.MALFORMED,
    httpx2.InvalidURL: Failure.CONNECTION,
}
"""What each error of the SDK means; the nearest class counts."""

_STOPS: Mapping[str, Stop] = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.LENGTH,
    "tool_use": Stop.TOOL,
    "refusal": Stop.REFUSAL,
    "content_filter": Stop.FILTER,
}
_COUNTS = (
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "input_tokens",
    "output_tokens",
)


def endpoint(place: Place, limits: Limits) -> Endpoint:
    """Open the server at `place`; nothing is sent yet."""
    return OpenProvider(place, _Anthropic(place, limits), limits)


class _Anthropic:
    """The `Wire` over the `anthropic` SDK."""

    errors = tuple(FAILURES)

    def __init__(self, place: Place, limits: Limits) -> None:
        self._sdk = anthropic.AsyncAnthropic(
            # The SDK wants a key, or it looks for one in the environment and on the disk.
            api_key=place.key or "none",
            base_url=place.url,
            max_retries=0,
            http_client=_transport(place, limits),
            open_telemetry=False,
        )
        self._messages = self._sdk.messages

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        reply = await self._messages.create(
            model=model,
            max_tokens=prompt.output_tokens,
            system=_system(prompt) or anthropic.omit,
            messages=_messages(prompt),
        )
        return _of_reply(reply)

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        events = await self._messages.create(
            model=model,
            max_tokens=prompt.output_tokens,
            system=_system(prompt) or anthropic.omit,
            messages=_messages(prompt),
            stream=True,
        )
        count, empty = Usage(), True
        async with events:
            async for event in events:
                empty = False
                piece = _of_event(event, count)
                count = piece.usage or count
                yield piece
        if empty:
            raise silent_stream(events.response.headers.get("content-type", ""))

    async def list_models(self) -> tuple[str, ...]:
        page = await self._sdk.models.list(limit=1000)
        return tuple(one.id for one in page.data)

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        raise lacks("embeddings")

    async def fill(self, model: str, gap: Gap) -> Piece:
        raise lacks("fill-in-the-middle")

    def complaint(self, error: Exception) -> Complaint:
        failure = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
        if not isinstance(error, anthropic.APIStatusError):
            return Complaint(failure=failure or Failure.UNKNOWN)
        text, status = error.api_message or "", error.status_code
        failed = status >= 300
        # An error inside a stream comes with the status of the stream, which is 200.
        known = failure or (by_status(status) if failed else Failure.OVERLOAD)
        return Complaint(
            failure=refined(known, (error.error_code, error.type), text),
            status=status if failed else None,
            text=text,
            retry_after=retry_after(error.response.headers),
        )

    async def close(self) -> None:
        await self._sdk.close()


def _transport(place: Place, limits: Limits) -> httpx2.AsyncClient:
    timeout = httpx2.Timeout(limits.request_seconds, connect=CONNECT_SECONDS)
    pool = httpx2.Limits(max_keepalive_connections=KEPT_CONNECTIONS)
    if place.local:
        # What is meant to stay on this machine takes no proxy and follows nobody elsewhere.
        return httpx2.AsyncClient(timeout=timeout, limits=pool, trust_env=False)
    return anthropic.DefaultAsyncHttpxClient(timeout=timeout, limits=pool)


def _system(prompt: Prompt) -> str:
    return "\n\n".join(one.text for one in prompt.messages if one.role is Role.SYSTEM)


def _messages(prompt: Prompt) -> list[types.MessageParam]:
    return [_message(one) for one in prompt.messages if one.role is not Role.SYSTEM]


def _message(one: Message) -> types.MessageParam:
    if one.role is Role.ASSISTANT:
        return {"role": "assistant", "content": one.text}
    return {"role": "user", "content": one.text}


def _of_reply(reply: object) -> Piece:
    """The SDK hands on what it could not read: a page as a `str`, other JSON without content."""
    if isinstance(reply, str):
        raise page()
    if not isinstance(reply, types.Message):
        raise TypeError
    return Piece(
        text="".join(as_text(block.text) for block in reply.content if block.type == "text"),
        stop=_stop(reply.stop_reason),
        usage=_usage(reply),
        model=as_text(reply.model),
    )


def _of_event(event: types.RawMessageStreamEvent, count: Usage) -> Piece:
    """One event; the tokens of the prompt come with the first, those of the answer at the end."""
    match event.type:
        case "message_start":
            started = _of_reply(event.message)
            return Piece(usage=started.usage, model=started.model)
        case "content_block_delta" if event.delta.type == "text_delta":
            return Piece(as_text(event.delta.text))
        case "message_delta":
            total = Usage(count.input, _usage(event).output, count.cached)
            return Piece(stop=_stop(event.delta.stop_reason), usage=total)
        case _:
            return Piece()


def _usage(said: types.Message | types.RawMessageDeltaEvent) -> Usage:
    """What was counted; the SDK does not check that there is a count at all."""
    usage = getattr(said, "usage", None)
    cached, written, fresh, output = (as_count(getattr(usage, name, 0)) for name in _COUNTS)
    return Usage(fresh + written + cached, output, cached)


def _stop(reason: str | None) -> Stop | None:
    if reason is None or reason in _STOPS:
        return _STOPS[reason] if reason else None
    if reason == "model_context_window_exceeded":
        raise NoAnswer(Failure.CONTEXT_TOO_LONG, "the answer filled the model's context window")
    raise NoAnswer(Failure.TRUNCATED, f"the model stopped early: {reason[:40]!r}")
