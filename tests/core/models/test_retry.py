"""Asking again: when, how soon, and when not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bandmaster.errors import Failure, ModelRefused, ModelUnavailable
from bandmaster.models import REMEDIES, ModelClient, Remedy, Retrying, TextDelta
from tests.fakes.models import BreaksOff, InTurn, IsDown, Refuses, Speaks, Stalls
from tests.fakes.protocols import PROMPT

each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@dataclass
class Clock:
    """Sleeps at once, and remembers for how long."""

    slept: list[float] = field(default_factory=list[float])

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def retrying(client: ModelClient, clock: Clock, *, attempts: int = 2) -> Retrying:
    return Retrying(client, attempts=attempts, sleep=clock.sleep, chance=lambda: 0.5)


async def text_of(client: ModelClient, *, stream: bool) -> str:
    if not stream:
        return (await client.ask(PROMPT)).text
    return "".join([one.text async for one in client.stream(PROMPT) if isinstance(one, TextDelta)])


@each_way
async def test_an_overloaded_server_is_asked_again_after_a_while(stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(Failure.OVERLOAD), Speaks("yes"))
    assert await text_of(retrying(model, clock), stream=stream) == "yes"
    assert (model.asked, clock.slept) == (2, [0.5])


@each_way
async def test_each_wait_is_twice_the_one_before(stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(), IsDown(), IsDown(), Speaks("yes"))
    assert await text_of(retrying(model, clock, attempts=4), stream=stream) == "yes"
    assert clock.slept == [0.5, 1.0, 2.0]


@each_way
async def test_a_lost_connection_is_tried_once_more_at_once(stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(Failure.CONNECTION), Speaks("yes"))
    assert await text_of(retrying(model, clock), stream=stream) == "yes"
    assert (model.asked, clock.slept) == (2, [])


@each_way
@pytest.mark.parametrize("failure", [Failure.OVERLOAD, Failure.RATE_LIMIT])
async def test_the_wait_that_the_server_asks_for_is_kept(failure: Failure, stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(failure, retry_after=3), Speaks("yes"))
    assert await text_of(retrying(model, clock), stream=stream) == "yes"
    assert clock.slept == [3]


@each_way
async def test_who_asks_for_a_long_wait_is_left_alone(stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(Failure.RATE_LIMIT, retry_after=6), Speaks("yes"))
    with pytest.raises(ModelUnavailable):
        await text_of(retrying(model, clock), stream=stream)
    assert (model.asked, clock.slept) == (1, [])


@each_way
async def test_the_last_failure_is_told(stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(Failure.OVERLOAD), IsDown(Failure.QUOTA))
    with pytest.raises(ModelUnavailable) as caught:
        await text_of(retrying(model, clock), stream=stream)
    assert (model.asked, caught.value.failure) == (2, Failure.QUOTA)


@each_way
@pytest.mark.parametrize("failure", [one for one in Failure if REMEDIES[one] is not Remedy.RETRY])
async def test_nobody_is_asked_again_in_vain(failure: Failure, stream: bool) -> None:
    clock, model = Clock(), InTurn(IsDown(failure), Speaks("yes"))
    with pytest.raises(ModelUnavailable):
        await text_of(retrying(model, clock), stream=stream)
    assert model.asked == 1


@each_way
async def test_a_refusal_is_final(stream: bool) -> None:
    clock, model = Clock(), InTurn(Refuses(), Speaks("yes"))
    with pytest.raises(ModelRefused):
        await text_of(retrying(model, clock), stream=stream)
    assert model.asked == 1


async def test_nobody_is_asked_again_once_text_has_come() -> None:
    clock, model = Clock(), InTurn(BreaksOff("half"), Speaks("whole"))
    stream = retrying(model, clock).stream(PROMPT)
    assert await anext(stream) == TextDelta("half")
    with pytest.raises(ModelUnavailable, match="lost"):
        await anext(stream)
    assert model.asked == 1


async def test_closing_the_stream_closes_the_models() -> None:
    model = Stalls("half")
    stream = retrying(model, Clock()).stream(PROMPT)
    assert await anext(stream) == TextDelta("half")
    waiting = asyncio.ensure_future(anext(stream))
    await model.reached.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert model.ended.is_set()


def test_it_is_the_model_that_it_wraps() -> None:
    inner = Speaks(name="fake/inner", local=False)
    outer = Retrying(inner)
    assert (outer.name, outer.local) == ("fake/inner", False)
