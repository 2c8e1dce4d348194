"""Tools, answers held to a schema and vectors against a simulator that is not ours."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bandmaster.models import (
    AnswerSchema,
    Done,
    Endpoint,
    Message,
    ModelClient,
    Prompt,
    Reply,
    Role,
    Stop,
    TextDelta,
    ToolCall,
    ToolOffer,
    ToolResult,
)
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Api, Limits, Provider, ProviderKind
from tests.e2e.models.simulator import Simulator

pytestmark = pytest.mark.e2e
PROTOCOLS = [
    (ProviderKind.OPENAI, Api.CHAT),
    (ProviderKind.OPENAI, Api.RESPONSES),
    (ProviderKind.ANTHROPIC, None),
    (ProviderKind.OLLAMA, None),
]
each_protocol = pytest.mark.parametrize(
    "protocol", PROTOCOLS, ids=["chat", "responses", "messages", "ollama"]
)
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
PROMPT = Prompt(
    messages=(Message(Role.USER, "How warm is it in Oslo and in Bergen?"),),
    output_tokens=300,
    tools=(ToolOffer("weather", "How warm it is somewhere", CITY),),
)
Protocol = tuple[ProviderKind, Api | None]


@asynccontextmanager
async def opened(protocol: Protocol, simulator: Simulator) -> AsyncGenerator[Endpoint, None]:
    kind, api = protocol
    base = "/v1" if kind is ProviderKind.OPENAI else ""
    provider = Provider(kind=kind, base_url=simulator.url + base, api_key_env="KEY", api=api)
    endpoint = await open_provider("aimock", provider, "sk-simulated", Limits(request_seconds=20))
    try:
        yield endpoint
    finally:
        await endpoint.close()


async def answer(client: ModelClient, prompt: Prompt, *, stream: bool) -> Reply:
    if not stream:
        return await client.ask(prompt)
    chunks = [chunk async for chunk in client.stream(prompt)]
    done = chunks[-1]
    assert isinstance(done, Done)
    text = "".join(one.text for one in chunks if isinstance(one, TextDelta))
    calls = tuple(one for one in chunks if isinstance(one, ToolCall))
    return Reply(text, done.stop, done.usage, done.model, calls)


@each_way
@each_protocol
async def test_two_tools_are_called_at_once_and_their_results_are_used(
    protocol: Protocol, stream: bool, simulator: Simulator
) -> None:
    async with opened(protocol, simulator) as endpoint:
        client = endpoint.client("calls-tools")
        first = await answer(client, PROMPT, stream=stream)
        cities = [json.loads(one.arguments)["city"] for one in first.calls]
        results = tuple(ToolResult(one.id, "7 degrees") for one in first.calls)
        said = Message(Role.ASSISTANT, first.text, calls=first.calls)
        more = (*PROMPT.messages, said, Message(Role.TOOL, "", results=results))
        second = await answer(client, replace(PROMPT, messages=more), stream=stream)
    assert (first.stop, cities) == (Stop.TOOL, ["Oslo", "Bergen"])
    assert len({one.id for one in first.calls}) == 2
    assert (second.stop, second.text) == (Stop.END, "It is 4 degrees in Oslo and 7 in Bergen.")


@each_way
@each_protocol
async def test_an_answer_with_a_schema_is_json(
    protocol: Protocol, stream: bool, simulator: Simulator
) -> None:
    prompt = replace(PROMPT, tools=(), schema=AnswerSchema("city", CITY))
    async with opened(protocol, simulator) as endpoint:
        reply = await answer(endpoint.client("follows-a-schema"), prompt, stream=stream)
    assert json.loads(reply.text) == {"city": "Oslo", "people": 700000}


async def test_texts_become_vectors(simulator: Simulator) -> None:
    """Of Ollama the simulator knows an older interface for vectors than we use."""
    async with opened(PROTOCOLS[0], simulator) as endpoint:
        embedded = await endpoint.embed("embeds", ("one", "two"))
    assert embedded.vectors == ((0.25, -0.5, 1.0),) * 2
