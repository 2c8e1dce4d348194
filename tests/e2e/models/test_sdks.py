"""The three SDKs against a simulator that is not ours, as a real process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import (
    Done,
    Endpoint,
    Message,
    ModelClient,
    Prompt,
    Retrying,
    Role,
    Stop,
    TextDelta,
)
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Limits, Provider, ProviderKind
from tests.e2e.models.simulator import Simulator

pytestmark = pytest.mark.e2e
each_kind = pytest.mark.parametrize("kind", list(ProviderKind))
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
TEXT = "Oslo is the capital city of Norway, and about 700,000 people live there."
PROMPT = Prompt(
    messages=(
        Message(Role.SYSTEM, "You answer briefly."),
        Message(Role.USER, "What is the capital city of Norway, and how many people live there?"),
    ),
    output_tokens=300,
)


@asynccontextmanager
async def opened(kind: ProviderKind, simulator: Simulator) -> AsyncGenerator[Endpoint, None]:
    base = "/v1" if kind is ProviderKind.OPENAI else ""
    provider = Provider(kind=kind, base_url=simulator.url + base, api_key_env="SIMULATOR_KEY")
    endpoint = await open_provider("aimock", provider, "sk-simulated", Limits(request_seconds=20))
    try:
        yield endpoint
    finally:
        await endpoint.close()


async def whole(client: ModelClient) -> tuple[str, Done]:
    reply = await client.ask(PROMPT)
    return reply.text, Done(reply.stop, reply.usage, reply.model)


async def streamed(client: ModelClient) -> tuple[str, Done]:
    chunks = [chunk async for chunk in client.stream(PROMPT)]
    *texts, done = chunks
    assert isinstance(done, Done)
    return "".join(one.text for one in texts if isinstance(one, TextDelta)), done


def way(stream: bool) -> Callable[[ModelClient], Awaitable[tuple[str, Done]]]:
    return streamed if stream else whole


@each_way
@each_kind
async def test_an_answer_arrives_with_its_end_and_its_count(
    kind: ProviderKind, stream: bool, simulator: Simulator
) -> None:
    async with opened(kind, simulator) as endpoint:
        text, done = await way(stream)(endpoint.client("answers"))
    assert (text, done.stop, done.model) == (TEXT, Stop.END, "answers")
    if kind is ProviderKind.OLLAMA:  # The simulator does not count for this protocol.
        assert done.usage.estimated
    else:
        assert (done.usage.input, done.usage.output, done.usage.estimated) == (31, 17, False)
    assert simulator.asked() == ["answers"]


@each_way
@pytest.mark.parametrize("kind", [ProviderKind.OPENAI, ProviderKind.ANTHROPIC])
async def test_an_answer_that_was_cut_at_its_length_says_so(
    kind: ProviderKind, stream: bool, simulator: Simulator
) -> None:
    async with opened(kind, simulator) as endpoint:
        text, done = await way(stream)(endpoint.client("cut-at-its-length"))
    assert (text, done.stop) == ("Oslo is the", Stop.LENGTH)


@each_way
@each_kind
@pytest.mark.parametrize(
    ("model", "failures", "says"),
    [
        ("refuses-401", {Failure.AUTHENTICATION}, "look at SIMULATOR_KEY"),
        ("busy-429", {Failure.RATE_LIMIT}, "Too many requests"),
        ("fails-500", {Failure.OVERLOAD}, "Something broke"),
        ("malformed", {Failure.MALFORMED}, "the server "),
        ("drops", {Failure.CONNECTION}, "no connection"),
        ("not-in-the-fixtures", {Failure.OVERLOAD}, "no fixture matched"),
    ],
)
async def test_a_bad_answer_is_told_and_asked_for_only_once(
    model: str,
    failures: set[Failure],
    says: str,
    kind: ProviderKind,
    stream: bool,
    simulator: Simulator,
) -> None:
    async with opened(kind, simulator) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await way(stream)(endpoint.client(model))
    assert caught.value.failure in failures
    assert says in str(caught.value)
    assert simulator.asked() == [model]


@each_kind
async def test_a_stream_that_is_cut_is_no_answer(kind: ProviderKind, simulator: Simulator) -> None:
    async with opened(kind, simulator) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await streamed(endpoint.client("cuts"))
    assert caught.value.failure in {Failure.CONNECTION, Failure.TRUNCATED}
    assert simulator.asked() == ["cuts"]


@pytest.mark.parametrize("kind", [ProviderKind.OPENAI, ProviderKind.ANTHROPIC])
async def test_the_wait_that_the_server_asks_for_is_known(
    kind: ProviderKind, simulator: Simulator
) -> None:
    async with opened(kind, simulator) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await whole(endpoint.client("busy-429"))
    assert caught.value.retry_after == 30


@each_way
@each_kind
async def test_a_server_that_recovers_is_asked_twice_and_no_more(
    kind: ProviderKind, stream: bool, simulator: Simulator
) -> None:
    async with opened(kind, simulator) as endpoint:
        client = Retrying(endpoint.client("recovers"), sleep=at_once)
        text, _ = await way(stream)(client)
    assert text == "Oslo, at the second try."
    assert simulator.asked() == ["recovers", "recovers"]


@each_kind
async def test_its_models_are_listed(kind: ProviderKind, simulator: Simulator) -> None:
    async with opened(kind, simulator) as endpoint:
        assert "answers" in await endpoint.list_models()


async def at_once(seconds: float) -> None:
    """Sleep no time at all."""
