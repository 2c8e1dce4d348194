"""The turns of one task with one model: asked, heard as they arrive, told to the door."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from bandmaster.agents.roles import Shape
from bandmaster.engine import Desk
from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.events import Asking, Delta, Progress, Restarted
from bandmaster.models import (
    Done,
    Message,
    ModelClient,
    Prompt,
    Reply,
    Role,
    Stop,
    TextDelta,
    refuse_declined,
)
from bandmaster.tasks import Attempt

_CHUNKS_PER_REPORT = 50


class Conversation:
    """With `client`, for an answer of `shape`."""

    def __init__(self, client: ModelClient, desk: Desk, shape: Shape, *, stream: bool) -> None:
        self._client = client
        self._desk = desk
        self._shape = shape
        self._stream = stream
        self.turns: list[Prompt] = []
        """What was asked."""

    async def ask(self, turn: Prompt, void: Reply | None) -> Reply:
        """One turn; `void` is the reply that it is to put right. Raises `ModelError`."""
        begun = ""
        if void is None:
            begun = self._desk.begun
            turn = _going_on(turn, begun)
        else:
            self._tell_of_repair(void)
        self.turns.append(turn)
        reply = await (self._hear(turn) if self._stream else self._client.ask(turn))
        refuse_declined(reply)
        if reply.stop is Stop.LENGTH and not self._shape.is_text:
            raise ModelUnavailable(
                Failure.TRUNCATED, "the answer was cut at its token limit (limits.output_tokens)"
            )
        return replace(reply, text=begun + reply.text) if begun else reply

    def _tell_of_repair(self, void: Reply) -> None:
        """An answer that cannot be used is asked for again; what was shown of it is void."""
        name = self._client.name
        if self._stream and self._shape.is_text:
            message = "the answer was not of the shape that was asked for"
            attempt = Attempt(model=name, failure=Failure.MALFORMED, message=message)
            self._desk.report(Restarted(attempt, len(void.text)))
            self._desk.report(Asking(name))
        self._desk.report(Progress(0, 0, f"asking {name} to repair its answer"))

    async def _hear(self, prompt: Prompt) -> Reply:
        """Read a stream to its end."""
        heard: list[str] = []
        done: Done | None = None
        async with aclosing(self._client.stream(prompt)) as chunks:
            async for chunk in chunks:
                match chunk:
                    case TextDelta(text):
                        heard.append(text)
                        if self._shape.is_text:
                            self._desk.report(Delta(text))
                        elif len(heard) % _CHUNKS_PER_REPORT == 1:
                            self._desk.report(Progress(0, 0, f"{self._client.name} is writing"))
                    case Done():
                        done = chunk
                    case _:
                        pass
        if done is None:
            raise ModelUnavailable(Failure.TRUNCATED, "the stream ended without an end")
        return Reply("".join(heard), done.stop, done.usage, done.model, from_cache=done.from_cache)


def _going_on(prompt: Prompt, begun: str) -> Prompt:
    """The prompt for an answer of which another model has given the beginning."""
    if not begun:
        return prompt
    return replace(prompt, messages=(*prompt.messages, Message(Role.ASSISTANT, begun)))
