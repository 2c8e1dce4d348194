"""Tools, schemas, vectors, gaps and facts in Ollama's protocol."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import (
    AnswerSchema,
    Describes,
    Done,
    Embedded,
    Gap,
    Message,
    Prompt,
    Role,
    Stop,
    TextDelta,
    Told,
    ToolCall,
    ToolChoice,
    ToolOffer,
    ToolResult,
)
from bandmaster.tasks import Usage
from tests.fakes.protocols import PROMPT, Ollama, opened
from tests.fakes.upstream import Answer, Upstream

SPEECH = Ollama()
GOOD = SPEECH.answer("Oslo", "stop", stream=False)
NESTED = {
    "type": "object",
    "properties": {"at": {"type": "object", "properties": {"line": {"type": "integer"}}}},
    "additionalProperties": False,
}
LOOK = ToolOffer("look", "Look at a file", NESTED)
ASKING = replace(PROMPT, tools=(LOOK,))
CALLS = (ToolCall("call_1", "look", '{"path": "a.py"}'), ToolCall("call_2", "look", "{}"))
COUNTED = Usage(11, 7)


def line(*calls: ToolCall, text: str = "", done: bool = False) -> bytes:
    functions = [{"name": one.name, "arguments": json.loads(one.arguments)} for one in calls]
    message: Any = {"role": "assistant", "content": text}
    if functions:
        message["tool_calls"] = [{"function": one} for one in functions]
    part = {"model": "served", "message": message, "done": done}
    if done:
        part |= {"done_reason": "stop", "prompt_eval_count": 11, "eval_count": 7}
    return json.dumps(part).encode() + b"\n"


async def sent(prompt: Prompt) -> Any:
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        await endpoint.client("asked").ask(prompt)
    return upstream.requests[0].body


async def test_several_calls_in_one_answer_are_read_and_given_ids() -> None:
    answer = Answer(body=(line(*CALLS, text="I look.", done=True),))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        reply = await endpoint.client("asked").ask(ASKING)
    assert (reply.text, reply.stop, reply.calls) == ("I look.", Stop.TOOL, CALLS)


async def test_calls_that_come_in_several_parts_are_several_calls() -> None:
    answer = SPEECH.streams(
        line(text="I look."), line(CALLS[0]), line(CALLS[1]), *SPEECH.ends("stop")
    )
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(ASKING)]
    assert chunks == [TextDelta("I look."), *CALLS, Done(Stop.TOOL, COUNTED, "served")]


async def test_ids_of_calls_are_counted_through_the_conversation() -> None:
    earlier = Message(Role.ASSISTANT, "", calls=CALLS)
    results = Message(Role.TOOL, "", results=(ToolResult("call_1", "x"), ToolResult("call_2", "y")))
    answer = Answer(body=(line(CALLS[1], done=True),))
    prompt = replace(ASKING, messages=(*PROMPT.messages, earlier, results))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        reply = await endpoint.client("asked").ask(prompt)
    assert [one.id for one in reply.calls] == ["call_3"]


async def test_the_schema_of_a_tool_goes_out_whole() -> None:
    (tool,) = (await sent(ASKING))["tools"]
    assert tool == {
        "type": "function",
        "function": {"name": "look", "description": "Look at a file", "parameters": NESTED},
    }


async def test_tools_that_may_not_be_called_are_not_offered() -> None:
    assert "tools" not in await sent(replace(ASKING, tool_choice=ToolChoice.NONE))


async def test_calls_and_results_go_back_by_the_name_of_the_tool() -> None:
    said = Message(Role.ASSISTANT, "I look.", calls=(*CALLS, ToolCall("c", "look", "{bro")))
    results = (ToolResult("call_1", "x = 1"), ToolResult("call_2", "no such file", failed=True))
    prompt = replace(ASKING, messages=(said, Message(Role.TOOL, "", results=results)))
    assert (await sent(prompt))["messages"] == [
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {"function": {"name": "look", "arguments": {"path": "a.py"}}},
                {"function": {"name": "look", "arguments": {}}},
                {"function": {"name": "look", "arguments": {"unreadable": "{bro"}}},
            ],
        },
        {"role": "tool", "tool_name": "look", "content": "x = 1"},
        {"role": "tool", "tool_name": "look", "content": "failed: no such file"},
    ]


async def test_an_answer_with_a_schema_is_held_to_it_by_the_server() -> None:
    prompt = replace(PROMPT, schema=AnswerSchema("city", NESTED), temperature=0.5)
    body = await sent(prompt)
    assert (body["format"], body["options"]["temperature"]) == (NESTED, 0.5)
    assert "format" not in await sent(replace(prompt, tools=(LOOK,)))


async def test_the_wait_that_a_server_asks_for_is_known() -> None:
    busy = Answer(503, (SPEECH.error("", "busy"),), headers=(("Retry-After", "3"),))
    async with Upstream(busy) as upstream, opened(SPEECH, upstream) as endpoint:
        client = endpoint.client("asked")
        with pytest.raises(ModelUnavailable, match="busy") as whole:
            await client.ask(PROMPT)
        with pytest.raises(ModelUnavailable, match="busy") as streamed:
            await anext(client.stream(PROMPT))
    assert (whole.value.retry_after, streamed.value.retry_after) == (3.0, 3.0)


async def test_an_error_that_is_a_list_is_what_its_status_says() -> None:
    async with Upstream(Answer(500, (b"[1]",))) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.client("asked").ask(PROMPT)
    assert caught.value.failure is Failure.OVERLOAD


async def test_texts_become_vectors() -> None:
    body = {"model": "served", "embeddings": [[1, 0.5], [0, 1]], "prompt_eval_count": 9}
    answer = Answer(body=(json.dumps(body).encode(),))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        embedded = await endpoint.embed("asked", ("one", "two"))
    assert embedded == Embedded(((1.0, 0.5), (0.0, 1.0)), Usage(9), "served")
    assert upstream.requests[0].body == {"model": "asked", "input": ["one", "two"]}


async def test_a_missing_vector_is_a_failure() -> None:
    answer = Answer(body=(b'{"embeddings": [[1]]}',))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="2 texts, 1 vectors"):
            await endpoint.embed("asked", ("one", "two"))


async def test_a_gap_is_filled_between_the_texts_around_it() -> None:
    body = {"model": "served", "response": "a + b", "done": True, "done_reason": "stop",
            "prompt_eval_count": 11, "eval_count": 7}  # fmt: skip
    answer = Answer(body=(json.dumps(body).encode(),))
    gap = Gap(before="return ", after="\n", output_tokens=50, stops=("\n\n",))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        reply = await endpoint.fill("asked", gap)
        await endpoint.fill("asked", replace(gap, after=""))
    assert (reply.text, reply.stop, reply.usage) == ("a + b", Stop.END, COUNTED)
    request = upstream.requests[0]
    assert (request.path, request.body["prompt"]) == ("/api/generate", "return ")
    assert (request.body["suffix"], request.body["options"]["stop"]) == ("\n", ["\n\n"])
    assert upstream.requests[1].body["suffix"], "without one the text would be a question"


async def test_a_model_that_fills_no_gaps_says_so() -> None:
    no = Answer(400, (SPEECH.error("", "registry.ollama.ai/library/x does not support insert"),))
    async with Upstream(no) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="'asked' fills no gaps") as caught:
            await endpoint.fill("asked", Gap(before="a", after="b", output_tokens=9))
    assert caught.value.failure is Failure.NOT_FOUND


async def test_the_server_tells_what_its_models_hold_and_can_do() -> None:
    body = {
        "details": {"family": "qwen2"},
        "model_info": {
            "general.architecture": "qwen2",
            "general.parameter_count": 7615616512,
            "qwen2.context_length": 32768,
        },
        "capabilities": ["completion", "tools", "insert"],
    }
    answer = Answer(body=(json.dumps(body).encode(),))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        assert isinstance(endpoint, Describes)
        told = await endpoint.facts("asked")
    assert told == Told(
        window=32768,
        tools=True,
        vision=False,
        structured=True,
        fim=True,
        embeds=False,
        continues=True,
        size=7.615616512,
    )


async def test_an_old_server_leaves_open_what_a_model_can_do() -> None:
    answer = Answer(body=(b'{"details": {}}',))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        assert isinstance(endpoint, Describes)
        assert await endpoint.facts("asked") == Told()
