"""A model that does tasks: writes the prompt, asks, reads the answer, repairs it once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from bandmaster.agents.personas import PERSONAS, Persona, Shape
from bandmaster.agents.request import write_prompt
from bandmaster.agents.shapes import WrongShape, read_result
from bandmaster.context import pack
from bandmaster.engine import Desk, Performance
from bandmaster.errors import Failure, ModelRefused, ModelUnavailable
from bandmaster.events import Delta, Progress
from bandmaster.models import (
    Done,
    Message,
    Metered,
    ModelClient,
    Prompt,
    Reply,
    Retrying,
    Role,
    Stop,
    TextDelta,
)
from bandmaster.tasks import Cost, Result, Task, Usage

_CHUNKS_PER_REPORT = 50


class ModelAgent:
    """A `Performer` that asks one model; its connection is opened when it is first asked."""

    def __init__(
        self,
        name: str,
        *,
        local: bool,
        connect: Callable[[], Awaitable[ModelClient]],
        price: Callable[[Usage], Cost],
        continues: bool = False,
    ) -> None:
        self.name = name
        self.local = local
        self.continues = continues
        self._connect = connect
        self._price = price

    def price(self, usage: Usage) -> Cost:
        return self._price(usage)

    def cannot(self, task: Task) -> str:  # noqa: ARG002 - a model can try every kind
        return ""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        """Ask the model; an answer of the wrong shape is asked for once more with the error."""
        persona = PERSONAS[task.kind]
        limits = desk.settings.limits
        packed = await asyncio.to_thread(
            pack,
            task,
            desk.snapshot,
            desk.terms.context_tokens or task.constraints.context_tokens or limits.context_tokens,
            numbered=persona.numbered,
            private=self.local,
        )
        wanted = task.constraints.output_tokens or limits.output_tokens
        prompt = _going_on(write_prompt(task, persona, packed, desk.snapshot, wanted), desk.begun)
        client = Retrying(Metered(await self._connect(), desk.meter))
        reply = await self._ask(client, prompt, desk, persona, stream=task.preferences.stream)
        reply = replace(reply, text=desk.begun + reply.text)
        try:
            result = self._read(reply, persona, task, desk)
        except WrongShape as error:
            result = await self._repair(client, prompt, reply, error, task, desk, persona)
        notes = packed.notes
        if reply.stop is Stop.LENGTH:
            notes = (*notes, f"the answer was cut at {wanted} tokens (limits.output_tokens)")
        return Performance(result, packed.sources, notes)

    async def _repair(
        self,
        client: ModelClient,
        prompt: Prompt,
        reply: Reply,
        error: WrongShape,
        task: Task,
        desk: Desk,
        persona: Persona,
    ) -> Result:
        desk.report(Progress(0, 0, f"asking {self.name} to repair its answer"))
        again = (
            *prompt.messages,
            Message(Role.ASSISTANT, reply.text),
            Message(Role.USER, f"That cannot be used: {error}. Answer again, whole and corrected."),
        )
        second = await self._ask(
            client, replace(prompt, messages=again), desk, persona, stream=task.preferences.stream
        )
        try:
            return self._read(second, persona, task, desk)
        except WrongShape as still:
            raise ModelUnavailable(Failure.MALFORMED, f"unusable answer: {still}") from still

    def _read(self, reply: Reply, persona: Persona, task: Task, desk: Desk) -> Result:
        if reply.stop is Stop.LENGTH and persona.shape is not Shape.TEXT:
            raise ModelUnavailable(
                Failure.TRUNCATED, "the answer was cut at its token limit (limits.output_tokens)"
            )
        return read_result(persona.shape, reply.text, task, desk.snapshot, self.name)

    async def _ask(
        self, client: ModelClient, prompt: Prompt, desk: Desk, persona: Persona, *, stream: bool
    ) -> Reply:
        """One turn."""
        if stream:
            reply = await self._stream(client, prompt, desk, persona)
        else:
            reply = await client.ask(prompt)
        if reply.stop in (Stop.REFUSAL, Stop.FILTER):
            raise ModelRefused(Failure.CONTENT_POLICY, "the model declined to answer this")
        return reply

    async def _stream(
        self, client: ModelClient, prompt: Prompt, desk: Desk, persona: Persona
    ) -> Reply:
        """Read a stream to its end."""
        heard: list[str] = []
        done: Done | None = None
        async with aclosing(client.stream(prompt)) as chunks:
            async for chunk in chunks:
                match chunk:
                    case TextDelta(text):
                        heard.append(text)
                        if persona.shape is Shape.TEXT:
                            desk.report(Delta(text))
                        elif len(heard) % _CHUNKS_PER_REPORT == 1:
                            desk.report(Progress(0, 0, f"{self.name} is writing"))
                    case Done():
                        done = chunk
                    case _:
                        pass
        if done is None:
            raise ModelUnavailable(Failure.TRUNCATED, "the stream ended without an end")
        return Reply("".join(heard), done.stop, done.usage, done.model)


def _going_on(prompt: Prompt, begun: str) -> Prompt:
    """The prompt for an answer of which another model has given the beginning."""
    if not begun:
        return prompt
    return replace(prompt, messages=(*prompt.messages, Message(Role.ASSISTANT, begun)))
