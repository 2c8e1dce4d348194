"""What every model provider promises of bad answers, whichever protocol it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bandmaster.errors import Failure, ModelError, ModelRefused, ModelUnavailable
from bandmaster.models import ModelClient, Stop, TextDelta
from tests.fakes.protocols import KEY, KEY_VARIABLE, PROMPT, SPEECHES, Speech, opened
from tests.fakes.upstream import Answer, End, Upstream

each_speech = pytest.mark.parametrize("speech", SPEECHES, ids=lambda one: one.kind.value)
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
WITHHOLDING = [one for one in SPEECHES if Stop.FILTER in one.stops]
PAGE = b"<!DOCTYPE html><html><body><h1>Welcome to our portal</h1></body></html>"
JSON = "application/json"


Does = Callable[[Speech], Answer]


@dataclass(frozen=True)
class Fault:
    """What the server does, and what must be made of it."""

    does: Does
    failure: Failure
    says: str
    heard: int = 0
    """How many pieces of text arrive before the failure."""
    error: type[ModelError] = ModelUnavailable


def refuses(status: int, mark: str, message: str, *headers: tuple[str, str]) -> Does:
    return lambda speech: Answer(status, (speech.error(mark, message),), JSON, headers=headers)


def page(status: int) -> Does:
    return lambda _: Answer(status, (PAGE,), "text/html")


def body(text: bytes) -> Does:
    return lambda _: Answer(200, (text,), JSON)


def stream(*more: str, end: End = End.CLEAN) -> Does:
    """Two words, then `more` as it stands, then the end; the protocol's end never comes."""

    def does(speech: Speech) -> Answer:
        raw = tuple(one.encode() for one in more)
        return speech.streams(*speech.opens(), *map(speech.says, ("Os", "lo")), *raw, end=end)

    return does


def fails_in_stream(*words: str, mark: str = "overloaded_error") -> Does:
    def does(speech: Speech) -> Answer:
        said = map(speech.says, words)
        return speech.streams(*speech.opens(), *said, speech.fails(mark, "busy now"))

    return does


def stops(stop: Stop, text: str) -> Does:
    return lambda speech: speech.answer(text, speech.stops[stop], stream=True)


ANYWHERE = {
    "401": Fault(refuses(401, "authentication_error", "no"), Failure.AUTHENTICATION, KEY_VARIABLE),
    "402": Fault(refuses(402, "billing_error", "pay"), Failure.QUOTA, "(402): pay"),
    "403": Fault(refuses(403, "permission_error", "no"), Failure.AUTHENTICATION, "refused the key"),
    "404": Fault(refuses(404, "not_found_error", "gone"), Failure.NOT_FOUND, "no model 'asked'"),
    "408": Fault(refuses(408, "timeout", "slow"), Failure.TIMEOUT, "(408): slow"),
    "413": Fault(refuses(413, "request_too_large", "big"), Failure.CONTEXT_TOO_LONG, "(413): big"),
    "400": Fault(refuses(400, "invalid_request_error", "eh?"), Failure.BAD_REQUEST, "(400): eh?"),
    "422": Fault(refuses(422, "invalid", "eh?"), Failure.BAD_REQUEST, "(422): eh?"),
    "400, prompt too long": Fault(
        refuses(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
        Failure.CONTEXT_TOO_LONG,
        "too long for this model (400)",
    ),
    "429": Fault(refuses(429, "rate_limit_error", "wait"), Failure.RATE_LIMIT, "(429): wait"),
    "429, no credit": Fault(
        refuses(429, "rate_limit_error", "Your credit balance is too low"),
        Failure.QUOTA,
        "no credit left",
    ),
    "500": Fault(refuses(500, "api_error", "oops"), Failure.OVERLOAD, "(500): oops"),
    "502, a page": Fault(page(502), Failure.OVERLOAD, "overloaded or failing (502)"),
    "503": Fault(refuses(503, "overloaded", "busy"), Failure.OVERLOAD, "(503): busy"),
    "504": Fault(refuses(504, "timeout_error", "slow"), Failure.TIMEOUT, "(504): slow"),
    "529": Fault(refuses(529, "overloaded_error", "busy"), Failure.OVERLOAD, "(529): busy"),
    "418": Fault(refuses(418, "teapot", "tea"), Failure.BAD_REQUEST, "(418): tea"),
    "no answer at all": Fault(
        lambda _: Answer(status=None, end=End.CUT), Failure.CONNECTION, "http://127.0.0.1"
    ),
}

WHOLE = {
    "a page with status 200": Fault(page(200), Failure.MALFORMED, "the server "),
    "broken JSON": Fault(body(b'{"id": "1", "choi'), Failure.MALFORMED, "does not answer as"),
    "an empty body": Fault(body(b""), Failure.MALFORMED, "does not answer as"),
    "another JSON": Fault(body(b'{"hello": "world"}'), Failure.MALFORMED, "does not answer as"),
    "a JSON list": Fault(body(b"[1, 2]"), Failure.MALFORMED, "does not answer as"),
    "a JSON null": Fault(body(b"null"), Failure.MALFORMED, "does not answer as"),
    "JSON too deep to read": Fault(body(b"[" * 200_000), Failure.MALFORMED, "does not answer as"),
    "an empty answer": Fault(
        lambda speech: Answer(body=(speech.whole("", speech.stops[Stop.END]),)),
        Failure.MALFORMED,
        "the answer is empty",
    ),
    "an answer used up before it began": Fault(
        lambda speech: Answer(body=(speech.whole("", speech.stops[Stop.LENGTH]),)),
        Failure.TRUNCATED,
        "used up before any text",
    ),
    "an answer without an end": Fault(
        lambda speech: Answer(body=(speech.whole("Oslo", None),)), Failure.TRUNCATED, "broke off"
    ),
    "a body cut": Fault(
        lambda speech: Answer(body=(speech.whole("Oslo", "stop")[:40],), end=End.CUT),
        Failure.CONNECTION,
        "http://127.0.0.1",
    ),
}

STREAMED = {
    "a page with status 200": Fault(page(200), Failure.MALFORMED, "the server "),
    "an empty body": Fault(lambda speech: speech.streams(), Failure.TRUNCATED, "without an answer"),
    "no text": Fault(stops(Stop.END, ""), Failure.MALFORMED, "the answer is empty"),
    "a good HTTP end without the answer's": Fault(
        stream(), Failure.TRUNCATED, "broke off after 4 characters of the answer", 2
    ),
    "a body ended early": Fault(
        stream(end=End.EARLY), Failure.TRUNCATED, "broke off after 4 characters of the answer", 2
    ),
    "a socket cut": Fault(stream(end=End.CUT), Failure.CONNECTION, "lost after 4 characters", 2),
    "a broken line": Fault(
        stream('event: content_block_delta\ndata: {"id": "1", "cho\n\n'),
        Failure.MALFORMED,
        "does not answer as",
        2,
    ),
    "an error first": Fault(fails_in_stream(), Failure.OVERLOAD, "busy now"),
    "an error later": Fault(fails_in_stream("Os", "lo"), Failure.OVERLOAD, "busy now", 2),
}


@each_way
@each_speech
@pytest.mark.parametrize("fault", ANYWHERE.values(), ids=ANYWHERE)
async def test_a_refusal_is_told_for_what_it_is(fault: Fault, speech: Speech, stream: bool) -> None:
    await check(fault, speech, heard if stream else answered)


@each_speech
@pytest.mark.parametrize("fault", WHOLE.values(), ids=WHOLE)
async def test_what_is_no_answer_is_not_taken_for_one(fault: Fault, speech: Speech) -> None:
    await check(fault, speech, answered)


@each_speech
@pytest.mark.parametrize("fault", STREAMED.values(), ids=STREAMED)
async def test_a_stream_without_a_good_end_is_no_answer(fault: Fault, speech: Speech) -> None:
    await check(fault, speech, heard)


@each_way
@pytest.mark.parametrize("speech", WITHHOLDING, ids=lambda one: one.kind.value)
async def test_an_answer_withheld_for_its_content_is_refused(speech: Speech, stream: bool) -> None:
    answer = speech.answer("Os\n", speech.stops[Stop.FILTER], stream=stream)
    fault = Fault(lambda _: answer, Failure.CONTENT_POLICY, "content", int(stream), ModelRefused)
    await check(fault, speech, heard if stream else answered)


@each_way
@each_speech
async def test_a_server_that_says_nothing_is_given_up(speech: Speech, stream: bool) -> None:
    fault = Fault(
        lambda _: Answer(status=None, end=End.NEVER), Failure.TIMEOUT, "answer within 0.3 s"
    )
    await check(fault, speech, heard if stream else answered, seconds=0.3)


@each_speech
async def test_a_model_that_falls_silent_in_its_answer_is_given_up(speech: Speech) -> None:
    fault = Fault(stream(end=End.NEVER), Failure.TIMEOUT, "silent for 0.3 s", 2)
    await check(fault, speech, heard, stall=0.3)


@each_speech
async def test_a_model_may_think_longer_before_its_first_word(speech: Speech) -> None:
    answer = speech.streams(*speech.opens(), end=End.NEVER)
    fault = Fault(lambda _: answer, Failure.TIMEOUT, "answer within 0.5 s")
    await check(fault, speech, heard, seconds=0.5, stall=0.01)


@each_speech
async def test_an_answer_longer_than_its_time_is_given_up(speech: Speech) -> None:
    fault = Fault(stream(end=End.NEVER), Failure.TIMEOUT, "no whole answer within 0.5 s", 2)
    await check(fault, speech, heard, seconds=0.5)


@each_way
@each_speech
async def test_nobody_at_the_address_is_no_connection(speech: Speech, stream: bool) -> None:
    async with Upstream(Answer()) as upstream:
        pass
    async with opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await (heard if stream else answered)(endpoint.client("asked"), [])
    assert caught.value.failure is Failure.CONNECTION
    assert upstream.url in str(caught.value)


@each_speech
async def test_a_missing_model_comes_with_the_nearest_names(speech: Speech) -> None:
    missing = Answer(404, (speech.error("not_found_error", "model not found"),))
    listed = Answer(body=(speech.models("asked-mini", "other"),))
    async with Upstream(missing, listed) as upstream, opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="did you mean 'asked-mini'"):
            await endpoint.client("asked").ask(PROMPT)


@each_speech
async def test_a_server_that_cannot_list_its_models_still_says_that_one_is_missing(
    speech: Speech,
) -> None:
    missing = Answer(404, (speech.error("not_found_error", "model not found"),))
    async with Upstream(missing) as upstream, opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="no model 'asked'"):
            await endpoint.client("asked").ask(PROMPT)


@each_speech
async def test_a_list_of_models_that_is_a_page_is_a_failure(speech: Speech) -> None:
    answer = Answer(200, (PAGE,), "text/html")
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.list_models()
    assert caught.value.failure is Failure.MALFORMED


@each_way
@each_speech
async def test_an_error_never_shows_the_key_or_the_prompt(speech: Speech, stream: bool) -> None:
    echo = f"bad input for key {KEY}: {PROMPT.messages[-1].text}"
    refusal = Answer(400, (speech.error("invalid", echo),))
    async with Upstream(refusal) as upstream, opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await (heard if stream else answered)(endpoint.client("asked"), [])
    shown = f"{caught.value} {caught.value.__cause__} {caught.value.args}"
    assert KEY not in shown
    assert "capital city" not in shown
    assert caught.value.__suppress_context__


@each_speech
async def test_a_server_that_repeats_the_key_is_quoted_without_it(speech: Speech) -> None:
    refusal = Answer(500, (speech.error("api_error", f"cannot use {KEY} today"),))
    async with Upstream(refusal) as upstream, opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="cannot use … today"):
            await endpoint.client("asked").ask(PROMPT)


@each_speech
async def test_a_servers_own_words_are_one_short_line(speech: Speech) -> None:
    long = Answer(500, (speech.error("api_error", "first\nsecond " + "word " * 500),))
    async with Upstream(long) as upstream, opened(speech, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.client("asked").ask(PROMPT)
    line = str(caught.value)
    assert "first second word" in line
    assert "\n" not in line
    assert len(line) < 260


async def check(
    fault: Fault,
    speech: Speech,
    way: Callable[[ModelClient, list[str]], Awaitable[None]],
    *,
    seconds: float = 20,
    stall: float = 20,
) -> None:
    async with (
        Upstream(fault.does(speech)) as upstream,
        opened(speech, upstream, seconds=seconds, stall=stall) as endpoint,
        asyncio.timeout(20),
    ):
        client = endpoint.client("asked")
        got: list[str] = []
        with pytest.raises(ModelError) as caught:
            await way(client, got)
    assert (type(caught.value), caught.value.failure) == (fault.error, fault.failure)
    assert fault.says in str(caught.value)
    assert len(got) == fault.heard
    assert upstream.paths().count(speech.path) == 1


async def answered(client: ModelClient, got: list[str]) -> None:
    got.append((await client.ask(PROMPT)).text)


async def heard(client: ModelClient, got: list[str]) -> None:
    async for chunk in client.stream(PROMPT):
        if isinstance(chunk, TextDelta):
            got.append(chunk.text)
