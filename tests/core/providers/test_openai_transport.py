"""The connections under the `openai` SDK: kept, closed, zipped, redirected, and through a proxy."""

from __future__ import annotations

import asyncio
import gzip
import warnings

import httpx2
import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import Done, Retrying, TextDelta
from bandmaster.providers.openai_transport import transport
from bandmaster.providers.place import Place
from bandmaster.settings import Limits
from tests.fakes.protocols import PROMPT, OpenAI, opened
from tests.fakes.upstream import Answer, End, Upstream

SPEECH = OpenAI()
GOOD = SPEECH.answer("Oslo", "stop", stream=False)
GOOD_STREAM = SPEECH.answer("Oslo", "stop", stream=True)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


async def test_calls_one_after_the_other_share_a_connection() -> None:
    async with Upstream(GOOD, GOOD_STREAM, GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        client = endpoint.client("asked")
        await client.ask(PROMPT)
        assert [chunk async for chunk in client.stream(PROMPT)]
        await client.ask(PROMPT)
    assert upstream.connections == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_kept_connection_that_the_server_closed_costs_one_attempt_at_most(
    stream: bool,
) -> None:
    good = GOOD_STREAM if stream else GOOD
    async with (
        Upstream(GOOD, Answer(status=None, end=End.CUT), good) as upstream,
        opened(SPEECH, upstream) as endpoint,
    ):
        client = Retrying(endpoint.client("asked"))
        await client.ask(PROMPT)
        if stream:
            *_, done = [chunk async for chunk in client.stream(PROMPT)]
            assert isinstance(done, Done)
        else:
            assert (await client.ask(PROMPT)).text == "Oslo"
    assert len(upstream.requests) == 3


async def test_a_zipped_answer_is_read() -> None:
    body = gzip.compress(GOOD.body[0])
    zipped = Answer(body=(body[:20], body[20:]), headers=(("Content-Encoding", "gzip"),))
    async with Upstream(zipped) as upstream, opened(SPEECH, upstream) as endpoint:
        assert (await endpoint.client("asked").ask(PROMPT)).text == "Oslo"


async def test_a_zipped_stream_is_read() -> None:
    body = gzip.compress(b"".join(GOOD_STREAM.body))
    zipped = Answer(
        body=(body[:30], body[30:]), kind="text/event-stream",
        headers=(("Content-Encoding", "gzip"),),
    )  # fmt: skip
    async with Upstream(zipped) as upstream, opened(SPEECH, upstream) as endpoint:
        chunks = [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    assert chunks[0] == TextDelta("Oslo")


async def test_a_body_that_is_not_zipped_as_it_says_is_malformed() -> None:
    wrong = Answer(body=GOOD.body, headers=(("Content-Encoding", "gzip"),))
    async with Upstream(wrong) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.client("asked").ask(PROMPT)
    assert caught.value.failure is Failure.MALFORMED


async def test_an_answer_with_long_headers_is_read() -> None:
    long = Answer(body=GOOD.body, headers=(("Content-Security-Policy", "x " * 10_000),))
    async with Upstream(long) as upstream, opened(SPEECH, upstream) as endpoint:
        assert (await endpoint.client("asked").ask(PROMPT)).text == "Oslo"


async def test_what_is_no_http_is_a_failure_of_the_connection() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = transport(Place(name="near", url=url), Limits())
        with pytest.raises(httpx2.TransportError):
            await client.send(client.build_request("POST", url, content=b"{}"))
        await client.aclose()


async def test_a_far_server_may_send_us_on_and_the_key_stays_behind(
    no_proxy: pytest.MonkeyPatch,
) -> None:
    async with Upstream(GOOD) as elsewhere:
        away = Answer(status=307, headers=(("Location", elsewhere.url + "/v2"),))
        async with Upstream(away) as upstream:
            client = transport(Place(name="far", url="https://models.example/v1"), Limits())
            headers = {"Authorization": "Bearer secret"}
            request = client.build_request("POST", upstream.url, content=b"{}", headers=headers)
            response = await client.send(request)
            assert response.content == GOOD.body[0]
            await client.aclose()
    (followed,) = elsewhere.requests
    assert (followed.method, followed.path, followed.body) == ("POST", "/v2", {})
    assert "authorization" not in followed.headers


async def test_a_far_server_is_asked_through_the_proxy_that_the_environment_names(
    no_proxy: pytest.MonkeyPatch,
) -> None:
    async with Upstream(GOOD) as proxy:
        no_proxy.setenv("http_proxy", proxy.url)
        client = transport(Place(name="far", url="http://models.example/v1"), Limits())
        response = await client.post("http://models.example/v1/x", content=b"{}")
        await client.aclose()
    assert response.content == GOOD.body[0]
    assert proxy.requests[0].headers["host"] == "models.example"


async def test_nothing_is_left_open_by_a_client_that_is_closed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with Upstream(GOOD) as upstream:
            client = transport(Place(name="near", url=upstream.url), Limits())
            await client.post(upstream.url, content=b"{}")
            await client.aclose()
            await client.aclose()
