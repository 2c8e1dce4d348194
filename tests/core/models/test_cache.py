"""Answers are given again to who asks the very same, and one asks for all who ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bandmaster.errors import ModelUnavailable
from bandmaster.models import (
    AnswerSchema,
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
    ToolCall,
    ToolChoice,
    ToolOffer,
)
from bandmaster.settings import CacheSettings
from bandmaster.store import Database
from bandmaster.tasks import Usage
from tests.fakes.models import USAGE, IsDown, Speaks, Stalls

PROMPT = Prompt(messages=(Message(Role.USER, "why?"),), output_tokens=100)
SOON = 10.0


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Room:
    """A database with the caches of several processes on it."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    spared: list[Usage] = field(default_factory=list[Usage])
    caches: list[Cache] = field(default_factory=list[Cache])

    def cache(self, settings: CacheSettings = CacheSettings()) -> Cache:
        """The cache of a process of its own."""
        self.caches.append(Cache(Database(self.path), settings, clock=self.clock))
        return self.caches[-1]

    def ask_through(
        self, cache: Cache, client: ModelClient, *, anew: bool = False, where: str = "here"
    ) -> Cached:
        async def spared(usage: Usage) -> None:
            self.spared.append(usage)

        async def connect() -> ModelClient:
            return client

        return Cached(Place(client.name, where), connect, cache, spared=spared, anew=anew)


@asynccontextmanager
async def a_room(path: Path) -> AsyncGenerator[Room]:
    room = Room(path / "db.sqlite")
    try:
        async with asyncio.timeout(SOON):
            yield room
    finally:
        for cache in room.caches:
            cache.close()


async def heard(client: Cached, prompt: Prompt = PROMPT) -> list[ChatChunk]:
    async with aclosing(client.stream(prompt)) as chunks:
        return [chunk async for chunk in chunks]


async def test_the_same_question_is_asked_once_and_the_answer_says_so(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        model = Speaks("a\n", "b")
        cached = room.ask_through(room.cache(), model)
        assert await cached.ask(PROMPT) == Reply("a\nb", Stop.END, USAGE, "speaks")
        again = await cached.ask(PROMPT)
        assert again == Reply("a\nb", Stop.END, USAGE, "speaks", from_cache=True)
        assert await heard(cached) == [
            TextDelta("a\n"),
            TextDelta("b"),
            Done(Stop.END, USAGE, "speaks", from_cache=True),
        ]
        assert len(model.prompts) == 1
        assert room.spared == [USAGE, USAGE]


async def test_what_was_streamed_whole_is_kept_for_other_processes(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        first, second = Speaks("x"), Speaks("y")
        chunks = await heard(room.ask_through(room.cache(), first))
        assert chunks == [TextDelta("x"), Done(Stop.END, USAGE, "speaks")]
        assert (await room.ask_through(room.cache(), second).ask(PROMPT)).text == "x"
        assert second.prompts == []


TOOL = ToolOffer("look", "looks", {"type": "object"})
OTHERS = [
    replace(PROMPT, messages=(Message(Role.USER, "why not?"),)),
    replace(PROMPT, messages=(Message(Role.SYSTEM, "why?"),)),
    replace(PROMPT, messages=(*PROMPT.messages, Message(Role.ASSISTANT, ""))),
    replace(PROMPT, messages=(Message(Role.USER, "why?", (ToolCall("1", "look", "{}"),)),)),
    replace(PROMPT, output_tokens=101),
    replace(PROMPT, temperature=0.0),
    replace(PROMPT, tools=(TOOL,)),
    replace(PROMPT, tool_choice=ToolChoice.NONE),
    replace(PROMPT, schema=AnswerSchema("a", {"type": "object"})),
]


@pytest.mark.parametrize("other", OTHERS)
async def test_whatever_may_change_the_answer_is_another_question(
    tmp_path: Path, other: Prompt
) -> None:
    async with a_room(tmp_path) as room:
        model = Speaks("x")
        cached = room.ask_through(room.cache(), model)
        await cached.ask(PROMPT)
        await cached.ask(other)
        assert model.prompts == [PROMPT, other]


async def test_another_model_and_another_address_are_asked_themselves(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        cache = room.cache()
        models = [Speaks("x"), Speaks("y", name="fake/other"), Speaks("z")]
        places = ["here", "here", "there"]
        asked = [
            (await room.ask_through(cache, model, where=where).ask(PROMPT)).text
            for model, where in zip(models, places, strict=True)
        ]
        assert asked == ["x", "y", "z"]


class CallsATool(Speaks):
    """Says something and calls a tool."""

    async def ask(self, prompt: Prompt) -> Reply:
        return replace(await super().ask(prompt), calls=(ToolCall("1", "look", "{}"),))

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        yield ToolCall("1", "look", "{}")
        async for chunk in super().stream(prompt):
            yield chunk


@pytest.mark.parametrize(
    "model",
    [
        Speaks("cut", stop=Stop.LENGTH),
        Speaks("no", stop=Stop.REFUSAL),
        Speaks("no", stop=Stop.FILTER),
        Speaks("", stop=Stop.END),
        CallsATool("x"),
    ],
)
async def test_an_answer_that_is_not_whole_text_is_not_kept(tmp_path: Path, model: Speaks) -> None:
    async with a_room(tmp_path) as room:
        model.prompts.clear()
        cached = room.ask_through(room.cache(), model)
        await heard(cached)
        await cached.ask(PROMPT)
        await heard(cached)
        assert len(model.prompts) == 3
        assert room.spared == []


SECRETS = [
    'KEY = "sk-ant-' + "api03-" + "aB3dE5gH7jK9mN1pQ3sT5vX7z" * 2 + '"',
    "password: hunter2hunter2",
    'API_KEY = "q8Zr2LmX5tYw"',
    "-----BEGIN RSA PRIVATE KEY-----",
    "postgres://shop:s3cr3tpw@db.example.org/shop",
]


@pytest.mark.parametrize("secret", SECRETS)
async def test_what_looks_like_a_secret_is_kept_only_where_that_is_allowed(
    tmp_path: Path, secret: str
) -> None:
    async with a_room(tmp_path) as room:
        asked = replace(PROMPT, messages=(Message(Role.USER, f"x = 1\n{secret}\n"),))
        model, told = Speaks("x"), Speaks(secret)
        for allowed in (False, True):
            cache = room.cache(CacheSettings(sensitive=allowed))
            for _ in range(2):
                await room.ask_through(cache, model).ask(asked)
                await room.ask_through(cache, told).ask(PROMPT)
        assert len(model.prompts) == len(told.prompts) == 3


@pytest.mark.parametrize(
    "plain",
    ["password = getpass()", "token = self.tokens[0]", "secret_name: the_name_of_it", "a: b@c.de"],
)
async def test_code_that_only_speaks_of_secrets_is_kept(tmp_path: Path, plain: str) -> None:
    async with a_room(tmp_path) as room:
        model = Speaks(plain)
        cached = room.ask_through(room.cache(), model)
        await cached.ask(PROMPT)
        await cached.ask(PROMPT)
        assert len(model.prompts) == 1


async def test_asked_anew_the_new_answer_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        cache = room.cache()
        await room.ask_through(cache, Speaks("old")).ask(PROMPT)
        assert (await room.ask_through(cache, Speaks("new"), anew=True).ask(PROMPT)).text == "new"
        for one in (cache, room.cache()):
            assert (
                await room.ask_through(one, IsDown(name="fake/speaks")).ask(PROMPT)
            ).text == "new"


async def test_answers_grow_old_in_memory_and_in_the_database(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        settings = CacheSettings(memory_seconds=10, seconds=100, bytes=0)
        model = Speaks("x")
        here = room.ask_through(room.cache(settings), model)
        both = room.ask_through(room.cache(replace(settings, bytes=10_000)), model)
        for cached in (here, both):
            await cached.ask(PROMPT)
        room.clock.now += 11
        await here.ask(PROMPT)
        assert len(model.prompts) == 3
        await both.ask(PROMPT)
        assert len(model.prompts) == 3
        room.clock.now += 90
        await both.ask(PROMPT)
        assert len(model.prompts) == 4


async def test_memory_and_database_hold_so_much_and_the_least_used_go_first(
    tmp_path: Path,
) -> None:
    async with a_room(tmp_path) as room:
        model = Speaks("x" * 1000)
        prompts = [replace(PROMPT, output_tokens=number) for number in range(1, 11)]
        cache = room.cache(CacheSettings(memory_bytes=3500, bytes=6000))
        cached = room.ask_through(cache, model)
        for prompt in prompts:
            room.clock.now += 1
            await cached.ask(prompt)
            await cached.ask(prompts[0])
        held = await cache.held()
        assert 0 < held.bytes <= 6000
        assert held.hits == 10
        assert len(model.prompts) == 10
        await cached.ask(prompts[1])
        assert len(model.prompts) == 11


async def test_an_answer_can_be_forgotten_and_all_of_them_too(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        cache, model = room.cache(), Speaks("x")
        cached = room.ask_through(cache, model)
        await cached.ask(PROMPT)
        await cached.forget([PROMPT])
        await cached.ask(PROMPT)
        assert len(model.prompts) == 2
        assert await cache.clear() == 1
        await cached.ask(PROMPT)
        assert len(model.prompts) == 3


async def test_twenty_who_ask_at_once_in_two_processes_make_one_call(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        model = Waits("x")
        many = [
            asyncio.create_task(room.ask_through(cache, model).ask(PROMPT))
            for cache in (room.cache(), room.cache())
            for _ in range(10)
        ]
        await model.reached.wait()
        model.go_on.set()
        replies = await asyncio.gather(*many)
        assert {reply.text for reply in replies} == {"x"}
        assert sorted(reply.from_cache for reply in replies) == [False, *[True] * 19]
        assert len(model.prompts) == 1


class Waits(Speaks):
    """Answers when it is told to."""

    def __init__(self, *words: str) -> None:
        super().__init__(*words)
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def ask(self, prompt: Prompt) -> Reply:
        reply = await super().ask(prompt)
        self.reached.set()
        await self.go_on.wait()
        return reply


async def test_who_stops_waiting_disturbs_nobody(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        model = Waits("x")
        cached = room.ask_through(room.cache(), model)
        first, second, third = (asyncio.create_task(cached.ask(PROMPT)) for _ in range(3))
        await model.reached.wait()
        second.cancel()
        await asyncio.wait([second])
        model.go_on.set()
        assert (await first).text == (await third).text == "x"
        assert second.cancelled()
        assert len(model.prompts) == 1


@pytest.mark.parametrize("processes", [1, 2])
async def test_when_the_one_who_asks_goes_away_the_next_one_takes_over(
    tmp_path: Path, processes: int
) -> None:
    async with a_room(tmp_path) as room:
        caches = [room.cache() for _ in range(processes)]
        stalls, speaks = Stalls(name="fake/speaks"), Speaks("x")
        first = asyncio.create_task(room.ask_through(caches[0], stalls).ask(PROMPT))
        await stalls.reached.wait()
        others = [
            asyncio.create_task(room.ask_through(caches[-1], speaks).ask(PROMPT)) for _ in range(3)
        ]
        await asyncio.sleep(0)
        first.cancel()
        assert {reply.text for reply in await asyncio.gather(*others)} == {"x"}
        assert len(speaks.prompts) == 1


async def test_a_failure_is_not_shared_each_then_asks_for_himself(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        cached = room.ask_through(room.cache(), IsDown())
        failed = await asyncio.gather(
            *(cached.ask(PROMPT) for _ in range(3)), return_exceptions=True
        )
        assert [type(one) for one in failed] == [ModelUnavailable] * 3
        answered = await room.ask_through(room.cache(), Speaks("x", name="fake/down")).ask(PROMPT)
        assert answered.text == "x"


async def test_a_stream_that_is_left_or_breaks_off_keeps_nothing_and_frees_the_turn(
    tmp_path: Path,
) -> None:
    async with a_room(tmp_path) as room:
        stalls = Stalls("half", name="fake/speaks")
        async with aclosing(room.ask_through(room.cache(), stalls).stream(PROMPT)) as chunks:
            assert await anext(chunks) == TextDelta("half")
        model = Speaks("whole")
        assert (await room.ask_through(room.cache(), model).ask(PROMPT)).text == "whole"


async def test_a_process_that_died_while_it_asked_is_waited_for_no_longer_than_its_turn(
    tmp_path: Path,
) -> None:
    async with a_room(tmp_path) as room:
        stalls = Stalls(name="fake/speaks")
        dead = asyncio.create_task(room.ask_through(room.cache(), stalls).ask(PROMPT))
        await stalls.reached.wait()
        waiting = asyncio.create_task(room.ask_through(room.cache(), Speaks("x")).ask(PROMPT))
        await asyncio.wait([waiting], timeout=0.2)
        assert not waiting.done()
        room.clock.now += 21
        assert (await waiting).text == "x"
        dead.cancel()
        await asyncio.wait([dead])


async def test_without_a_usable_database_the_model_is_asked(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite").write_bytes(b"this is no database at all" * 100)
    async with a_room(tmp_path) as room:
        cached = room.ask_through(room.cache(), Speaks("x"))
        assert (await cached.ask(PROMPT)).text == "x"
        assert (await cached.ask(PROMPT)).from_cache


async def test_an_answer_with_half_a_character_is_at_hand_but_not_written(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        cache = room.cache()
        cached = room.ask_through(cache, Speaks("\ud83d"))
        await cached.ask(PROMPT)
        assert (await cached.ask(PROMPT)).from_cache
        assert (await cache.held()).answers == 0


async def test_the_file_that_answers_are_kept_in_is_the_persons_alone(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite").touch(mode=0o644)
    async with a_room(tmp_path) as room:
        await room.ask_through(room.cache(), Speaks("x")).ask(PROMPT)
        modes = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        assert modes == {0o600}
