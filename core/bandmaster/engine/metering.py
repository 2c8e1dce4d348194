"""What the calls of one attempt use: the engine's `Meter`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bandmaster.engine.performer import Performer
from bandmaster.models import Prompt
from bandmaster.tasks import Usage


@dataclass(slots=True)
class _Call:
    """A call under way."""

    usage: Usage = field(default_factory=Usage)

    def used(self, usage: Usage) -> None:
        self.usage = usage


class RunMeter:
    """Adds up what the calls of one attempt used, and what answers from the cache saved."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer
        self.usage = Usage()
        self.saved = Usage()

    @asynccontextmanager
    async def call(self, prompt: Prompt, /) -> AsyncGenerator[_Call]:  # noqa: ARG002 - no budget
        under_way = _Call()
        try:
            yield under_way
        finally:
            self.usage += under_way.usage
