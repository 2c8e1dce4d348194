"""Messages through the `anthropic` SDK."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import cast

import anthropic
import httpx2

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Endpoint, Gap, Prompt
from bandmaster.providers.anthropic_messages import (
    Events,
    Json,
    of_reply,
    request,
    tail,
    without_tail,
)
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import (
    Complaint,
    by_status,
    message_in,
    refined,
    retry_after,
    sizes_in,
)
from bandmaster.providers.place import Place
from bandmaster.providers.sse import read_events
from bandmaster.providers.wire import (
    CONNECT_SECONDS,
    KEPT_CONNECTIONS,
    Piece,
    as_text,
    lacks,
    page,
    silent_stream,
)
from bandmaster.settings import Limits

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

_PATH = "/v1/messages"
"""Asked by the SDK's general `post`, and read by ourselves: `messages.create` takes longer to shape
parameters that have their shape already and to wrap answers that it does not check."""

_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "output_config": ("output_config", "output_format", "schema", "structured output"),
    "temperature": ("temperature",),
}
"""Parts of a request that some models refuse -> the words of such a refusal."""
_LONGEST = re.compile(r"max_tokens: \d+ > (\d+)")


def endpoint(place: Place, limits: Limits) -> Endpoint:
    """Open the server at `place`; nothing is sent yet."""
    return OpenProvider(place, _Anthropic(place, limits), limits)


class _Anthropic:
    """The `Wire` over the `anthropic` SDK."""

    def __init__(self, place: Place, limits: Limits) -> None:
        self.errors = (*FAILURES, _SaidError)
        self._refused: set[tuple[str, str]] = set()
        """Models with the parts of a request that they refuse."""
        self._longest: dict[str, int] = {}
        """Models with the longest answer that they can be asked for."""
        self._sdk = anthropic.AsyncAnthropic(
            # The SDK wants a key, or it looks for one in the environment and on the disk.
            api_key=place.key or "none",
            base_url=place.url,
            max_retries=0,
            http_client=_transport(place, limits),
            open_telemetry=False,
        )

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        response = await self._send(self._request(model, prompt))
        piece = of_reply(_unless_error(_body(response)))
        return replace(piece, text=without_tail(piece.text, tail(prompt))[0])

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        response = await self._send(self._request(model, prompt) | {"stream": True})
        kind = response.headers.get("content-type", "")
        events, again, empty = Events(), tail(prompt), True
        try:
            if "html" in kind:
                raise page()
            async with aclosing(read_events(response.aiter_bytes())) as said:
                async for event in said:
                    empty = False
                    piece = events.piece(_unless_error(cast("Json", event.body)))
                    if again and piece.text:
                        text, again = without_tail(piece.text, again)
                        piece = replace(piece, text=text)
                    yield piece
        finally:
            await response.aclose()
        if empty:
            raise silent_stream(kind)

    async def list_models(self) -> tuple[str, ...]:
        page = await self._sdk.models.list(limit=1000)
        return tuple(one.id for one in page.data)

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:  # noqa: ARG002 - none
        raise lacks("embeddings")

    async def fill(self, model: str, gap: Gap) -> Piece:  # noqa: ARG002 - none
        raise lacks("fill-in-the-middle")

    def complaint(self, error: Exception) -> Complaint:
        if isinstance(error, _SaidError):
            return error.complaint
        failure = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
        if not isinstance(error, anthropic.APIStatusError):
            return Complaint(failure=failure or Failure.UNKNOWN)
        text, status = error.api_message or "", error.status_code
        window, needed = sizes_in(text, error.body)
        return Complaint(
            failure=refined(failure or by_status(status), (error.error_code, error.type), text),
            status=status,
            text=text,
            retry_after=retry_after(error.response.headers),
            window=window,
            needed=needed,
        )

    async def close(self) -> None:
        await self._sdk.close()

    def _request(self, model: str, prompt: Prompt) -> Json:
        """The body, but for what this model is known to refuse."""
        body = request(model, prompt)
        if prompt.schema is not None:
            # A schema that this protocol cannot say stands in the prompt's own words only.
            with suppress(ValueError):
                schema = anthropic.transform_schema(dict(prompt.schema.schema))
                body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return self._fitted(body)

    def _fitted(self, body: Json) -> Json:
        """`body` without what its model is known to refuse."""
        model: str = body["model"]
        most = min(body["max_tokens"], self._longest.get(model, body["max_tokens"]))
        kept = {part: said for part, said in body.items() if (model, part) not in self._refused}
        return kept | {"max_tokens": most}

    async def _send(self, body: Json) -> httpx2.Response:
        """Send `body`, once more without what the model refuses of it."""
        try:
            return await self._post(body)
        except (anthropic.BadRequestError, anthropic.UnprocessableEntityError) as error:
            self._learn(body, error)
            fitted = self._fitted(body)
            if fitted == body:
                raise
        return await self._post(fitted)

    def _learn(self, body: Json, error: anthropic.APIStatusError) -> None:
        """What the server complains about, if we can do without it."""
        text = (error.api_message or "").lower()
        if longest := _LONGEST.search(text):
            self._longest[body["model"]] = int(longest[1])
            return
        for part, words in _OPTIONAL.items():
            if part in body and any(word in text for word in words):
                self._refused.add((body["model"], part))
                return

    async def _post(self, body: Json) -> httpx2.Response:
        """The response with a good status; its body is read where it does not stream."""
        stream = bool(body.get("stream"))
        return await self._sdk.post(_PATH, cast_to=httpx2.Response, body=body, stream=stream)


class _SaidError(Exception):
    """An error within an answer, whose own status is 200."""

    def __init__(self, body: Json) -> None:
        super().__init__()
        said: Json = body.get("error") or {}
        text = message_in(said)
        details: Json = said.get("details") or {}
        marks = (as_text(details.get("error_code")), as_text(said.get("type")))
        self.complaint = Complaint(failure=refined(Failure.OVERLOAD, marks, text), text=text)


def _transport(place: Place, limits: Limits) -> httpx2.AsyncClient:
    timeout = httpx2.Timeout(limits.request_seconds, connect=CONNECT_SECONDS)
    pool = httpx2.Limits(max_keepalive_connections=KEPT_CONNECTIONS)
    if place.local:
        # What is meant to stay on this machine takes no proxy and follows nobody elsewhere.
        return httpx2.AsyncClient(timeout=timeout, limits=pool, trust_env=False)
    return anthropic.DefaultAsyncHttpxClient(timeout=timeout, limits=pool)


def _body(response: httpx2.Response) -> Json:
    """The JSON of a whole answer, whatever the server calls it."""
    try:
        return cast("Json", response.json())
    except ValueError:
        if response.content and "json" not in response.headers.get("content-type", ""):
            raise page() from None
        raise


def _unless_error(body: Json) -> Json:
    """A body, or that of an event, which is no error; a server may say that with a good status."""
    if "error" in body:
        raise _SaidError(body)
    return body
