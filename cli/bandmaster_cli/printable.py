"""Making any text safe to print: no terminal commands, no bytes that no encoding can write."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff]"
)
"""Control characters but tab and newline, bidirectional marks, and surrogates."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` with each unsafe character spelled out (`\\x1b`)."""
    return _UNSAFE.sub(_spelled, text)


def one_line(text: str) -> str:
    """`text`, printable, on one line whatever line ends and tabs it had."""
    return printable(re.sub(r"[\t\r\n]+[ \t\r\n]*", " ", text.strip()))


def without_surrogates(text: str) -> str:
    """`text` with the bytes of a file name that are not UTF-8 spelled out (`\\xff`)."""
    return _SURROGATE.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
