"""Columns of a line: code points, and the units in which an editor counts them."""

from __future__ import annotations

import re
from enum import StrEnum

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_CONTINUATION = bytes(range(0x80, 0xC0))


class Encoding(StrEnum):
    """In which units an editor counts the columns of a line."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def to_code_points(line: str, units: int, encoding: Encoding) -> int:
    """How many code points of `line` lie before column `units`.

    A column in the middle of a character counts as the one before it, a column behind the end
    as the end.
    """
    if units <= 0:
        return 0
    if encoding is Encoding.UTF32 or line.isascii():
        return min(units, len(line))
    if encoding is Encoding.UTF8:
        return _from_bytes(line, units)
    return _from_utf16(line, units)


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """In which column, counted from 0, the code point with the index `column` begins."""
    before = line[: max(column, 0)]
    if encoding is Encoding.UTF32 or before.isascii():
        return len(before)
    if encoding is Encoding.UTF8:
        return len(before.encode("utf-8", "surrogatepass"))
    return len(before) + len(_ASTRAL.findall(before))


def _from_bytes(line: str, units: int) -> int:
    data = line.encode("utf-8", "surrogatepass")
    begun = len(data[:units].translate(None, _CONTINUATION))
    inside = units < len(data) and 0x80 <= data[units] < 0xC0
    return begun - 1 if inside else begun


def _from_utf16(line: str, units: int) -> int:
    """Each character outside the basic plane takes two units."""
    pairs = 0
    for match in _ASTRAL.finditer(line):
        begins = match.start() + pairs
        if begins + 1 == units:
            return match.start()
        if begins >= units:
            break
        pairs += 1
    return min(units - pairs, len(line))
