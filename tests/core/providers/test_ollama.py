"""What is particular to Ollama and its SDK."""

from __future__ import annotations

import inspect

import ollama
import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import Done, Message, Prompt, Role, Stop
from bandmaster.providers.ollama import FAILURES
from tests.fakes.protocols import PROMPT, Ollama, opened
from tests.fakes.upstream import Answer, Upstream

SPEECH = Ollama()
GOOD = SPEECH.answer("Oslo", "stop", stream=False)


def test_the_table_knows_every_error_of_the_installed_sdk() -> None:
    theirs = {
        one
        for module in (ollama, inspect.getmodule(ollama.ResponseError))
        for one in vars(module).values()
        if inspect.isclass(one)
        and issubclass(one, Exception)
        and one.__module__.startswith("ollama")
    }
    assert theirs == {one for one in FAILURES if one.__module__.startswith("ollama")}


async def window(words: int, output_tokens: int = 300) -> int:
    prompt = Prompt(messages=(Message(Role.USER, "word " * words),), output_tokens=output_tokens)
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        await endpoint.client("asked").ask(prompt)
    options = upstream.requests[0].body["options"]
    assert options["num_predict"] == output_tokens
    return options["num_ctx"]


async def test_a_window_is_asked_for_that_holds_the_whole_prompt() -> None:
    assert await window(10) == 8192
    assert await window(20_000) == 32_768


async def test_prompts_of_like_size_share_a_window_so_that_the_model_is_not_loaded_anew() -> None:
    assert await window(100) == await window(2_000, output_tokens=8192)


async def test_an_object_as_error_is_read_as_well_as_a_text() -> None:
    error = Answer(500, (b'{"error": {"message": "out of memory", "type": "x"}}',))
    async with Upstream(error) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="out of memory"):
            await endpoint.client("asked").ask(PROMPT)


@pytest.mark.parametrize("reason", ["load", "unload"])
async def test_a_server_that_only_loaded_the_model_gave_no_answer(reason: str) -> None:
    answer = SPEECH.answer("", reason, stream=False)
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable) as caught:
            await endpoint.client("asked").ask(PROMPT)
    assert caught.value.failure is Failure.MALFORMED


async def test_an_old_server_that_gives_no_reason_has_ended_all_the_same() -> None:
    said = SPEECH.answer("Oslo\n", "stop", stream=True)
    body = tuple(one.replace(b'"done_reason": "stop", ', b"") for one in said.body)
    async with (
        Upstream(SPEECH.streams(*body)) as upstream,
        opened(SPEECH, upstream) as endpoint,
    ):
        chunks = [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]
    last = chunks[-1]
    assert isinstance(last, Done)
    assert last.stop is Stop.END


async def test_a_missing_model_is_named_where_the_server_has_none_at_all() -> None:
    error = Answer(404, (b'{"error": "model \'asked\' not found"}',))
    listed = Answer(body=(SPEECH.models(),))
    async with Upstream(error, listed) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelUnavailable, match="has no model 'asked'"):
            await endpoint.client("asked").ask(PROMPT)
