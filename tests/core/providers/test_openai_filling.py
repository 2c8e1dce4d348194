"""Embeddings and filling in the middle through OpenAI's interfaces and those of others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import Gap, Stop
from bandmaster.providers.openai_filling import Filling, filling_of
from bandmaster.tasks import Usage
from tests.fakes.protocols import OpenAI, opened
from tests.fakes.upstream import Answer, Upstream

CHAT = OpenAI()
GAP = Gap(before="def f(", after="): pass", output_tokens=20, stops=("\n",))


def answers(value: Any) -> Answer:
    return Answer(body=(json.dumps(value).encode(),))


def refuses(status: int, message: str, code: str = "") -> Answer:
    return Answer(status, (CHAT.error(code, message),))


FILLED = answers(
    {
        "model": "served",
        "choices": [{"index": 0, "text": "x, y", "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }
)
INFILLED = {"content": "x, y", "stop_type": "word", "tokens_evaluated": 9, "tokens_predicted": 3}
NO_SUFFIX = refuses(400, "suffix is not currently supported")


async def test_a_gap_is_filled_by_a_completion_with_a_suffix() -> None:
    async with Upstream(FILLED) as upstream, opened(CHAT, upstream) as endpoint:
        reply = await endpoint.fill("coder", GAP)
    assert (reply.text, reply.stop, reply.usage) == ("x, y", Stop.END, Usage(9, 3))
    (request,) = upstream.requests
    assert request.path == "/v1/completions"
    assert request.body == {
        "model": "coder",
        "prompt": "def f(",
        "suffix": "): pass",
        "max_tokens": 20,
        "stop": ["\n"],
    }


@pytest.mark.parametrize("no", [NO_SUFFIX, refuses(404, "File Not Found")], ids=["400", "404"])
async def test_a_server_that_knows_no_suffix_is_asked_as_llama_cpp_from_then_on(no: Answer) -> None:
    async with Upstream(no, answers(INFILLED)) as upstream, opened(CHAT, upstream) as endpoint:
        reply = await endpoint.fill("coder", GAP)
        await endpoint.fill("coder", GAP)
    assert (reply.text, reply.stop, reply.usage) == ("x, y", Stop.END, Usage(9, 3))
    assert upstream.paths() == ["/v1/completions", "/infill", "/infill"]
    assert upstream.requests[1].body["input_prefix"] == "def f("


@pytest.mark.parametrize(
    ("more", "stop"),
    [({"stop_type": "limit"}, Stop.LENGTH), ({"stopped_limit": True}, Stop.LENGTH)],
)
async def test_a_filling_cut_at_its_length_says_so(more: dict[str, Any], stop: Stop) -> None:
    cut = answers(INFILLED | more)
    async with Upstream(NO_SUFFIX, cut) as upstream, opened(CHAT, upstream) as endpoint:
        assert (await endpoint.fill("coder", GAP)).stop is stop


@pytest.mark.parametrize(
    "no", [refuses(404, "Not Found"), refuses(501, "Infill is not supported by this model")]
)
async def test_a_server_that_fills_no_gaps_says_that(no: Answer) -> None:
    async with Upstream(NO_SUFFIX, no) as upstream, opened(CHAT, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="offers no fill-in-the-middle") as caught:
            await endpoint.fill("coder", GAP)
    assert caught.value.failure is Failure.NOT_FOUND


async def test_a_bad_request_to_fill_a_gap_is_told_without_the_code() -> None:
    no = refuses(400, "cannot continue 'def f('")
    async with Upstream(no) as upstream, opened(CHAT, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.fill("coder", GAP)
    assert (caught.value.failure, len(upstream.requests)) == (Failure.BAD_REQUEST, 1)
    assert "def f(" not in str(caught.value)


def test_mistral_is_asked_in_its_own_way() -> None:
    assert filling_of("https://api.mistral.ai/v1") is Filling.FIM
    assert filling_of("http://127.0.0.1:1234/v1") is Filling.SUFFIX


def vectors(*rows: tuple[int, list[float]], tokens: int = 5) -> Answer:
    data = [{"object": "embedding", "index": place, "embedding": row} for place, row in rows]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return answers({"object": "list", "model": "served", "data": data, "usage": usage})


async def test_each_text_gets_its_vector() -> None:
    answer = vectors((1, [0.0, 1.0]), (0, [1.0, 0.0]))
    async with Upstream(answer) as upstream, opened(CHAT, upstream) as endpoint:
        embedded = await endpoint.embed("small", ["a", "b"])
    assert embedded.vectors == ((1.0, 0.0), (0.0, 1.0))
    assert (embedded.usage, embedded.model) == (Usage(input=5), "served")
    assert upstream.requests[0].body["input"] == ["a", "b"]


async def test_many_texts_are_sent_in_several_requests() -> None:
    first = vectors(*((place, [float(place)]) for place in range(512)))
    second = vectors((0, [512.0]))
    async with Upstream(first, second) as upstream, opened(CHAT, upstream) as endpoint:
        embedded = await endpoint.embed("small", ["x"] * 513)
    assert [row[0] for row in embedded.vectors] == [float(place) for place in range(513)]
    assert embedded.usage == Usage(input=10)


async def test_vectors_that_nobody_counts_are_estimated() -> None:
    async with Upstream(vectors((0, [1.0]), tokens=0)) as upstream, opened(CHAT, upstream) as far:
        usage = (await far.embed("small", ["one two three"])).usage
    assert (usage.estimated, usage.input > 0) == (True, True)


async def test_fewer_vectors_than_texts_are_no_answer() -> None:
    async with Upstream(vectors((0, [1.0]))) as upstream, opened(CHAT, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="2 texts, 1 vectors"):
            await endpoint.embed("small", ["a", "b"])


@pytest.mark.parametrize(
    ("no", "says"),
    [
        (refuses(404, "Not Found"), "offers no embeddings"),
        (refuses(404, "The model does not exist", "model_not_found"), "no model 'small'"),
    ],
    ids=["no such thing", "no such model"],
)
async def test_a_server_without_embeddings_is_told_from_one_without_the_model(
    no: Answer, says: str
) -> None:
    async with Upstream(no) as upstream, opened(CHAT, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match=says) as caught:
            await endpoint.embed("small", ["a"])
    assert caught.value.failure is Failure.NOT_FOUND
