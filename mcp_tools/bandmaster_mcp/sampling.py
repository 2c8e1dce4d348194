"""The client's own model, asked through sampling in either era of the protocol.

Up to 2025-11-25 the model is asked by a request to the client in the middle of the call. From
2026-07-28 the call ends with the question while its work waits here, and goes on when the client
makes the same call again with the model's answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    InputResponse,
    SamplingMessage,
    TextContent,
)
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from bandmaster import Failure, HostSaid, ModelUnavailable, Prompt, Role, Stop

_REJECTED = -1
"""The code with which clients say that their person did not agree."""
_STOPS: Mapping[str, Stop] = {"maxTokens": Stop.LENGTH}


class Sampler:
    """Asks the client's model for one call of a tool."""

    def __init__(self, context: ServerRequestContext[Any, Any]) -> None:
        self._context = context
        self._open: dict[str, tuple[CreateMessageRequest, asyncio.Future[CreateMessageResult]]] = {}
        self._count = 0
        self.waits = asyncio.Event()
        """Set when a question waits to be returned to the client."""

    async def ask(self, prompt: Prompt) -> CreateMessageResult:
        """The model's answer. Raises `ModelUnavailable`."""
        request = CreateMessageRequest(params=_params(prompt))
        if self._context.session.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return await self._ask_by_return(request)
        try:
            return await self._context.session.send_request(
                request,
                CreateMessageResult,
                metadata=ServerMessageMetadata(related_request_id=self._context.request_id),
            )
        except MCPError as error:
            raise _unavailable(error) from None
        except ValidationError:
            words = "the client's answer is not as the protocol says"
            raise ModelUnavailable(Failure.MALFORMED, words) from None

    def questions(self) -> dict[str, CreateMessageRequest]:
        """What waits to be returned to the client, by name."""
        self.waits.clear()
        return {name: request for name, (request, _) in self._open.items()}

    def answer(
        self,
        context: ServerRequestContext[Any, Any],
        responses: Mapping[str, InputResponse],
    ) -> None:
        """The client calls again, with `context`, and answers what waits."""
        self._context = context
        for name, (_, answer) in self._open.items():
            response = responses.get(name)
            if answer.done():
                continue
            if isinstance(response, CreateMessageResult):
                answer.set_result(response)
            else:
                words = "the client called again without its model's answer"
                answer.set_exception(ModelUnavailable(Failure.MALFORMED, words))

    async def _ask_by_return(self, request: CreateMessageRequest) -> CreateMessageResult:
        self._count += 1
        name = f"model-{self._count}"
        answer = asyncio.get_running_loop().create_future()
        self._open[name] = (request, answer)
        self.waits.set()
        try:
            return await answer
        finally:
            del self._open[name]


_sampler: ContextVar[Sampler | None] = ContextVar("sampler", default=None)


@contextmanager
def asking_through(sampler: Sampler | None) -> Generator[None]:
    """What is started within asks the client's model through `sampler`."""
    before = _sampler.set(sampler)
    try:
        yield
    finally:
        _sampler.reset(before)


async def say(prompt: Prompt) -> AsyncGenerator[HostSaid, None]:
    """The answer of the client's model, whole: the protocol has no streaming."""
    sampler = _sampler.get()
    if sampler is None:
        raise ModelUnavailable(Failure.NOT_FOUND, "the client lends no model for this call")
    result = await sampler.ask(prompt)
    if not isinstance(result.content, TextContent):
        raise ModelUnavailable(Failure.MALFORMED, f"the client sent {result.content.type}, no text")
    stop = _STOPS.get(result.stop_reason or "", Stop.END)
    yield HostSaid(result.content.text, stop, result.model)


def can_sample(context: ServerRequestContext[Any, Any]) -> bool:
    """Whether the client lets its model be asked."""
    capabilities = context.session.client_capabilities
    return capabilities is not None and capabilities.sampling is not None


def model_name(client: str) -> str:
    """What the client's model is called: after the client, as models are named."""
    return "host/" + (re.sub(r"[^a-z0-9.]+", "-", client.lower()).strip("-.")[:40] or "client")


def _params(prompt: Prompt) -> CreateMessageRequestParams:
    system = [one.text for one in prompt.messages if one.role is Role.SYSTEM]
    return CreateMessageRequestParams(
        messages=[
            SamplingMessage(
                role="assistant" if one.role is Role.ASSISTANT else "user",
                content=TextContent(type="text", text=one.text),
            )
            for one in prompt.messages
            if one.role is not Role.SYSTEM
        ],
        system_prompt="\n\n".join(system) or None,
        max_tokens=prompt.output_tokens,
        temperature=prompt.temperature,
    )


def _unavailable(error: MCPError) -> ModelUnavailable:
    if error.error.code == _REJECTED:
        words = "the person did not let the client's model answer"
        return ModelUnavailable(Failure.CANCELLED, words)
    return ModelUnavailable(Failure.UNKNOWN, f"the client's model gave no answer: {error}")
