"""The `openai` SDK: OpenAI itself and every compatible server."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import cast
from urllib.parse import urljoin

import httpx2
import openai

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Endpoint, Gap, Prompt
from bandmaster.providers import openai_chat, openai_responses
from bandmaster.providers.asking import OpenProvider
from bandmaster.providers.failures import Complaint, message_in
from bandmaster.providers.openai_dialect import (
    Dialect,
    Json,
    SaidError,
    api_of,
    dialect_of,
    is_official,
)
from bandmaster.providers.openai_errors import ERRORS, complaint_of
from bandmaster.providers.openai_filling import Filling, embed, fill, filling_of
from bandmaster.providers.openai_transport import transport
from bandmaster.providers.place import Place, with_scheme
from bandmaster.providers.sse import read_events
from bandmaster.providers.wire import Piece, lacks, page, silent_stream
from bandmaster.settings import Api, Limits

_LESSONS = 6
"""How often a server may refuse a request of ours in one call before we believe it."""

_TEACHING = frozenset({400, 422, 500, 501})
"""What servers answer to a parameter that they do not know."""

_Reader = openai_chat.ChatReader | openai_responses.ResponsesReader


def endpoint(place: Place, limits: Limits) -> Endpoint:
    """Open the server at `place`; nothing is sent yet."""
    return OpenProvider(place, _OpenAI(place, limits), limits)


class _OpenAI:
    """The `Wire` over the `openai` SDK: its headers, its errors and its list of models.

    Answers are asked for through the client under the SDK: what the SDK makes of each request and
    each chunk costs more than all that we do.
    """

    errors = ERRORS

    def __init__(self, place: Place, limits: Limits) -> None:
        self._address = with_scheme(place.url).rstrip("/")
        self._official = is_official(place.url)
        self._api = api_of(place.url, place.api)
        self._first_dialect = dialect_of(place.url, self._api)
        self._dialects: dict[str, Dialect] = {}
        """What the models were found to take that refused something."""
        self._filling = filling_of(place.url)
        self._http = transport(place, limits)
        self._sdk = openai.AsyncOpenAI(
            # The SDK wants a key, or it looks for one in the environment.
            api_key=place.key or "none",
            base_url=self._address,
            max_retries=0,
            http_client=self._http,
        )
        if not self._official:
            # The SDK takes these from the environment; they are nobody else's business.
            self._sdk.organization = None
            self._sdk.project = None
        said = self._sdk.default_headers | self._sdk.auth_headers
        self._headers = httpx2.Headers(
            {name: value for name, value in said.items() if isinstance(value, str)}
        )

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        response = await self._send(model, prompt, stream=False)
        return self._reader().whole(_json(response, response.content))

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        response = await self._send(model, prompt, stream=True)
        try:
            kind = response.headers.get("content-type", "")
            if "json" in kind:
                # A server that does not stream, or an error with a good status.
                yield self._reader().whole(_json(response, await response.aread()))
                return
            if kind and "event-stream" not in kind and "text/plain" not in kind:
                raise silent_stream(kind)
            read, empty = self._reader().event, True
            async with aclosing(read_events(response.aiter_bytes())) as events:
                async for event in events:
                    empty = False
                    yield read(_object(event.body))
            if empty:
                raise silent_stream("")
        finally:
            await response.aclose()

    async def list_models(self) -> tuple[str, ...]:
        page = await self._sdk.models.list()
        return tuple(one.id for one in page.data)

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        try:
            return await embed(self._post, model, list(texts))
        except openai.APIStatusError as refused:
            raise _missing(refused, model, "embeddings") from None

    async def fill(self, model: str, gap: Gap) -> Piece:
        try:
            return await fill(self._post, self._filling, model, gap)
        except openai.APIStatusError as refused:
            if self._filling is not Filling.SUFFIX or not _knows_no_suffix(refused):
                raise _missing(refused, model, "fill-in-the-middle") from None
            if self._official:
                raise lacks("fill-in-the-middle") from None
        piece = await self._infill(model, gap)
        self._filling = Filling.INFILL
        return piece

    def complaint(self, error: Exception) -> Complaint:
        return complaint_of(error)

    async def close(self) -> None:
        await self._sdk.close()

    def _reader(self) -> _Reader:
        if self._api is Api.RESPONSES:
            return openai_responses.ResponsesReader()
        return openai_chat.ChatReader()

    async def _send(self, model: str, prompt: Prompt, *, stream: bool) -> httpx2.Response:
        """Ask, and once more in other words each time the server refuses how we said it."""
        tried: list[Dialect] = []
        while True:
            dialect = self._dialects.get(model, self._first_dialect)
            tried.append(dialect)
            path, body = self._request(dialect, model, prompt, stream=stream)
            try:
                return await self._raw(path, body, stream=stream)
            except openai.APIStatusError as refused:
                learned = _learned(dialect, refused, body)
                if learned in tried or len(tried) > _LESSONS:
                    raise
                self._dialects[model] = learned

    def _request(
        self, dialect: Dialect, model: str, prompt: Prompt, *, stream: bool
    ) -> tuple[str, Json]:
        if self._api is Api.RESPONSES:
            body = openai_responses.body(dialect, model, prompt, stream=stream)
            return openai_responses.PATH, body
        return openai_chat.PATH, openai_chat.body(dialect, model, prompt, stream=stream)

    async def _raw(self, path: str, body: Json, *, stream: bool) -> httpx2.Response:
        address = self._address + path
        if path == Filling.INFILL:
            address = urljoin(self._address, path)
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        request = self._http.build_request(
            "POST", address, headers=self._headers, content=content.encode(errors="replace")
        )
        response = await self._http.send(request, stream=stream)
        if response.is_success:
            return response
        await response.aread()
        raise _status_error(response)

    async def _post(self, path: str, body: Json) -> Json:
        response = await self._raw(path, body, stream=False)
        return _json(response, response.content)

    async def _infill(self, model: str, gap: Gap) -> Piece:
        try:
            return await fill(self._post, Filling.INFILL, model, gap)
        except openai.APIStatusError as refused:
            raise _missing(refused, model, "fill-in-the-middle") from None


def _learned(dialect: Dialect, refused: openai.APIStatusError, sent: Json) -> Dialect:
    """The dialect that avoids what was refused; the same where that is not the matter."""
    failure = complaint_of(refused).failure
    if failure is Failure.CONTEXT_TOO_LONG:
        return dialect.with_room(message_in(refused.body))
    taught = failure in (Failure.BAD_REQUEST, Failure.OVERLOAD)
    if not taught or refused.status_code not in _TEACHING:
        return dialect
    return dialect.without((refused.param or "", str(refused.body)), sent)


def _knows_no_suffix(refused: openai.APIStatusError) -> bool:
    """Whether a server refused the older interface itself, not this request."""
    return refused.status_code == 404 or "suffix" in message_in(refused.body)


def _missing(refused: openai.APIStatusError, model: str, what: str) -> Exception:
    """`refused`, or that the server has no such thing at all where it does not blame the model."""
    if refused.status_code not in (404, 501):
        return refused
    blamed = refused.code == "model_not_found" or model in message_in(refused.body)
    return refused if blamed else lacks(what)


def _status_error(response: httpx2.Response) -> openai.APIStatusError:
    """The SDK's error for a status that is not a good one."""
    body: object = response.text
    with suppress(ValueError, RecursionError):
        body = json.loads(response.content)
    if isinstance(body, dict):
        said = cast("Json", body)
        body = said.get("error") or said
    return openai.APIStatusError(f"status {response.status_code}", response=response, body=body)


def _json(response: httpx2.Response, content: bytes) -> Json:
    """The body of a good status. Raises what it holds instead of an answer."""
    try:
        body = json.loads(content)
    except ValueError:
        if content.strip() and "json" not in response.headers.get("content-type", ""):
            raise page() from None
        raise
    return _object(body)


def _object(body: object) -> Json:
    if not isinstance(body, dict):
        raise TypeError
    said = cast("Json", body)
    # What the Responses API calls an error of its own, its reader knows.
    if said.get("error") and said.get("type") != "error":
        raise SaidError(said["error"])
    return said
