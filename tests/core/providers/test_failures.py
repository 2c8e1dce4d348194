"""What servers say of a prompt that is too long, in the words of each of them."""

from __future__ import annotations

from typing import Any

import pytest

from bandmaster.errors import Failure
from bandmaster.providers.failures import refined, sizes_in

TOO_LONG: dict[str, tuple[str, int | None, int | None]] = {
    "OpenAI": (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in"
        " 130123 tokens. Please reduce the length of the messages.",
        128000,
        130123,
    ),
    "OpenAI, the answer counted too": (
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens"
        " (8000 in the messages, 1000 in the completion).",
        8192,
        9000,
    ),
    "OpenAI, a limit that was set": (
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in"
        " 300001 tokens. Please reduce the length of the messages.",
        272000,
        300001,
    ),
    "OpenAI Responses": (
        "Your input exceeds the context window of this model. Please adjust your input and try"
        " again.",
        None,
        None,
    ),
    "llama.cpp": (
        "request (9084 tokens) exceeds the available context size (1024 tokens), try increasing it",
        1024,
        9084,
    ),
    "vLLM": (
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"
        " (4500 in the messages, 500 in the completion). Please reduce the length of the messages"
        " or completion.",
        4096,
        5000,
    ),
    "vLLM, the answer apart": (
        "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context"
        " length is 4096 tokens and your request has 3000 input tokens (2000 > 4096 - 3000).",
        4096,
        5000,
    ),
    "vLLM, the prompt alone": (
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
        4096,
        5000,
    ),
    "vLLM, lately": (
        "You passed 4097 input tokens and requested 0 output tokens. However, the model's context"
        " length is only 4096 tokens, resulting in a maximum input length of 4096 tokens.",
        4096,
        4097,
    ),
    "LM Studio": (
        "Trying to keep the first 5231 tokens when context the overflows. However, the model is"
        " loaded with context length of only 4096 tokens, which is not enough.",
        4096,
        5231,
    ),
    "Mistral": (
        "Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum"
        " context length",
        32768,
        65673,
    ),
    "xAI": (
        "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
        131072,
        150000,
    ),
    "OpenRouter": (
        "This endpoint's maximum context length is 131,072 tokens. However, you requested about"
        " 140,000 tokens (130,000 of text input, 10,000 in the output).",
        131072,
        140000,
    ),
    "Gemini": (
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        1048576,
        1200000,
    ),
    "Anthropic": ("prompt is too long: 210000 tokens > 200000 maximum", 200000, 210000),
    "Anthropic, the answer apart": (
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease"
        " input length or `max_tokens` and try again",
        200000,
        210000,
    ),
}


@pytest.mark.parametrize("said", TOO_LONG.values(), ids=TOO_LONG)
def test_the_sizes_are_read_from_the_servers_words(
    said: tuple[str, int | None, int | None],
) -> None:
    text, window, needed = said
    assert sizes_in(text) == (window, needed)
    assert refined(Failure.BAD_REQUEST, (), text) is Failure.CONTEXT_TOO_LONG


BODY: dict[str, Any] = {"code": 400, "n_prompt_tokens": 9084, "n_ctx": 1024}


@pytest.mark.parametrize("body", [BODY, {"error": BODY}])
def test_the_sizes_are_read_from_the_fields_of_the_body(body: object) -> None:
    assert sizes_in("too long", body) == (1024, 9084)


@pytest.mark.parametrize("body", [None, "text", [], {"error": None}, {"n_ctx": "many"}])
def test_a_body_without_sizes_says_nothing(body: object) -> None:
    assert sizes_in("the request was bad in 3 places", body) == (None, None)
