"""A process that asks one model the same questions as others do, through the cache they share.

    python asker.py DATABASE CALLS QUESTIONS [hangs]

Each question that reaches the model becomes a line of the file CALLS. What is asked last says
`hangs`: the model never answers it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from bandmaster.models import (
    Cache,
    Cached,
    ChatChunk,
    Done,
    Message,
    ModelClient,
    Place,
    Prompt,
    Reply,
    Role,
    Stop,
    TextDelta,
)
from bandmaster.settings import CacheSettings
from bandmaster.store import Database
from bandmaster.tasks import Usage

_USAGE = Usage(input=3, output=1)
_SECONDS = 0.1


class Slow:
    """Writes down what it is asked, and takes its time."""

    name = "fake/slow"
    local = True

    def __init__(self, calls: Path, *, hangs: bool) -> None:
        self._calls = calls
        self._hangs = hangs

    async def ask(self, prompt: Prompt) -> Reply:
        question = prompt.messages[0].text
        with self._calls.open("a") as lines:
            lines.write(f"{question}\n")
        if self._hangs:
            print("asking", flush=True)
            await asyncio.Event().wait()
        await asyncio.sleep(_SECONDS)
        return Reply(f"answer {question}", Stop.END, _USAGE)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        yield TextDelta((await self.ask(prompt)).text)
        yield Done(Stop.END, _USAGE)


async def main(database: Path, calls: Path, questions: int, *, hangs: bool) -> None:
    cache = Cache(Database(database), CacheSettings())
    model = Slow(calls, hangs=hangs)

    async def connect() -> ModelClient:
        return model

    async def spared(usage: Usage) -> None:
        assert usage == _USAGE

    cached = Cached(Place(model.name, "here", local=True), connect, cache, spared=spared)
    prompts = [
        Prompt(messages=(Message(Role.USER, str(number)),), output_tokens=10)
        for number in range(questions)
    ]
    # Each process begins elsewhere, so that they wait for each other both ways.
    first = os.getpid() % questions
    replies = await asyncio.gather(
        *(cached.ask(prompt) for prompt in prompts[first:] + prompts[:first])
    )
    for reply in replies:
        print(reply.text)
    cache.close()


if __name__ == "__main__":
    place, file, count, *rest = sys.argv[1:]
    asyncio.run(main(Path(place), Path(file), int(count), hangs=rest == ["hangs"]))
