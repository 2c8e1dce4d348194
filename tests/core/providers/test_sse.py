"""Server-sent events: the same however the bytes are cut, and nothing that is none."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmaster.providers.sse import Decoder, Event, read_events

NAMES = st.sampled_from(["", "message_start", "response.output_text.delta"])
VALUES = st.dictionaries(st.sampled_from("abc"), st.text(max_size=12), max_size=3)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
EVENTS = st.lists(st.tuples(NAMES, VALUES), max_size=8)


def written(events: Sequence[tuple[str, object]], end: str, *, ascii_only: bool) -> bytes:
    """Events as a server writes them, a comment between all of them."""
    text = ""
    for name, value in events:
        lines = [": still here"]
        lines += [f"event: {name}"] if name else []
        lines += [f"data: {json.dumps(value, ensure_ascii=ascii_only)}", "id: 1", ""]
        text += "".join(line + end for line in lines)
    return text.encode("utf-8", "surrogatepass")


async def cut(body: bytes, places: Sequence[int]) -> AsyncGenerator[bytes, None]:
    points = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    for start, end in pairwise(points):
        yield body[start:end]


async def read(body: bytes, places: Sequence[int] = ()) -> list[Event]:
    return [event async for event in read_events(cut(body, places))]


@given(EVENTS, ENDS, st.booleans(), st.lists(st.integers(0, 2000), max_size=40))
async def test_any_cutting_of_the_bytes_gives_the_same_events(
    events: list[tuple[str, dict[str, str]]], end: str, ascii_only: bool, places: list[int]
) -> None:
    body = written(events, end, ascii_only=ascii_only)
    assert await read(body, places) == [Event(name, value) for name, value in events]


@given(EVENTS, ENDS, st.integers(0, 2000))
async def test_a_body_that_breaks_off_gives_a_beginning_of_its_events(
    events: list[tuple[str, dict[str, str]]], end: str, place: int
) -> None:
    body = written(events, end, ascii_only=False)
    heard = await read(body[: place % (len(body) + 1)])
    assert heard == [Event(name, value) for name, value in events][: len(heard)]


async def test_every_single_byte_may_come_alone() -> None:
    body = 'event: a\r\ndata: {"x": "æøå €"}\r\n\r\ndata: {"y": 1}\r\n\r\ndata: [DONE]\r\n\r\n'
    places = range(len(body.encode()))
    assert await read(body.encode(), places) == [Event("a", {"x": "æøå €"}), Event("", {"y": 1})]


async def test_data_over_several_lines_is_one_value() -> None:
    assert await read(b'data: {"a":\ndata: 1}\n\n') == [Event("", {"a": 1})]


async def test_a_byte_order_mark_is_skipped_once() -> None:
    assert await read(b'\xef\xbb\xbfdata: {"a": 1}\n\n', [1, 2]) == [Event("", {"a": 1})]


async def test_comments_keep_alives_and_unknown_fields_are_no_events() -> None:
    body = b': OPENROUTER PROCESSING\n\n:\n\nretry: 100\n\nid\n\ndata:{"a": 1}\n\n\n\n'
    assert await read(body) == [Event("", {"a": 1})]


async def test_what_follows_done_is_read_and_thrown_away() -> None:
    rest: list[bytes] = []

    async def body() -> AsyncGenerator[bytes, None]:
        for chunk in (b'data: {"a": 1}\n\ndata: [DONE]\n\n', b"data: broken\n\n", b"<html>"):
            rest.append(chunk)
            yield chunk

    assert [event async for event in read_events(body())] == [Event("", {"a": 1})]
    assert len(rest) == 3


@pytest.mark.parametrize("last", [b'data: {"b": 2}', b'data: {"b": 2}\n'])
async def test_a_last_event_without_its_empty_line_counts(last: bytes) -> None:
    assert await read(b'data: {"a": 1}\n\n' + last) == [Event("", {"a": 1}), Event("", {"b": 2})]


@pytest.mark.parametrize("last", [b'data: {"b": 2', b"data: [DO", b"dat", b"<", b"data: \xc3"])
async def test_a_last_event_that_is_cut_does_not(last: bytes) -> None:
    assert await read(b'data: {"a": 1}\n\n' + last) == [Event("", {"a": 1})]


async def test_an_error_without_a_frame_is_heard() -> None:
    assert await read(b'{"error": {"message": "x"}}\n\n') == [
        Event("", {"error": {"message": "x"}})
    ]


async def test_an_error_in_plain_words_is_heard() -> None:
    assert await read(b"event: error\ndata: too busy\n\n") == [
        Event("error", {"error": {"message": "too busy"}})
    ]


@pytest.mark.parametrize(
    "broken", [b"data: {cho", b"<html>", b"data: \xff{}", b"data: {} {}", b"no field here"]
)
async def test_a_broken_line_is_malformed_after_the_events_before_it(broken: bytes) -> None:
    events = read_events(cut(b'data: {"a": 1}\n\n' + broken + b"\n\n", ()))
    assert await anext(events) == Event("", {"a": 1})
    with pytest.raises(ValueError, match=r"."):
        await anext(events)


@pytest.mark.parametrize("size", [7, 500])
def test_a_line_without_an_end_does_not_fill_the_memory(size: int) -> None:
    decoder = Decoder(longest=100)
    for _ in range(100 // size):
        assert not list(decoder.feed(b"x" * size))
    with pytest.raises(ValueError, match="without an end"):
        list(decoder.feed(b"x" * size))


def test_a_long_event_that_comes_whole_is_too_long_as_well() -> None:
    decoder = Decoder(longest=100)
    events = decoder.feed(b"data: 1\n\ndata: " + b"2" * 200 + b"\n\n")
    assert next(events) == ("", "1")
    with pytest.raises(ValueError, match="without an end"):
        next(events)
