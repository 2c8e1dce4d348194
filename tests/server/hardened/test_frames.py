"""Bytes become bodies however they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bandmaster_lsp.hardened.frames import Frames, frame


@given(st.lists(st.binary(max_size=30)), st.lists(st.integers(1, 20)))
def test_bodies_arrive_whole_however_the_bytes_are_cut(
    bodies: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(map(frame, bodies))
    frames, got, rest = Frames(), list[bytes](), stream
    for cut in cuts:
        got.extend(frames.feed(rest[:cut]))
        rest = rest[cut:]
    got.extend(frames.feed(rest))
    assert got == bodies


def test_header_names_are_compared_without_their_case() -> None:
    assert list(Frames().feed(b"content-length: 2\r\n\r\n{}")) == [b"{}"]


def test_other_headers_may_stand_before_and_behind() -> None:
    data = b"X: y\r\nContent-Length:2\r\nContent-Type: a; charset=utf-8\r\n\r\n{}"
    assert list(Frames().feed(data)) == [b"{}"]


def test_after_a_header_without_a_length_the_next_one_counts() -> None:
    data = b"Hello: you\r\n\r\n" + frame(b"{}")
    assert list(Frames().feed(data)) == [b"{}"]


def test_an_empty_body_is_a_body() -> None:
    assert list(Frames().feed(frame(b"") + frame(b"{}"))) == [b"", b"{}"]
