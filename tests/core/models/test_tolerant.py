"""JSON is read as models write it, and what had to be forgiven is named."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from string import ascii_letters, digits, punctuation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmaster.models import NotJson, Read, read_json

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["// no", "/* no */", "# no", ",}", ",]", "```", "\\", '"', "'", "{", "[1,"])
)
VALUES = st.recursive(
    st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside | SCALARS),
)
SPACES = ("", " ", "\n", "\t// a remark, }\n", " /* one, ] */ ", '# hash "\n')


def dirty(value: object, chance: random.Random) -> str:
    """`value` as JSON with comments between its tokens and a comma behind each last item."""

    def gap() -> str:
        return chance.choice(SPACES)

    if isinstance(value, dict):
        items = [
            f"{gap()}{json.dumps(key)}{gap()}:{gap()}{dirty(one, chance)}{gap()}"
            for key, one in value.items()
        ]
        return "{" + ",".join(items) + (chance.choice(("", ",")) if items else "") + gap() + "}"
    if isinstance(value, list):
        items = [gap() + dirty(one, chance) + gap() for one in value]
        return "[" + ",".join(items) + (chance.choice(("", ",")) if items else "") + gap() + "]"
    return json.dumps(value, ensure_ascii=chance.choice((False, True)))


@given(VALUES | SCALARS)
def test_json_is_read_as_it_is_and_nothing_is_forgiven(value: object) -> None:
    assert read_json(json.dumps(value)) == Read(value)


@given(VALUES, st.randoms(use_true_random=False))
def test_a_value_comes_through_comments_commas_words_and_fences(
    value: object, chance: random.Random
) -> None:
    before, behind = chance.choice(
        [("", ""), ("Here you are: ", "\nAnything else?"), ("```json\n", "\n```"), ("\ufeff", "")]
    )
    assert read_json(before + dirty(value, chance) + behind).value == value


@given(st.dictionaries(st.text(ascii_letters + digits + punctuation), st.text(alphabet="ab'\"\n")))
def test_a_python_literal_is_read_as_what_it_means(value: dict[str, str]) -> None:
    assert read_json(repr({"kept": value, "none": None})).value == {"kept": value, "none": None}


@given(st.text(alphabet="{}[]\"',:/*#\\ \n`a1-", max_size=60))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    with suppress(NotJson):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "value", "forgiven"),
    [
        ('\ufeff{"a": 1}', {"a": 1}, ("a byte order mark",)),
        ('```json\n{"a": 1}\n```', {"a": 1}, ("a code fence",)),
        ('Sure!\n```\n{"a": 1}\n```\n', {"a": 1}, ("words around it", "a code fence")),
        ('Use {x} as in [1]: {"a": 1}. Done.', {"a": 1}, ("words around it",)),
        ('{"a": [1, 2,],}', {"a": [1, 2]}, ("trailing commas",)),
        ('{"a": 1 // one\n}', {"a": 1}, ("comments",)),
        ('{"a": "1\n2"}', {"a": "1\n2"}, ("raw line breaks in strings",)),
        ("{'a': True}", {"a": True}, ("single quotes", "Python's True, False and None")),
        ('{a: "b"}', {"a": "b"}, ("keys without quotes",)),
        ('{"findings": [...]}:\n```\n{"findings": []}\n```', {"findings": []}, ("a code fence",)),
    ],
)
def test_what_was_forgiven_is_named(text: str, value: object, forgiven: tuple[str, ...]) -> None:
    assert read_json(text) == Read(value, forgiven)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no idea", "there is no JSON in the answer"),
        ('{"a": [1, 2', "it ends in the middle at line 1 column 12"),
        ('{"a": 1\n "b": 2}', "',' or '}' is missing at line 2 column 2"),
        ('{"a": NaN}', "a value is missing at line 1 column 7"),
        ('{"findings": [oops, {"path": "x"}]}', "a value is missing at line 1 column 15"),
        ('[[1, {"a": "b"}], oops]', "a value is missing at line 1 column 19"),
        ('{"a": "\\q",}', "an escape that JSON does not know at line 1 column 7"),
        ("[" * 150 + "1," + "]" * 150, "nested more than 100 deep"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a": ' + "1" * 5000 + "}", "a number is too long"),
    ],
)
def test_nothing_is_guessed_and_the_place_of_the_fault_is_told(text: str, problem: str) -> None:
    with pytest.raises(NotJson) as caught:
        read_json(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "piece", ["{", "[", '{"', "/*", "{x}", "[1,2] ", "```\n", "\\", '{"a":', "x```\n{", "{'\\\""]
)
def test_a_long_text_is_read_without_reading_it_over_and_over(piece: str) -> None:
    with pytest.raises(NotJson):
        read_json('{"a": 1, /*' + piece * 300_000)
    with suppress(NotJson):
        read_json(piece * 300_000 + '{"a": 1, oops')
