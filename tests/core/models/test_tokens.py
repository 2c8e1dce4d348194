"""Estimating tokens without a vocabulary."""

from __future__ import annotations

import inspect
import textwrap

import pytest

from bandmaster.models import Message, Prompt, Role, estimate_tokens, estimate_usage
from bandmaster.tasks import Usage


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("def add(left: int, right: int) -> int:\n    return left + right\n", 19),
        ("for (let i = 0; i < items.length; i++) { total += items[i].price; }", 22),
    ],
    ids=["prose", "Python", "JavaScript"],
)
def test_an_estimate_is_near_the_count_of_a_real_tokenizer(text: str, real: int) -> None:
    assert abs(estimate_tokens(text) - real) <= max(2, real // 4)


def test_dense_data_is_not_taken_for_one_word() -> None:
    assert estimate_tokens("QUJD" * 1000) >= 500
    assert estimate_tokens("─" * 1000) >= 100


def test_an_empty_text_has_no_tokens_and_any_other_has_one() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens(" ") == 1
    assert estimate_tokens("a") == 1


def test_a_longer_text_never_has_fewer_tokens() -> None:
    source = textwrap.dedent(inspect.getsource(inspect))[:20_000]
    counts = [estimate_tokens(source[:end]) for end in range(0, len(source), 500)]
    assert counts == sorted(counts)


def test_the_usage_of_a_broken_answer_counts_prompt_and_text_and_says_that_it_guesses() -> None:
    prompt = Prompt(messages=(Message(Role.USER, "one two three"),), output_tokens=10)
    assert estimate_usage(prompt, "") == Usage(input=7, output=0, estimated=True)
    assert estimate_usage(prompt, "four five").output == 2
