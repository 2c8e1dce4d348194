"""Tools, schemas and begun answers in the Messages protocol."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import (
    AnswerSchema,
    ChatChunk,
    Done,
    Gap,
    Message,
    ModelClient,
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
from bandmaster.tasks import Usage
from tests.fakes.protocols import PROMPT, Anthropic, opened
from tests.fakes.upstream import Answer, End, Upstream

SPEECH = Anthropic()
GOOD = SPEECH.answer("Oslo", "end_turn", stream=False)
LOOK = ToolOffer("look", "Look at a file", {"type": "object", "properties": {}})
ASKING = replace(PROMPT, tools=(LOOK,))
CALLS = (ToolCall("t1", "look", '{"path": "a.py"}'), ToolCall("t2", "look", "{}"))
SCHEMA = AnswerSchema("city", {"type": "object", "properties": {"name": {"type": "string"}}})


def event(name: str, **fields: Any) -> bytes:
    data = json.dumps({"type": name, **fields}).encode()
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


def started(index: int, call: ToolCall) -> bytes:
    block: Any = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
    return event("content_block_start", index=index, content_block=block)


def part(index: int, arguments: str) -> bytes:
    delta = {"type": "input_json_delta", "partial_json": arguments}
    return event("content_block_delta", index=index, delta=delta)


STREAMED = SPEECH.streams(
    *SPEECH.opens(),
    SPEECH.says("I look."),
    started(1, CALLS[0]),
    part(1, ""),
    part(1, '{"path": '),
    part(1, '"a.py"}'),
    event("content_block_stop", index=1),
    started(2, CALLS[1]),
    event("content_block_stop", index=2),
    *SPEECH.ends("tool_use"),
)


async def sent(prompt: Prompt) -> Any:
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        await endpoint.client("asked").ask(prompt)
    return upstream.requests[0].body


async def test_several_calls_in_one_answer_are_read() -> None:
    blocks = [{"type": "text", "text": "I look."}] + [
        {"type": "tool_use", "id": one.id, "name": one.name, "input": json.loads(one.arguments)}
        for one in CALLS
    ]
    body = json.loads(SPEECH.whole("", "tool_use")) | {"content": blocks}
    answer = Answer(body=(json.dumps(body).encode(),))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        reply = await endpoint.client("asked").ask(ASKING)
    assert (reply.text, reply.stop, reply.calls) == ("I look.", Stop.TOOL, CALLS)


async def test_streamed_calls_come_as_soon_as_each_is_whole() -> None:
    async with Upstream(STREAMED) as upstream, opened(SPEECH, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(ASKING)]
    assert chunks == [
        Used(Usage(11, 1, 4, written=2)),
        TextDelta("I look."),
        CALLS[0],
        CALLS[1],
        Done(Stop.TOOL, Usage(11, 7, 4, written=2), "served"),
    ]


async def test_a_call_that_breaks_off_is_never_given() -> None:
    cut = SPEECH.streams(*STREAMED.body[:6], end=End.CUT)
    chunks: list[ChatChunk] = []

    async def read(client: ModelClient) -> None:
        async for chunk in client.stream(ASKING):
            chunks.append(chunk)

    async with Upstream(cut) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await read(endpoint.client("asked"))
    assert caught.value.failure is Failure.CONNECTION
    assert not any(isinstance(one, ToolCall) for one in chunks)


@pytest.mark.parametrize(
    ("choice", "said"),
    [(ToolChoice.AUTO, "auto"), (ToolChoice.REQUIRED, "any"), (ToolChoice.NONE, "none")],
)
async def test_tools_are_offered_as_this_protocol_has_them(choice: ToolChoice, said: str) -> None:
    body = await sent(replace(ASKING, tool_choice=choice))
    assert body["tools"] == [
        {"name": "look", "description": "Look at a file", "input_schema": LOOK.parameters}
    ]
    assert body["tool_choice"] == {"type": said}


async def test_calls_and_their_results_go_back_as_blocks() -> None:
    prompt = Prompt(
        messages=(
            Message(Role.USER, "what is there?"),
            Message(Role.ASSISTANT, "I look. ", calls=(*CALLS, ToolCall("t.3", "look", "{bro"))),
            Message(
                Role.TOOL, "", results=(ToolResult("t1", "x = 1"), ToolResult("t.3", "no", True))
            ),
        ),
        output_tokens=50,
        tools=(LOOK,),
    )
    _, said, results = (await sent(prompt))["messages"]
    assert said["content"] == [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"path": "a.py"}},
        {"type": "tool_use", "id": "t2", "name": "look", "input": {}},
        {"type": "tool_use", "id": "t_3", "name": "look", "input": {"unreadable": "{bro"}},
    ]
    assert results == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": "x = 1", "is_error": False},
            {"type": "tool_result", "tool_use_id": "t_3", "content": "no", "is_error": True},
        ],
    }


async def test_a_long_beginning_that_comes_again_is_kept_by_the_server() -> None:
    long = Prompt(
        messages=(Message(Role.SYSTEM, "s" * 5000), Message(Role.USER, "u" * 5000)),
        output_tokens=50,
    )
    body = await sent(long)
    assert body["system"] == [
        {"type": "text", "text": "s" * 5000, "cache_control": {"type": "ephemeral"}}
    ]
    assert body["messages"][0]["content"] == "u" * 5000
    body = await sent(replace(long, tools=(LOOK,)))
    assert body["messages"][0]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    assert "cache_control" not in str(await sent(ASKING))


async def test_a_begun_answer_is_continued_without_doubling_the_space_between() -> None:
    begun = replace(PROMPT, messages=(*PROMPT.messages, Message(Role.ASSISTANT, "One.\n\n")))
    whole = SPEECH.answer("\n\nTwo.", "end_turn", stream=False)
    streamed = SPEECH.streams(
        *SPEECH.opens(), *map(SPEECH.says, ("\n", "\nTw", "o.")), *SPEECH.ends("end_turn")
    )
    async with Upstream(whole, streamed) as upstream, opened(SPEECH, upstream) as endpoint:
        client = endpoint.client("asked")
        assert (await client.ask(begun)).text == "Two."
        chunks = [chunk async for chunk in client.stream(begun)]
    assert "".join(one.text for one in chunks if isinstance(one, TextDelta)) == "Two."
    assert upstream.requests[0].body["messages"][-1] == {"role": "assistant", "content": "One."}


async def test_an_answer_with_a_schema_is_held_to_it_by_the_server() -> None:
    body = await sent(replace(PROMPT, schema=SCHEMA, temperature=1.5))
    assert body["temperature"] == 1.0
    assert body["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {**SCHEMA.schema, "additionalProperties": False},
    }


@pytest.mark.parametrize("part", ["output_config", "temperature"])
async def test_what_a_model_refuses_is_left_out_from_then_on(part: str) -> None:
    no = Answer(400, (SPEECH.error("invalid_request_error", f"`{part}` is not supported"),))
    prompt = replace(PROMPT, schema=SCHEMA, temperature=0.5)
    async with Upstream(no, GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        for _ in range(2):
            assert (await endpoint.client("asked").ask(prompt)).text == "Oslo"
    assert [part in one.body for one in upstream.requests] == [True, False, False]


async def test_the_longest_answer_of_a_model_is_learned() -> None:
    words = "max_tokens: 300 > 200, which is the maximum allowed number of output tokens for asked"
    no = Answer(400, (SPEECH.error("invalid_request_error", words),))
    async with Upstream(no, GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        for _ in range(2):
            assert (await endpoint.client("asked").ask(PROMPT)).text == "Oslo"
    assert [one.body["max_tokens"] for one in upstream.requests] == [300, 200, 200]


async def test_a_server_that_answers_whole_instead_of_streaming_is_understood() -> None:
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    assert chunks == [TextDelta("Oslo"), Done(Stop.END, Usage(11, 7, 4, written=2), "served")]


async def test_a_prompt_that_is_too_long_comes_with_its_sizes() -> None:
    words = "prompt is too long: 210000 tokens > 200000 maximum"
    no = Answer(400, (SPEECH.error("invalid_request_error", words),))
    async with Upstream(no) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.client("asked").ask(PROMPT)
    assert (caught.value.window, caught.value.needed) == (200_000, 210_000)


async def test_there_are_no_vectors_and_no_gaps_to_be_had() -> None:
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="no embeddings") as caught:
            await endpoint.embed("asked", ("text",))
        assert caught.value.failure is Failure.NOT_FOUND
        with pytest.raises(ModelUnavailable, match="no fill-in-the-middle"):
            await endpoint.fill("asked", Gap(before="a", after="b", output_tokens=9))
    assert upstream.requests == []
