"""The line-list text against a model that is one string."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from bandmaster_lsp.columns import Encoding
from bandmaster_lsp.text import LineShift, Text
from tests.server.test_columns import naive_code_points

ENDS = re.compile(r"\r\n|\r|\n")
pieces = st.text(st.sampled_from("ab😀ß\n\r\n\r\f\v\x1c\x85\u2028"), max_size=10)
places = st.tuples(st.integers(0, 8), st.integers(0, 12))
edits = st.lists(st.tuples(places, places, pieces), max_size=6)


def naive_offset(text: str, line: int, units: int, encoding: Encoding) -> int:
    start = 0
    for match in ENDS.finditer(text):
        if line == 0:
            return start + naive_code_points(text[start : match.start()], units, encoding)
        start, line = match.end(), line - 1
    if line > 0:
        return len(text)
    return start + naive_code_points(text[start:], units, encoding)


def span(start: tuple[int, int], end: tuple[int, int]) -> types.Range:
    return types.Range(types.Position(*start), types.Position(*end))


@given(pieces, edits, st.sampled_from(list(Encoding)))
def test_edits_make_the_same_text_as_on_one_string(
    source: str, changes: list[tuple[tuple[int, int], tuple[int, int], str]], encoding: Encoding
) -> None:
    text, naive = Text(source, encoding), source
    for start, end, new in changes:
        first = naive_offset(naive, *start, encoding)
        last = max(naive_offset(naive, *end, encoding), first)
        naive = naive[:first] + new + naive[last:]
        text.edit(span(start, end), new)
        assert text.source == naive
        assert text.line_count == len(ENDS.findall(naive)) + 1


@given(pieces, places, places, pieces)
def test_an_edit_says_which_lines_became_how_many(
    source: str, start: tuple[int, int], end: tuple[int, int], new: str
) -> None:
    text = Text(source, Encoding.UTF16)
    before = [text.line(number) for number in range(text.line_count)]
    shift = text.edit(span(start, end), new)
    after = [text.line(number) for number in range(text.line_count)]
    assert before[: shift.first] == after[: shift.first]
    assert before[shift.last + 1 :] == after[shift.first + shift.count :]


@pytest.mark.parametrize("odd", ["\f", "\v", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_only_line_feed_and_carriage_return_end_a_line(odd: str) -> None:
    text = Text(f"a{odd}b\nc", Encoding.UTF16)
    text.edit(span((1, 0), (1, 1)), "X")
    assert text.source == f"a{odd}b\nX"


def test_a_place_behind_the_end_of_the_last_line_is_its_end() -> None:
    text = Text("abc", Encoding.UTF16)
    text.edit(span((0, 0), (0, 99)), "X")
    assert text.source == "X"


def test_the_request_keeps_its_positions() -> None:
    asked = span((0, 5), (7, 99))
    Text("abc", Encoding.UTF16).edit(asked, "X")
    assert asked == span((0, 5), (7, 99))


def test_a_text_has_a_last_line_that_may_be_empty() -> None:
    text = Text("a\n", Encoding.UTF16)
    assert (text.line_count, text.line(1)) == (2, "")
    assert text.edit(span((1, 0), (1, 0)), "b") == LineShift(1, 1, 1)
    assert text.source == "a\nb"


def test_a_line_feed_behind_a_lone_carriage_return_joins_it() -> None:
    text = Text("a\rb", Encoding.UTF16)
    text.edit(span((1, 0), (1, 0)), "\n")
    assert (text.source, text.line_count) == ("a\r\nb", 2)


def test_a_replaced_text_forgets_the_old_one() -> None:
    text = Text("a\nb", Encoding.UTF16)
    text.replace("c")
    assert (text.source, text.line_count) == ("c", 1)
