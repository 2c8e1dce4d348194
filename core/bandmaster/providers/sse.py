"""Server-sent events that carry JSON, decoded from bytes as they come.

Any SDK's raw body will do: `async for event in read_events(response.iter_bytes())`. What is no
event of JSON raises `ValueError`, which `MALFORMED` of the wire covers; a body that ends in the
middle of an event just ends, because only the protocol knows whether an answer was whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import NamedTuple, cast

_LONGEST = 16 * 1024 * 1024
"""Bytes of one event: a server that never ends a line does not fill the memory."""

_MARK = b"\xef\xbb\xbf"
_FIELD = re.compile(r"[A-Za-z_-]+(:|$)")
_LAST = "[DONE]"


class Event(NamedTuple):
    """One event: what stood in its `event` field, and the JSON of its data."""

    name: str
    body: object


class Decoder:
    """Takes bytes in pieces of any size and gives the same events for every way to cut them.

    Lines end with LF, CRLF or CR. Comments and fields that nobody knows are skipped; a line that
    is a JSON object without `data:` is one all the same.
    """

    def __init__(self, longest: int = _LONGEST) -> None:
        self._longest = longest
        self._buffer = bytearray()
        self._begun = False
        self._returned = False
        """Whether the last byte was a CR: a LF that follows belongs to it."""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, str]]:
        """The events that `chunk` completes, as name and data. Raises `ValueError`."""
        buffer = self._buffer
        looked_at = max(0, len(buffer) - 1)
        buffer += self._unix(chunk)
        end = buffer.rfind(b"\n\n", looked_at)
        if end >= 0:
            whole = bytes(buffer[:end])
            del buffer[: end + 2]
            for block in whole.split(b"\n\n"):
                yield from self._event(block)
        if len(buffer) > self._longest:
            raise ValueError("an event without an end")

    def end(self) -> Iterator[tuple[str, str]]:
        """What stands after the last empty line; it may be cut anywhere."""
        block = bytes(self._buffer)
        self._buffer.clear()
        return self._event(block)

    def _unix(self, chunk: bytes) -> bytes:
        """`chunk` with LF only."""
        if self._returned and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._returned = False
        if b"\r" not in chunk:
            return chunk
        self._returned = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _event(self, block: bytes) -> Iterator[tuple[str, str]]:
        if len(block) > self._longest:
            raise ValueError("an event without an end")
        if not self._begun and block:
            self._begun = True
            block = block.removeprefix(_MARK)
        if block.startswith(b"data: ") and b"\n" not in block:
            yield "", block[6:].decode()
        elif block:
            name, data = _fields(block.decode())
            if data:
                yield name, "\n".join(data)


def _fields(block: str) -> tuple[str, list[str]]:
    name, data = "", list[str]()
    for line in block.split("\n"):
        if not line or line.startswith(":"):
            continue
        if line.startswith("{"):
            data.append(line)
            continue
        if not _FIELD.match(line):
            raise ValueError("a line that is no field")
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value
    return name, data


async def read_events(body: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """The events of `body` up to `[DONE]`; then `body` is read to its end, so that its connection
    can be used again. Raises `ValueError` for what is no JSON, and what `body` raises."""
    decoder = Decoder()
    done = False
    async for chunk in body:
        if done:
            continue
        for name, data in decoder.feed(chunk):
            if data == _LAST:
                done = True
                break
            yield Event(name, _json(name, data))
    if not done:
        for event in _last(decoder):
            yield event


def _json(name: str, data: str) -> object:
    if name == "error" and not data.startswith("{"):
        return {"error": {"message": data}}
    return cast("object", json.loads(data))


def _last(decoder: Decoder) -> Iterator[Event]:
    """The last event where only the empty line after it is missing; nothing of a broken one."""
    try:
        for name, data in decoder.end():
            if data != _LAST:
                yield Event(name, _json(name, data))
    except ValueError:
        return
