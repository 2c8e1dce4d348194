"""A model that does tasks: writes the prompt, asks, reads the answer, repairs it once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from bandmaster.agents.conversation import Conversation
from bandmaster.agents.library import Personas
from bandmaster.agents.personas import Persona
from bandmaster.agents.request import estimate_frame, write_prompt
from bandmaster.agents.room import measure
from bandmaster.agents.shapes import read_result, schema_of
from bandmaster.context import Packed, pack
from bandmaster.engine import Desk, Performance
from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.ledger import shown
from bandmaster.models import (
    Cache,
    Cached,
    Calibration,
    Facts,
    Metered,
    ModelClient,
    Place,
    Prompt,
    Reply,
    Retrying,
    Stop,
    ask_and_repair,
)
from bandmaster.policy import is_secret_path
from bandmaster.tasks import Cost, Result, Task, Usage


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
        embeds: bool = False,
        cache: Cache | None = None,
        address: str = "",
    ) -> None:
        """`cache` keeps the answers of the model at `address`; None: nobody does."""
        self.name = name
        self._personas = personas
        self._facts = facts
        self._calibration = calibration
        self.local = local
        self.continues = continues
        self._embeds = embeds
        self._connect = connect
        self._price = price
        self._cache = cache
        self._address = address

    def price(self, usage: Usage) -> Cost:
        return self._price(usage)

    def cannot(self, task: Task) -> str:  # noqa: ARG002 - a model can try every kind
        return "it makes vectors and answers nothing" if self._embeds else ""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        """Ask the model; an answer of the wrong shape is asked for once more with the error."""
        await self._calibration.ready()
        facts = await self._facts()
        persona, packed, prompt = await asyncio.to_thread(self._prepare, task, desk, facts)
        saved: list[Cost] = []
        client = await self._client(task, desk, packed, saved)
        talk = Conversation(client, desk, persona.shape, stream=task.preferences.stream)

        def read(reply: Reply) -> tuple[Result, tuple[str, ...]]:
            return read_result(persona.shape, reply.text, task, desk.snapshot, self.name)

        try:
            done = await ask_and_repair(talk.ask, prompt, read)
        except ModelUnavailable as error:
            if error.failure is Failure.MALFORMED and isinstance(client, Cached):
                await client.forget(talk.turns)
            raise
        notes = (*packed.notes, *done.notes)
        if persona.added:
            words = f"bandmaster.toml of this workspace adds to the persona {persona.name!r}"
            notes = (words, *notes)
        if done.reply.stop is Stop.LENGTH:
            notes = (*notes, _cut_note(prompt.output_tokens, task, desk))
        if saved:
            notes = (*notes, _saved_note(saved))
        return Performance(done.value, packed.sources, notes, repaired=done.repaired)

    async def _client(
        self, task: Task, desk: Desk, packed: Packed, saved: list[Cost]
    ) -> ModelClient:
        """The model; its connection is not opened where the cache holds the answer."""

        async def connect() -> ModelClient:
            return Retrying(Metered(await self._connect(), desk.meter))

        async def spared(usage: Usage) -> None:
            saved.append(await desk.meter.spared(usage))

        if self._cache is None or not self._cache.settings.enabled:
            return await connect()
        return Cached(
            Place(self.name, self._address, local=self.local),
            connect,
            self._cache,
            spared=spared,
            anew=not task.preferences.cache,
            private=any(is_secret_path(one.path) for one in packed.sources),
        )

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


def _cut_note(tokens: int, task: Task, desk: Desk) -> str:
    """Whose limit it was that cut the answer."""
    wanted = task.constraints.output_tokens or desk.settings.limits.output_tokens
    whose = "limits.output_tokens" if tokens == wanted else "the most that the model gives"
    return f"the answer was cut at {tokens} tokens ({whose})"


def _saved_note(saved: Sequence[Cost]) -> str:
    """What answers from the cache would have cost."""
    dollars = sum((one.dollars for one in saved), Decimal(0))
    return "from the cache" + (f", saved {shown(dollars)}" if dollars else "")
