"""A model that does tasks: writes the prompt, asks, reads the answer, repairs it once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from bandmaster.agents.library import Personas
from bandmaster.agents.personas import Persona
from bandmaster.agents.request import estimate_frame, write_prompt
from bandmaster.agents.roles import Shape
from bandmaster.agents.room import measure
from bandmaster.agents.shapes import read_result, schema_of
from bandmaster.context import Packed, pack
from bandmaster.engine import Desk, Performance
from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.events import Asking, Delta, Progress, Restarted
from bandmaster.models import (
    Calibration,
    Done,
    Facts,
    Message,
    Metered,
    ModelClient,
    Prompt,
    Reply,
    Retrying,
    Role,
    Stop,
    TextDelta,
    ask_and_repair,
    refuse_declined,
)
from bandmaster.tasks import Attempt, Cost, Result, Task, Usage

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
        personas: Personas,
        facts: Callable[[], Awaitable[Facts]],
        calibration: Calibration,
        continues: bool = False,
    ) -> None:
        self.name = name
        self._personas = personas
        self._facts = facts
        self._calibration = calibration
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
        await self._calibration.ready()
        facts = await self._facts()
        persona, packed, prompt = await asyncio.to_thread(self._prepare, task, desk, facts)
        client = Retrying(Metered(await self._connect(), desk.meter))
        shape, stream = persona.shape, task.preferences.stream

        async def ask(turn: Prompt, void: Reply | None) -> Reply:
            if void is not None:
                self._tell_of_repair(shape, void.text if stream else "", desk)
                return await self._ask(client, turn, desk, shape, stream=stream)
            turn = _going_on(turn, desk.begun)
            reply = await self._ask(client, turn, desk, shape, stream=stream)
            return replace(reply, text=desk.begun + reply.text)

        def read(reply: Reply) -> tuple[Result, tuple[str, ...]]:
            return self._read(reply, shape, task, desk)

        done = await ask_and_repair(ask, prompt, read)
        notes = (*packed.notes, *done.notes)
        if done.reply.stop is Stop.LENGTH:
            notes = (*notes, _cut_note(prompt.output_tokens, task, desk))
        return Performance(done.value, packed.sources, notes)

    def _prepare(self, task: Task, desk: Desk, facts: Facts) -> tuple[Persona, Packed, Prompt]:
        """Who the model is told to be, what it is shown, and all that it is told; reads files."""
        persona = self._personas.for_task(task.kind, self.name, desk.terms.persona)
        limits, constraints = desk.settings.limits, task.constraints
        frame = estimate_frame(task, persona, desk.history)
        room = measure(
            facts,
            context=desk.terms.context_tokens
            or constraints.context_tokens
            or limits.context_tokens,
            answer=constraints.output_tokens or limits.output_tokens,
            frame=self._calibration.tokens(self.name, frame),
        )
        packed = pack(
            task,
            desk.snapshot,
            self._calibration.estimate(self.name, room.context),
            numbered=persona.numbered,
            private=self.local,
        )
        prompt = write_prompt(
            task, persona, packed, desk.snapshot, room.answer, history=desk.history
        )
        return persona, packed, replace(prompt, schema=schema_of(persona.shape))

    def _tell_of_repair(self, shape: Shape, shown: str, desk: Desk) -> None:
        """An answer that cannot be used is asked for again; what was shown of it is void."""
        if shown and shape.is_text:
            message = "the answer was not of the shape that was asked for"
            attempt = Attempt(model=self.name, failure=Failure.MALFORMED, message=message)
            desk.report(Restarted(attempt, len(shown)))
            desk.report(Asking(self.name))
        desk.report(Progress(0, 0, f"asking {self.name} to repair its answer"))

    def _read(
        self, reply: Reply, shape: Shape, task: Task, desk: Desk
    ) -> tuple[Result, tuple[str, ...]]:
        if reply.stop is Stop.LENGTH and not shape.is_text:
            raise ModelUnavailable(
                Failure.TRUNCATED, "the answer was cut at its token limit (limits.output_tokens)"
            )
        return read_result(shape, reply.text, task, desk.snapshot, self.name)

    async def _ask(
        self, client: ModelClient, prompt: Prompt, desk: Desk, shape: Shape, *, stream: bool
    ) -> Reply:
        """One turn."""
        if stream:
            reply = await self._stream(client, prompt, desk, shape)
        else:
            reply = await client.ask(prompt)
        refuse_declined(reply)
        return reply

    async def _stream(self, client: ModelClient, prompt: Prompt, desk: Desk, shape: Shape) -> Reply:
        """Read a stream to its end."""
        heard: list[str] = []
        done: Done | None = None
        async with aclosing(client.stream(prompt)) as chunks:
            async for chunk in chunks:
                match chunk:
                    case TextDelta(text):
                        heard.append(text)
                        if shape.is_text:
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


def _cut_note(tokens: int, task: Task, desk: Desk) -> str:
    """Whose limit it was that cut the answer."""
    wanted = task.constraints.output_tokens or desk.settings.limits.output_tokens
    whose = "limits.output_tokens" if tokens == wanted else "the most that the model gives"
    return f"the answer was cut at {tokens} tokens ({whose})"


def _going_on(prompt: Prompt, begun: str) -> Prompt:
    """The prompt for an answer of which another model has given the beginning."""
    if not begun:
        return prompt
    return replace(prompt, messages=(*prompt.messages, Message(Role.ASSISTANT, begun)))
