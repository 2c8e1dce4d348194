"""From offsets in a text to lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from bandmaster.changes import split_lines
from bandmaster.findings import Position, Span


class Ruler:
    """Measures one text: lines and columns from 1, columns in code points."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line starts, and the end of the text; most texts are never asked."""
        return [0, *accumulate(len(line) for line in split_lines(self._text))]

    def at(self, offset: int) -> Position:
        """The place of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        if line == len(self._starts) and line > 1 and not self._text.endswith(("\n", "\r")):
            line -= 1
        return Position(line, offset - self._starts[line - 1] + 1)

    def offset(self, place: Position) -> int:
        """The offset of `place`; a place behind the end of the text is its end."""
        if place.line > len(self._starts):
            return len(self._text)
        return min(self._starts[place.line - 1] + place.column - 1, len(self._text))

    def span(self, start: int, end: int) -> Span:
        """The stretch from `start` to just before `end`."""
        return Span(self.at(start), self.at(end))

    def line(self, number: int) -> str:
        """Line `number` with its end, or nothing where there is no such line."""
        if not 1 <= number < len(self._starts):
            return ""
        return self._text[self._starts[number - 1] : self._starts[number]]
