"""Cuts a stream of bytes into message bodies. It reads nothing and knows no JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?$")


class Frames:
    """Collects bytes and yields each body as soon as it is whole.

    Header names are compared without their case, as in HTTP. A header block that names no length
    is left out; the next one counts.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while True:
            if self._length is None and not self._read_header():
                return
            if self._length is None:
                continue
            if len(self._buffer) < self._length:
                return
            body = bytes(self._buffer[: self._length])
            del self._buffer[: self._length]
            self._length = None
            yield body

    def _read_header(self) -> bool:
        """Take a header block off the buffer; False when there is no whole one yet."""
        end = _END_OF_HEADER.search(self._buffer)
        if end is None:
            return False
        lengths: list[bytes] = _LENGTH.findall(self._buffer, 0, end.start())
        self._length = int(lengths[-1]) if lengths else None
        del self._buffer[: end.end()]
        return True


def frame(body: bytes) -> bytes:
    """`body` as it goes over the wire."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
