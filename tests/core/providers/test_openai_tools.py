"""Calls of tools through both of OpenAI's interfaces, from servers that keep to them and others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import (
    ChatChunk,
    Done,
    Message,
    Prompt,
    Role,
    Stop,
    TextDelta,
    ToolCall,
    ToolChoice,
    ToolOffer,
    ToolResult,
    Used,
)
from bandmaster.providers.openai_calls import CallReader
from bandmaster.providers.openai_chat import body
from bandmaster.providers.openai_dialect import Dialect, dialect_of
from bandmaster.settings import Api
from tests.fakes.protocols import OpenAI, Responses, opened
from tests.fakes.upstream import Answer, Upstream

CHAT, RESPONSES = OpenAI(), Responses()
WEATHER = ToolOffer("weather", "The weather in a city.", {"type": "object", "properties": {}})
CLOCK = ToolOffer("clock", "The time in a city.", {"type": "object", "properties": {}})
OSLO = ToolCall("call_1", "weather", '{"city": "Oslo"}')
ROME = ToolCall("call_2", "clock", '{"city": "Rome"}')
ASKED = Prompt(
    messages=(Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Weather and time?")),
    output_tokens=100,
    tools=(WEATHER, CLOCK),
    tool_choice=ToolChoice.REQUIRED,
)
AGAIN = Prompt(
    messages=(
        *ASKED.messages,
        Message(Role.ASSISTANT, "", calls=(OSLO, ROME)),
        Message(
            Role.TOOL,
            "",
            results=(ToolResult("call_1", "4 C"), ToolResult("call_2", "no clock", failed=True)),
        ),
    ),
    output_tokens=100,
    tools=(WEATHER, CLOCK),
)


def chat_whole(*calls: dict[str, Any], stop: str = "tool_calls") -> Answer:
    reply = json.loads(CHAT.whole(None, stop))
    reply["choices"][0]["message"]["tool_calls"] = list(calls)
    return Answer(body=(json.dumps(reply).encode(),))


def chat_stream(*deltas: dict[str, Any], stop: str = "tool_calls") -> Answer:
    chunks = [{"model": "served", "choices": [{"index": 0, "delta": one}]} for one in deltas]
    events = [b"data: " + json.dumps(one).encode() + b"\n\n" for one in chunks]
    return CHAT.streams(*events, *CHAT.ends(stop))


def called(index: int | None = None, **said: Any) -> dict[str, Any]:
    """One part of a call: `id`, `name`, `arguments` as far as they are said."""
    part: dict[str, Any] = {} if index is None else {"index": index}
    if "id" in said:
        part |= {"id": said.pop("id"), "type": "function"}
    return {"tool_calls": [part | {"function": said}]}


async def streamed(answer: Answer, speech: OpenAI = CHAT) -> list[ChatChunk]:
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(ASKED)]
    return [chunk for chunk in chunks if not isinstance(chunk, Used)]


async def sent(speech: OpenAI, prompt: Prompt) -> Any:
    answer = speech.answer("Oslo", speech.stops[Stop.END], stream=False)
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        await endpoint.client("asked").ask(prompt)
    return upstream.requests[0].body


async def test_parallel_calls_of_a_whole_answer_are_read() -> None:
    answer = chat_whole(
        *called(id="call_1", name="weather", arguments=OSLO.arguments)["tool_calls"],
        *called(id="call_2", name="clock", arguments=ROME.arguments)["tool_calls"],
    )
    async with Upstream(answer) as upstream, opened(CHAT, upstream) as endpoint:
        reply = await endpoint.client("asked").ask(ASKED)
    assert (reply.text, reply.stop, reply.calls) == ("", Stop.TOOL, (OSLO, ROME))


IN_PARTS = {
    "as OpenAI sends them": (
        called(0, id="call_1", name="weather", arguments=""),
        called(0, arguments='{"city":'),
        called(0, arguments=' "Oslo"}'),
        called(1, id="call_2", name="clock", arguments=""),
        called(1, arguments='{"city": "Rome"}'),
    ),
    "each whole in one chunk": (
        called(0, id="call_1", name="weather", arguments=OSLO.arguments),
        called(1, id="call_2", name="clock", arguments=ROME.arguments),
    ),
    "all in one chunk": (
        {
            "tool_calls": called(0, id="call_1", name="weather", arguments=OSLO.arguments)[
                "tool_calls"
            ]
            + called(1, id="call_2", name="clock", arguments=ROME.arguments)["tool_calls"]
        },
    ),
    "without an index": (
        called(id="call_1", name="weather", arguments=""),
        called(arguments=OSLO.arguments),
        called(id="call_2", name="clock", arguments=ROME.arguments),
    ),
    "all with the same index": (
        called(0, id="call_1", name="weather", arguments=OSLO.arguments),
        called(0, id="call_2", name="clock", arguments=ROME.arguments),
    ),
    "with the id in every part": (
        called(0, id="call_1", name="weather", arguments=""),
        called(0, id="call_1", arguments=OSLO.arguments),
        called(1, id="call_2", name="clock", arguments=""),
        called(1, id="call_2", arguments=ROME.arguments),
    ),
    "with arguments that are no text": (
        called(0, id="call_1", name="weather", arguments={"city": "Oslo"}),
        called(1, id="call_2", name="clock", arguments={"city": "Rome"}),
    ),
    "one within the other": (
        called(0, id="call_1", name="weather", arguments=""),
        called(1, id="call_2", name="clock", arguments='{"city":'),
        called(0, arguments=OSLO.arguments),
        called(1, arguments=' "Rome"}'),
    ),
}


@pytest.mark.parametrize("stop", ["tool_calls", "stop"])
@pytest.mark.parametrize("deltas", IN_PARTS.values(), ids=IN_PARTS)
async def test_streamed_calls_are_put_together(
    deltas: tuple[dict[str, Any], ...], stop: str
) -> None:
    *calls, done = await streamed(chat_stream(*deltas, stop=stop))
    assert calls == [OSLO, ROME]
    assert isinstance(done, Done)
    assert done.stop is Stop.TOOL


def test_calls_without_an_id_get_one_each() -> None:
    parts = CallReader().parts(
        [{"function": {"name": "weather"}}, {"id": "", "function": {"name": "clock"}}]
    )
    assert [part.index for part in parts] == [0, 1]
    assert len({part.id for part in parts} - {""}) == 2


async def test_text_before_a_call_is_heard_first() -> None:
    answer = chat_stream({"content": "Let me see."}, *IN_PARTS["as OpenAI sends them"])
    first, *calls, _ = await streamed(answer)
    assert (first, calls) == (TextDelta("Let me see."), [OSLO, ROME])


async def test_a_call_cut_at_the_longest_answer_is_no_call() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await streamed(chat_stream(called(0, id="1", name="weather", arguments="{"), stop="length"))
    assert caught.value.failure is Failure.TRUNCATED


async def test_a_stream_that_ends_within_a_call_is_no_answer() -> None:
    answer = CHAT.streams(*chat_stream(*IN_PARTS["as OpenAI sends them"]).body[:2])
    with pytest.raises(ModelUnavailable) as caught:
        await streamed(answer)
    assert caught.value.failure is Failure.TRUNCATED


async def test_tools_and_what_they_gave_are_said_as_chat_completions_wants_it() -> None:
    first, second = await sent(CHAT, ASKED), await sent(CHAT, AGAIN)
    assert first["tool_choice"] == "required"
    assert [one["function"]["name"] for one in first["tools"]] == ["weather", "clock"]
    assert "tool_choice" not in second
    said, *results = second["messages"][2:]
    assert said["content"] is None
    assert [one["id"] for one in said["tool_calls"]] == ["call_1", "call_2"]
    assert results == [
        {"role": "tool", "tool_call_id": "call_1", "content": "4 C"},
        {"role": "tool", "tool_call_id": "call_2", "content": "Error: no clock"},
    ]


def test_a_call_keeps_one_name_where_the_server_wants_short_ones() -> None:
    dialect = dialect_of("https://api.mistral.ai/v1", Api.CHAT)
    said, *results = body(dialect, "m", AGAIN, stream=False)["messages"][2:]
    names = [one["id"] for one in said["tool_calls"]]
    assert [one["tool_call_id"] for one in results] == names
    assert all(len(one) == 9 and one.isalnum() for one in names)
    assert len(set(names)) == 2


def test_tools_that_must_not_be_called_are_left_out_where_that_cannot_be_said() -> None:
    prompt = Prompt(
        messages=ASKED.messages, output_tokens=9, tools=ASKED.tools, tool_choice=ToolChoice.NONE
    )
    assert body(Dialect(), "m", prompt, stream=False)["tool_choice"] == "none"
    assert "tools" not in body(Dialect(choice=False), "m", prompt, stream=False)


def response_call(place: int, call: ToolCall, *, deltas: bool) -> list[bytes]:
    item = {"type": "function_call", "id": f"fc_{place}", "call_id": call.id, "name": call.name}
    added = item | {"arguments": ""}
    events = [RESPONSES.event("response.output_item.added", output_index=place, item=added)]
    if deltas:
        events += [
            RESPONSES.event(
                "response.function_call_arguments.delta", output_index=place, delta=part
            )
            for part in (call.arguments[:4], call.arguments[4:])
        ]
    done = item | {"arguments": call.arguments}
    return [*events, RESPONSES.event("response.output_item.done", output_index=place, item=done)]


@pytest.mark.parametrize("deltas", [True, False], ids=["in parts", "whole"])
async def test_streamed_calls_of_the_responses_api_are_put_together(deltas: bool) -> None:
    answer = RESPONSES.streams(
        *RESPONSES.opens(),
        *response_call(1, OSLO, deltas=deltas),
        *response_call(2, ROME, deltas=deltas),
        *RESPONSES.ends("completed"),
    )
    *calls, done = await streamed(answer, RESPONSES)
    assert calls == [OSLO, ROME]
    assert isinstance(done, Done)
    assert done.stop is Stop.TOOL


async def test_calls_of_a_whole_response_are_read() -> None:
    reply = json.loads(RESPONSES.whole("Let me see.", "completed"))
    for one in (OSLO, ROME):
        reply["output"].append(
            {"type": "function_call", "call_id": one.id, "name": one.name,
             "arguments": one.arguments}
        )  # fmt: skip
    answer = Answer(body=(json.dumps(reply).encode(),))
    async with Upstream(answer) as upstream, opened(RESPONSES, upstream) as endpoint:
        got = await endpoint.client("asked").ask(ASKED)
    assert (got.text, got.stop, got.calls) == ("Let me see.", Stop.TOOL, (OSLO, ROME))


async def test_tools_and_what_they_gave_are_said_as_the_responses_api_wants_it() -> None:
    asked = await sent(RESPONSES, AGAIN)
    assert [(one["name"], one["strict"]) for one in asked["tools"]] == [
        ("weather", False),
        ("clock", False),
    ]
    assert asked["store"] is False
    assert asked["max_output_tokens"] == 100
    assert asked["input"][2:] == [
        {"type": "function_call", "call_id": "call_1", "name": "weather",
         "arguments": OSLO.arguments},
        {"type": "function_call", "call_id": "call_2", "name": "clock",
         "arguments": ROME.arguments},
        {"type": "function_call_output", "call_id": "call_1", "output": "4 C"},
        {"type": "function_call_output", "call_id": "call_2", "output": "Error: no clock"},
    ]  # fmt: skip
