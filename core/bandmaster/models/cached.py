"""A model whose answers are kept, and given again to who asks the very same; it is a model itself.

Only whole answers of text are kept: none that was cut, declined, or calls a tool.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from bandmaster.models.cache import Cache, Turn
from bandmaster.models.client import ModelClient
from bandmaster.models.messages import (
    ChatChunk,
    Done,
    Message,
    Prompt,
    Reply,
    Stop,
    TextDelta,
    ToolCall,
)
from bandmaster.models.sensitivity import looks_secret
from bandmaster.models.shelf import Kept
from bandmaster.tasks import Usage

_EDITION = 1
"""Counts up when the same key would mean something else."""


@dataclass(frozen=True, slots=True)
class Place:
    """A model and where it runs."""

    name: str
    """`provider/model`."""
    address: str
    local: bool = False


class Cached:
    """The model at `place`, opened and asked only for what `cache` does not hold.

    `anew` asks in any case, and keeps the answer. `private` says that what is asked holds secrets;
    what looks as if it did is found out. `spared` is told of each answer that nobody was asked for.
    """

    def __init__(
        self,
        place: Place,
        connect: Callable[[], Awaitable[ModelClient]],
        cache: Cache,
        *,
        spared: Callable[[Usage], Awaitable[None]],
        anew: bool = False,
        private: bool = False,
    ) -> None:
        self.name = place.name
        self.local = place.local
        self._connect = connect
        self._cache = cache
        self._where = f"{place.name} {place.address}"
        self._spared = spared
        self._anew = anew
        self._private = private

    async def ask(self, prompt: Prompt) -> Reply:
        found = await self._find(prompt)
        if isinstance(found, Kept):
            return Reply(found.text, Stop.END, found.usage, found.model, from_cache=True)
        async with found as turn:
            client = await self._connect()
            reply = await client.ask(prompt)
            if reply.stop is Stop.END and not reply.calls:
                turn.answer = self._keepable(prompt, reply.text, reply.usage, reply.model)
        return reply

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        found = await self._find(prompt)
        if isinstance(found, Kept):
            for line in found.text.splitlines(keepends=True):
                yield TextDelta(line)
            yield Done(Stop.END, found.usage, found.model, from_cache=True)
            return
        heard: list[str] = []
        done: Done | None = None
        async with found as turn:
            called = False
            client = await self._connect()
            async with aclosing(client.stream(prompt)) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Done):
                        done = chunk  # Told when the answer is kept: who heard it may go.
                        continue
                    if isinstance(chunk, TextDelta):
                        heard.append(chunk.text)
                    called = called or isinstance(chunk, ToolCall)
                    yield chunk
            if done is not None and done.stop is Stop.END and not called:
                turn.answer = self._keepable(prompt, "".join(heard), done.usage, done.model)
        if done is not None:
            yield done

    async def forget(self, prompts: Iterable[Prompt]) -> None:
        """The answers to `prompts` turned out to be of no use."""
        for prompt in prompts:
            await self._cache.forget(prompt_key(self._where, prompt))

    async def _find(self, prompt: Prompt) -> Kept | Turn:
        key = prompt_key(self._where, prompt)
        if self._anew:
            return self._cache.anew(key)
        found = await self._cache.find(key)
        if isinstance(found, Kept):
            await self._spared(found.usage)
        return found

    def _keepable(self, prompt: Prompt, text: str, usage: Usage, model: str) -> Kept | None:
        """The answer, unless it is one that is not kept."""
        if not self._cache.settings.sensitive and (self._private or looks_secret(prompt, text)):
            return None
        return Kept(text, usage, model) if text else None


def prompt_key(where: str, prompt: Prompt) -> str:
    """A digest of all that an answer depends on; `where` says which model at which address."""
    schema = prompt.schema
    said = (
        _EDITION,
        where,
        prompt.output_tokens,
        prompt.temperature,
        prompt.tool_choice,
        [(one.name, one.description, one.parameters) for one in prompt.tools],
        (schema.name, schema.schema) if schema else None,
        [_said(one) for one in prompt.messages],
    )
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=dict)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _said(message: Message) -> tuple[object, ...]:
    calls = [(one.id, one.name, one.arguments) for one in message.calls]
    results = [(one.call, one.text, one.failed) for one in message.results]
    return message.role, message.text, calls, results
