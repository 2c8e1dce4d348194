"""What every model provider promises of good answers, whichever protocol it speaks."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest

from bandmaster.models import ChatChunk, Done, ModelClient, Reply, Stop, TextDelta, Used
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Limits, Provider, ProviderKind
from bandmaster.tasks import Usage
from tests.fakes.protocols import KEY, PROMPT, SPEECHES, Speech, opened
from tests.fakes.upstream import Answer, End, Upstream

pytestmark = pytest.mark.parametrize("speech", SPEECHES, ids=lambda one: one.kind.value)
TEXT = "Oslo.\nAbout 700,000.\n"
CACHED = {ProviderKind.OPENAI: 4, ProviderKind.ANTHROPIC: 4, ProviderKind.OLLAMA: 0}
WRITTEN = {ProviderKind.OPENAI: 0, ProviderKind.ANTHROPIC: 2, ProviderKind.OLLAMA: 0}


def counted(speech: Speech) -> Usage:
    """The count of every answer here, as far as the protocol says it."""
    return Usage(11, 7, cached=CACHED[speech.kind], written=WRITTEN[speech.kind])


async def chunks_of(client: ModelClient) -> list[ChatChunk]:
    """The chunks but for early counts, which not every protocol has."""
    return [chunk async for chunk in client.stream(PROMPT) if not isinstance(chunk, Used)]


async def test_a_whole_answer_has_its_text_its_end_and_its_count(speech: Speech) -> None:
    answer = speech.answer(TEXT, speech.stops[Stop.END], stream=False)
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        reply = await endpoint.client("asked").ask(PROMPT)
    assert reply == Reply(TEXT, Stop.END, counted(speech), "served")


async def test_a_streamed_answer_is_counted_like_a_whole_one(speech: Speech) -> None:
    answer = speech.answer(TEXT, speech.stops[Stop.END], stream=True)
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        chunks = await chunks_of(endpoint.client("asked"))
    assert chunks == [
        TextDelta("Oslo.\n"),
        TextDelta("About 700,000.\n"),
        Done(Stop.END, counted(speech), "served"),
    ]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_an_answer_cut_at_its_length_is_an_answer_that_says_so(
    speech: Speech, stream: bool
) -> None:
    answer = speech.answer(TEXT, speech.stops[Stop.LENGTH], stream=stream)
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        client = endpoint.client("asked")
        if stream:
            last = (await chunks_of(client))[-1]
            assert isinstance(last, Done)
            assert last.stop is Stop.LENGTH
        else:
            assert (await client.ask(PROMPT)).stop is Stop.LENGTH


async def test_the_server_is_asked_once_with_our_key_and_the_whole_prompt(speech: Speech) -> None:
    answer = speech.answer(TEXT, speech.stops[Stop.END], stream=False)
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        await endpoint.client("asked").ask(PROMPT)
    (request,) = upstream.requests
    assert request.path == speech.path
    assert request.body["model"] == "asked"
    assert all(one.text in str(request.body) for one in PROMPT.messages)
    assert "300" in str(request.body)
    sent = {request.headers.get("authorization"), request.headers.get("x-api-key")}
    assert sent & {f"Bearer {KEY}", KEY}


@pytest.mark.parametrize("count", [b"0", b"null", b"-3"])
async def test_what_the_server_does_not_count_is_estimated_and_marked(
    speech: Speech, count: bytes
) -> None:
    body = re.sub(
        rb"(_tokens|_count)\": \d+", rb'\1": ' + count, speech.whole(TEXT, speech.stops[Stop.END])
    )
    async with Upstream(Answer(body=(body,))) as upstream, opened(speech, upstream) as endpoint:
        usage = (await endpoint.client("asked").ask(PROMPT)).usage
    assert usage.estimated
    assert (20 < usage.input < 40, 4 < usage.output < 12, usage.cached) == (True, True, 0)


async def test_models_are_listed_by_name(speech: Speech) -> None:
    answer = Answer(body=(speech.models("beta", "alpha"),))
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        assert await endpoint.list_models() == ("alpha", "beta")


async def test_a_client_knows_its_name_and_that_loopback_is_local(speech: Speech) -> None:
    async with Upstream(Answer()) as upstream, opened(speech, upstream, name="mine") as endpoint:
        client = endpoint.client("asked")
        assert (client.name, client.local) == ("mine/asked", True)
    provider = Provider(kind=speech.kind, base_url="https://models.example/v1")
    far = await open_provider("far", provider, "key", Limits())
    assert not far.client("asked").local
    await far.close()


async def test_closing_twice_is_closing_once(speech: Speech) -> None:
    async with Upstream(Answer()) as upstream, opened(speech, upstream) as endpoint:
        await endpoint.close()
        await endpoint.close()


async def test_a_server_that_keeps_the_line_open_after_its_answer_does_not_hold_us(
    speech: Speech,
) -> None:
    said = speech.answer(TEXT, speech.stops[Stop.END], stream=True)
    answer = speech.streams(*said.body, end=End.CUT)
    async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
        chunks = await chunks_of(endpoint.client("asked"))
    assert chunks[-1] == Done(Stop.END, counted(speech), "served")


@pytest.mark.parametrize("begun", [False, True], ids=["before the answer", "within the stream"])
async def test_cancelling_closes_the_connection(speech: Speech, begun: bool) -> None:
    never = speech.streams(*speech.opens(), speech.says("Os"), end=End.NEVER)
    silent = Answer(status=None, end=End.NEVER)
    async with (
        Upstream(never if begun else silent) as upstream,
        opened(speech, upstream) as endpoint,
        asyncio.timeout(20),
    ):
        client = endpoint.client("asked")
        task = asyncio.create_task(chunks_of(client) if begun else _ask(client))
        await upstream.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.hung_up.wait()


async def test_a_reader_that_stops_in_the_middle_closes_the_connection(speech: Speech) -> None:
    never = speech.streams(*speech.opens(), speech.says("Os"), end=End.NEVER)
    async with (
        Upstream(never) as upstream,
        opened(speech, upstream) as endpoint,
        asyncio.timeout(20),
    ):
        stream = endpoint.client("asked").stream(PROMPT)
        while await anext(stream) != TextDelta("Os"):
            pass
        await stream.aclose()
        await upstream.hung_up.wait()


async def test_what_is_meant_for_this_machine_takes_no_proxy(
    speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        answer = speech.answer(TEXT, speech.stops[Stop.END], stream=False)
        async with Upstream(answer) as upstream, opened(speech, upstream) as endpoint:
            assert (await endpoint.client("asked").ask(PROMPT)).text == TEXT


async def test_what_is_meant_for_this_machine_is_not_sent_on_elsewhere(speech: Speech) -> None:
    async with Upstream(speech.answer(TEXT, speech.stops[Stop.END], stream=False)) as elsewhere:
        away = Answer(status=307, headers=(("Location", elsewhere.url + speech.path),))
        async with Upstream(away) as upstream, opened(speech, upstream) as endpoint:
            with pytest.raises(Exception, match="protocol"):
                await endpoint.client("asked").ask(PROMPT)
        assert elsewhere.requests == []


async def _ask(client: ModelClient) -> list[ChatChunk]:
    await client.ask(PROMPT)
    return []
