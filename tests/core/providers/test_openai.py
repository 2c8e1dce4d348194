"""What is particular to Chat Completions and the `openai` SDK."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import openai
import pytest

from bandmaster.errors import Failure, ModelError, ModelRefused, ModelUnavailable
from bandmaster.models import ChatChunk, Done, Stop, TextDelta, Used
from bandmaster.providers.openai_errors import FAILURES
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Limits, Provider, ProviderKind
from bandmaster.tasks import Usage
from tests.fakes.protocols import PROMPT, OpenAI, opened
from tests.fakes.upstream import Answer, End, Upstream

SPEECH = OpenAI()
GOOD = SPEECH.answer("Oslo", "stop", stream=False)
GOOD_STREAM = SPEECH.answer("Oslo", "stop", stream=True)
TRANSPORTS = {"TimeoutException", "TransportError", "HTTPError", "InvalidURL"}
FOREIGN_TO_US = {
    "APIRemovedInV1",
    "ContentFilterFinishReasonError",
    "LengthFinishReasonError",
    "MutuallyExclusiveAuthError",
    "StreamAlreadyConsumed",
    "SubjectTokenProviderError",
    "WebSocketConnectionClosedError",
    "WebSocketQueueFullError",
    "_AmbiguousModuleClientUsageError",
}
"""Errors of parts of the SDK that we do not use: structured parsing, sockets, Azure, identities."""


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_the_table_knows_every_error_of_the_installed_sdk() -> None:
    theirs = {one.__name__ for one in subclasses(openai.OpenAIError)} | {"OpenAIError"}
    ours = {one.__name__ for one in FAILURES} - TRANSPORTS
    assert theirs - FOREIGN_TO_US == ours


async def ask(*answers: Answer) -> tuple[ModelError | None, Upstream]:
    async with Upstream(*answers) as upstream, opened(SPEECH, upstream) as endpoint:
        try:
            await endpoint.client("asked").ask(PROMPT)
        except ModelError as error:
            return error, upstream
    return None, upstream


def error(status: int, message: str, *, code: str = "", param: str | None = None) -> Answer:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": param,
                      "code": code}}  # fmt: skip
    return Answer(status, (json.dumps(body).encode(),))


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, "context_length_exceeded", Failure.CONTEXT_TOO_LONG),
        (400, "content_filter", Failure.CONTENT_POLICY),
        (400, "content_policy_violation", Failure.CONTENT_POLICY),
        (429, "insufficient_quota", Failure.QUOTA),
        (429, "credit_balance_exhausted", Failure.QUOTA),
        (429, "rate_limit_exceeded", Failure.RATE_LIMIT),
        (404, "model_not_found", Failure.NOT_FOUND),
    ],
)
async def test_the_code_says_more_than_the_status(status: int, code: str, failure: Failure) -> None:
    told, _ = await ask(error(status, "something", code=code))
    assert told is not None
    assert told.failure is failure


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("Retry-After", "3", 3.0),
        ("Retry-After", "0.25", 0.25),
        ("retry-after-ms", "1500", 1.5),
        ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Retry-After", "soon", None),
        ("Retry-After", "nan", None),
        ("Retry-After", "-1", 0.0),
    ],
)
async def test_the_wait_that_the_server_asks_for_is_read(
    header: str, value: str, seconds: float | None
) -> None:
    told, upstream = await ask(
        Answer(429, (SPEECH.error("rate_limit_exceeded", "x"),), headers=((header, value),))
    )
    assert told is not None
    assert told.retry_after == seconds
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_server_that_wants_the_other_name_of_the_length_gets_it_from_then_on(
    stream: bool,
) -> None:
    wrong = error(400, "Unsupported parameter: 'max_tokens'", param="max_tokens")
    good = GOOD_STREAM if stream else GOOD
    async with Upstream(wrong, good) as upstream, opened(SPEECH, upstream) as endpoint:
        client = endpoint.client("asked")
        for _ in range(2):
            if stream:
                assert [chunk async for chunk in client.stream(PROMPT)]
            else:
                await client.ask(PROMPT)
    names = [sorted(k for k in one.body if k.startswith("max")) for one in upstream.requests]
    assert names == [["max_tokens"], ["max_completion_tokens"], ["max_completion_tokens"]]


async def test_a_server_that_takes_no_stream_options_is_asked_without() -> None:
    wrong = error(422, "stream_options: extra fields not permitted")
    async with Upstream(wrong, GOOD_STREAM) as upstream, opened(SPEECH, upstream) as endpoint:
        assert [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    assert ["stream_options" in one.body for one in upstream.requests] == [True, False]


async def test_another_bad_request_is_not_tried_twice() -> None:
    told, upstream = await ask(error(400, "Unknown field 'messages'"), GOOD)
    assert told is not None
    assert (told.failure, len(upstream.requests)) == (Failure.BAD_REQUEST, 1)


async def test_a_refusal_in_the_message_is_a_refusal() -> None:
    body = GOOD.body[0].replace(b'"content": "Oslo"', b'"content": null, "refusal": "No."')
    told, _ = await ask(Answer(body=(body,)))
    assert told is not None
    assert told.failure is Failure.CONTENT_POLICY


async def test_an_unknown_reason_to_stop_is_no_good_end() -> None:
    told, _ = await ask(SPEECH.answer("Oslo", "insufficient_system_resource", stream=False))
    assert told is not None
    assert told.failure is Failure.TRUNCATED
    assert "insufficient_system_resource" in str(told)


async def test_a_tool_call_instead_of_an_answer_is_no_answer() -> None:
    told, _ = await ask(SPEECH.answer(None, "tool_calls", stream=False))
    assert told is not None
    assert (told.failure, "tool" in str(told)) == (Failure.MALFORMED, True)


async def test_a_server_that_falls_silent_after_the_end_does_not_hold_us() -> None:
    answer = SPEECH.streams(SPEECH.says("Oslo"), SPEECH.ends("stop")[0], end=End.NEVER)
    async with (
        Upstream(answer) as upstream,
        opened(SPEECH, upstream, seconds=900) as endpoint,
        asyncio.timeout(30),
    ):
        chunks = [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    last = chunks[-1]
    assert isinstance(last, Done)
    assert (last.stop, last.usage.estimated) == (Stop.END, True)


async def test_a_count_that_comes_with_the_last_choice_is_taken() -> None:
    both = SPEECH.ends("stop")[0].replace(
        b'"usage": null', b'"usage": {"prompt_tokens": 9, "completion_tokens": 3}'
    )
    answer = SPEECH.streams(SPEECH.says("Oslo"), both, b"data: [DONE]\n\n")
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    assert chunks[-1] == Done(Stop.END, Usage(9, 3), "served")


async def test_credentials_of_the_environment_do_not_go_to_other_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(variable, f"private-{variable}")
    async with Upstream(GOOD) as upstream:
        provider = Provider(kind=ProviderKind.OPENAI, base_url=upstream.url + "/v1")
        endpoint = await open_provider("mine", provider, None, Limits())
        await endpoint.client("asked").ask(PROMPT)
        await endpoint.close()
    assert "private-" not in str(upstream.requests[0].headers)


async def test_a_server_that_wants_a_key_where_none_is_set_says_which_variable_to_set() -> None:
    async with Upstream(Answer(401, (SPEECH.error("invalid_api_key", "no"),))) as upstream:
        provider = Provider(
            kind=ProviderKind.OPENAI, base_url=upstream.url + "/v1", api_key_env="MY_KEY"
        )
        endpoint = await open_provider("mine", provider, None, Limits())
        with pytest.raises(ModelUnavailable, match=r"wants a key \(401\): set MY_KEY"):
            await endpoint.client("asked").ask(PROMPT)
        await endpoint.close()


async def heard(answer: Answer) -> list[ChatChunk]:
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    return [chunk for chunk in chunks if not isinstance(chunk, Used)]


async def test_a_refusal_in_a_stream_is_a_refusal_whatever_the_end_says() -> None:
    part = SPEECH.says("x").replace(b'{"content": "x"}', b'{"refusal": "No."}')
    with pytest.raises(ModelRefused):
        await heard(SPEECH.streams(part, *SPEECH.ends("stop")))


async def test_a_server_that_does_not_stream_is_read_whole() -> None:
    assert await heard(GOOD) == [TextDelta("Oslo"), Done(Stop.END, Usage(11, 7, 4), "served")]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"code": 402, "message": "no credits"}, Failure.QUOTA),
        ({"code": 429, "message": "slowly"}, Failure.RATE_LIMIT),
        ({"code": "server_error", "message": "disconnected"}, Failure.OVERLOAD),
        ({"code": 400, "message": "longer than the maximum context length of 8 tokens"},
         Failure.CONTEXT_TOO_LONG),
        ("something", Failure.OVERLOAD),
    ],
)  # fmt: skip
async def test_an_error_with_a_good_status_is_an_error(
    error: object, failure: Failure, stream: bool
) -> None:
    body = json.dumps({"error": error}).encode()
    answer = SPEECH.streams(b"data: " + body + b"\n\n") if stream else Answer(body=(body,))
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        client = endpoint.client("asked")
        with pytest.raises(ModelUnavailable) as caught:
            await (anext(client.stream(PROMPT)) if stream else client.ask(PROMPT))
    assert caught.value.failure is failure


async def test_text_in_parts_is_put_together_without_the_thinking() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "Os"},
        {"type": "text", "text": "lo"},
    ]
    body = GOOD.body[0].replace(b'"content": "Oslo"', b'"content": ' + json.dumps(parts).encode())
    async with Upstream(Answer(body=(body,))) as upstream, opened(SPEECH, upstream) as endpoint:
        assert (await endpoint.client("asked").ask(PROMPT)).text == "Oslo"


async def test_thinking_that_only_the_total_counts_is_counted() -> None:
    body = GOOD.body[0].replace(b'"total_tokens": 18', b'"total_tokens": 111')
    async with Upstream(Answer(body=(body,))) as upstream, opened(SPEECH, upstream) as endpoint:
        usage = (await endpoint.client("asked").ask(PROMPT)).usage
    assert usage == Usage(11, 100, 4)


async def test_an_address_without_a_scheme_is_the_one_that_is_meant() -> None:
    async with Upstream(GOOD) as upstream:
        bare = upstream.url.removeprefix("http://") + "/v1/"
        provider = Provider(kind=ProviderKind.OPENAI, base_url=bare)
        endpoint = await open_provider("mine", provider, None, Limits())
        assert (await endpoint.client("asked").ask(PROMPT)).text == "Oslo"
        await endpoint.close()
    assert upstream.paths() == ["/v1/chat/completions"]
