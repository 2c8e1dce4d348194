"""Columns against a model that counts one character after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmaster_lsp.columns import Encoding, to_code_points, to_units

WIDTH = {
    Encoding.UTF8: lambda one: len(one.encode("utf-8", "surrogatepass")),
    Encoding.UTF16: lambda one: len(one.encode("utf-16-le", "surrogatepass")) // 2,
    Encoding.UTF32: lambda one: 1,
}
lines = st.text(st.sampled_from("ab\tß€😀𝒳\ud800\u0301"), max_size=12)
encodings = st.sampled_from(list(Encoding))


def naive_code_points(line: str, units: int, encoding: Encoding) -> int:
    used = 0
    for index, character in enumerate(line):
        used += WIDTH[encoding](character)
        if used > units:
            return index
    return len(line)


@given(lines, st.integers(-1, 40), encodings)
def test_units_count_as_code_points_one_by_one(line: str, units: int, encoding: Encoding) -> None:
    assert to_code_points(line, units, encoding) == naive_code_points(line, units, encoding)


@given(lines, st.integers(0, 12), encodings)
def test_a_column_comes_back_from_its_units(line: str, column: int, encoding: Encoding) -> None:
    column = min(column, len(line))
    assert to_code_points(line, to_units(line, column, encoding), encoding) == column


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_place_in_the_middle_of_a_character_counts_as_its_beginning(encoding: Encoding) -> None:
    whole = to_units("😀", 1, encoding)
    assert [to_code_points("😀", units, encoding) for units in range(whole)] == [0] * whole
