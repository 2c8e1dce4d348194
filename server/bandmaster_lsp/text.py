"""The text of an open document as a list of lines, so that a keystroke costs one line.

Only `\\n`, `\\r\\n` and `\\r` end a line, as the protocol says; a form feed or a Unicode separator
does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from bandmaster import split_lines
from bandmaster_lsp.columns import Encoding, to_code_points


@dataclass(frozen=True, slots=True)
class LineShift:
    """An edit seen from afar: lines `first` to `last` (from 0) became `count` lines."""

    first: int
    last: int
    count: int


class Text:
    """A text that changes by edits. It always has a last line, which may be empty."""

    def __init__(self, source: str, encoding: Encoding) -> None:
        self.encoding = encoding
        self._lines = _split(source)
        self._source: str | None = source

    @property
    def source(self) -> str:
        if self._source is None:
            self._source = "".join(self._lines)
        return self._source

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def line(self, number: int) -> str:
        """Line `number`, counted from 0, without its end; empty behind the last one."""
        return self._lines[number].rstrip("\r\n") if 0 <= number < len(self._lines) else ""

    def replace(self, source: str) -> None:
        """Put `source` in the place of everything."""
        self._lines = _split(source)
        self._source = source

    def edit(self, span: types.Range, new: str) -> LineShift:
        """Put `new` in the place of `span`; places outside the text count as its nearest end."""
        first, start = self.locate(span.start)
        last, end = max(self.locate(span.end), (first, start))
        block = self._lines[first][:start] + new + self._lines[last][end:]
        if block.startswith("\n") and first and self._lines[first - 1].endswith("\r"):
            first -= 1  # The two characters have become one line end.
            block = self._lines[first] + block
        lines = _split(block)
        if last < len(self._lines) - 1:
            lines.pop()  # The block ends with a line end, so what follows begins a line.
        self._lines[first : last + 1] = lines
        self._source = None
        return LineShift(first, last, len(lines))

    def locate(self, position: types.Position) -> tuple[int, int]:
        """The line, and the index of the code point in it, both from 0, of `position`."""
        if position.line >= len(self._lines):
            return len(self._lines) - 1, len(self._lines[-1])
        number = max(position.line, 0)
        return number, to_code_points(self.line(number), position.character, self.encoding)


def _split(source: str) -> list[str]:
    """Lines with their ends, and the last one, which has none."""
    lines = split_lines(source)
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines
