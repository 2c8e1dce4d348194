"""Servers that are compatible with OpenAI differ in what they take, and are asked as they want."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import AnswerSchema, Message, Prompt, Role, Stop
from bandmaster.providers.openai_chat import body
from bandmaster.providers.openai_dialect import Structure, api_of, dialect_of, permits_strict
from bandmaster.settings import Api
from tests.fakes.protocols import PROMPT, OpenAI, Responses, opened
from tests.fakes.upstream import Answer, Upstream

CHAT, RESPONSES = OpenAI(), Responses()
STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"anyOf": [{"type": "integer"}]}},
    "required": ["city", "people"],
    "additionalProperties": False,
}
SHAPED = replace(PROMPT, schema=AnswerSchema("place", STRICT), temperature=0.2)
each_speech = pytest.mark.parametrize("speech", [CHAT, RESPONSES], ids=["chat", "responses"])
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


def refuses(message: str, *, param: str | None = None, status: int = 400) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return Answer(status, (json.dumps({"error": error}).encode(),))


async def bodies(
    speech: OpenAI, prompt: Prompt, *refusals: Answer, stream: bool = False, calls: int = 1
) -> list[Any]:
    """What a server that refuses so is asked until it answers, and then again."""
    good = speech.answer("Oslo", speech.stops[Stop.END], stream=stream)
    async with Upstream(*refusals, good) as upstream, opened(speech, upstream) as endpoint:
        client = endpoint.client("asked")
        for _ in range(calls):
            if stream:
                assert [chunk async for chunk in client.stream(prompt)]
            else:
                await client.ask(prompt)
    return [one.body for one in upstream.requests]


async def test_a_schema_goes_to_the_server() -> None:
    (chat,) = await bodies(CHAT, SHAPED)
    (responses,) = await bodies(RESPONSES, SHAPED)
    named = {"name": "place", "schema": STRICT, "strict": True}
    assert chat["response_format"] == {"type": "json_schema", "json_schema": named}
    assert responses["text"] == {"format": {"type": "json_schema", **named}}
    assert (chat["temperature"], responses["temperature"]) == (0.2, 0.2)


@each_way
@each_speech
async def test_a_server_that_takes_no_schema_is_asked_with_ever_less(
    speech: OpenAI, stream: bool
) -> None:
    no = refuses("Unknown value: response_format / text.format json_schema")
    asked = await bodies(speech, SHAPED, no, no, no, stream=stream, calls=2)
    kinds = [_kind(one) for one in asked]
    assert kinds == [
        ("json_schema", True),
        ("json_schema", False),
        ("json_object", None),
        None,
        None,
    ]
    told = ["follows this JSON schema" in json.dumps(one) for one in asked]
    assert told == [False, False, True, True, True]


def _kind(asked: Any) -> tuple[str, bool | None] | None:
    said = asked.get("response_format") or asked.get("text", {}).get("format")
    if said is None:
        return None
    return said["type"], said.get("strict", said.get("json_schema", {}).get("strict"))


async def test_a_server_that_fails_on_a_schema_is_asked_without() -> None:
    fails = refuses("response_format.type: Input should be 'text' or 'json_object'", status=500)
    asked = await bodies(CHAT, SHAPED, fails, fails)
    assert [_kind(one) for one in asked][-1] == ("json_object", None)


async def test_a_server_that_fails_otherwise_is_asked_once() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await bodies(CHAT, SHAPED, refuses("out of memory", status=500))
    assert caught.value.failure is Failure.OVERLOAD


@each_speech
async def test_a_model_that_takes_no_temperature_gets_none_from_then_on(speech: OpenAI) -> None:
    no = refuses("Unsupported value: 'temperature' does not support 0.2", param="temperature")
    asked = await bodies(speech, SHAPED, no, calls=2)
    assert ["temperature" in one for one in asked] == [True, False, False]


async def test_what_one_model_refuses_another_still_gets() -> None:
    no = refuses("Unsupported parameter", param="temperature")
    good = CHAT.answer("Oslo", "stop", stream=False)
    async with Upstream(no, good) as upstream, opened(CHAT, upstream) as endpoint:
        await endpoint.client("thinks").ask(SHAPED)
        await endpoint.client("talks").ask(SHAPED)
    assert ["temperature" in one.body for one in upstream.requests] == [True, False, True]


async def test_a_server_that_wants_several_things_otherwise_gets_them_in_one_call() -> None:
    asked = await bodies(
        CHAT,
        SHAPED,
        refuses("Unsupported parameter: 'max_tokens'", param="max_tokens"),
        refuses("Unsupported value", param="temperature"),
        refuses("max_completion_tokens is too large: 300. This model supports at most 200 "
                "completion tokens", param="max_completion_tokens"),
        calls=2,
    )  # fmt: skip
    assert len(asked) == 5
    assert asked[-1]["max_completion_tokens"] == 200
    assert "temperature" not in asked[-1]


async def test_a_server_that_refuses_both_names_of_the_length_is_believed() -> None:
    no = refuses("neither max_tokens nor max_completion_tokens")
    with pytest.raises(ModelUnavailable) as caught:
        await bodies(CHAT, PROMPT, no, no, no, no)
    assert caught.value.failure is Failure.BAD_REQUEST


async def test_a_prompt_that_is_too_long_is_not_taken_for_a_dialect() -> None:
    no = refuses("This model's maximum context length is 10 tokens. However, you requested 20 "
                 "tokens. Reduce max_tokens", param="max_tokens")  # fmt: skip
    good = CHAT.answer("Oslo", "stop", stream=False)
    async with Upstream(no, good) as upstream, opened(CHAT, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.client("asked").ask(PROMPT)
    assert len(upstream.requests) == 1
    error = caught.value
    assert (error.failure, error.window, error.needed) == (Failure.CONTEXT_TOO_LONG, 10, 20)


@pytest.mark.parametrize(
    "words",
    [
        "'max_tokens' or 'max_completion_tokens' is too large: 300. This model's maximum context"
        " length is 400 tokens and your request has 200 input tokens (300 > 400 - 200).",
        "This model's maximum context length is 400 tokens. However, you requested 500 tokens"
        " (200 in the messages, 300 in the completion).",
    ],
)
async def test_a_prompt_that_fits_with_a_shorter_answer_is_asked_for_one(words: str) -> None:
    asked = await bodies(CHAT, PROMPT, refuses(words), calls=2)
    assert [one["max_tokens"] for one in asked] == [300, 180, 180]


async def test_a_prompt_that_leaves_no_room_for_an_answer_is_too_long() -> None:
    no = refuses("This model's maximum context length is 400 tokens. However, you requested 690 "
                 "tokens (390 in the messages, 300 in the completion).")  # fmt: skip
    with pytest.raises(ModelUnavailable) as caught:
        await bodies(CHAT, PROMPT, no)
    assert caught.value.failure is Failure.CONTEXT_TOO_LONG


def test_the_beginning_of_an_answer_is_marked_where_the_server_wants_that() -> None:
    prompt = replace(PROMPT, messages=(*PROMPT.messages, Message(Role.ASSISTANT, "Os")))
    plain = body(dialect_of("http://127.0.0.1:8000/v1", Api.CHAT), "m", prompt, stream=False)
    marked = body(dialect_of("https://api.mistral.ai/v1", Api.CHAT), "m", prompt, stream=False)
    assert plain["messages"][-1] == {"role": "assistant", "content": "Os"}
    assert marked["messages"][-1] == {"role": "assistant", "content": "Os", "prefix": True}


@pytest.mark.parametrize(
    ("schema", "permitted"),
    [
        (STRICT, True),
        ({"type": "array", "items": STRICT}, True),
        (STRICT | {"required": ["city"]}, False),
        (STRICT | {"additionalProperties": True}, False),
        ({"type": "object", "properties": {}}, False),
        ({"type": "array", "items": {"type": "object", "properties": {}}}, False),
        ({"oneOf": [STRICT]}, False),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}, False),
        ({"$ref": "#/$defs/a", "$defs": {"a": STRICT}}, True),
    ],
)
def test_a_schema_is_strict_only_where_strictness_permits_it(schema: Any, permitted: bool) -> None:
    assert permits_strict(schema) is permitted


def test_openai_is_asked_through_responses_and_others_through_chat() -> None:
    assert api_of("https://api.openai.com/v1", None) is Api.RESPONSES
    assert api_of("https://api.openai.com/v1", Api.CHAT) is Api.CHAT
    assert api_of("https://api.openai.com.example/v1", None) is Api.CHAT
    assert api_of("http://127.0.0.1:1234/v1", Api.RESPONSES) is Api.RESPONSES


def test_each_way_to_hold_to_a_schema_has_a_weaker_one_but_the_last() -> None:
    assert Structure.STRICT.weaker is Structure.SCHEMA
    assert Structure.WORDS.weaker is Structure.WORDS
