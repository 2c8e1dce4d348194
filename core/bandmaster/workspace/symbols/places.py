"""From byte offsets, as parsers count them, to lines and columns in code points."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from bandmaster.changes import split_lines
from bandmaster.findings import Position, Span


def to_bytes(text: str) -> bytes:
    """`text` in UTF-8; lone surrogates, which editors may send, pass."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """The text of `data`; a parser may cut a broken text within a character."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


class Places:
    """The lines of one text, measured in UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        self._lines = [to_bytes(line) for line in split_lines(text)]
        self._starts = [0, *accumulate(len(line) for line in self._lines)]
        self._open_end = bool(self._lines) and not text.endswith(("\n", "\r"))

    def at(self, offset: int) -> Position:
        """The place before the byte at `offset`."""
        line = bisect_right(self._starts, offset)
        if line == len(self._starts) and self._open_end:
            line -= 1
        return self.on_line(line, offset - self._starts[line - 1])

    def on_line(self, line: int, column: int) -> Position:
        """The place on `line` (from 1) before its byte `column` (from 0)."""
        if line > len(self._lines):
            return Position(line, column + 1)
        before = self._lines[line - 1][:column]
        return Position(line, (column if before.isascii() else len(to_text(before))) + 1)

    def line(self, number: int) -> str:
        """The text of line `number`, or nothing where there is no such line."""
        return to_text(self._lines[number - 1]) if 1 <= number <= len(self._lines) else ""

    def span(self, start: int, end: int) -> Span:
        """The stretch from byte `start` to just before byte `end`."""
        return Span(self.at(start), self.at(end))
