"""Pieces of Markdown that every explanation is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bandmaster.workspace.symbols import Symbol


def code(text: str) -> str:
    """`text` as code, whatever marks it holds itself."""
    if "`" not in text:
        return f"`{text}`"
    longest = max(len(run) for run in re.findall(r"`+", text))
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def listed(items: Sequence[str], most: int) -> str:
    """`items` in one line, at most `most` of them, with the number of the rest."""
    shown = ", ".join(items[:most])
    more = len(items) - most
    return f"{shown} and {more} more" if more > 0 else shown


def section(title: str, lines: Iterable[str]) -> list[str]:
    """A heading with its lines, or nothing where there are none."""
    body = list(lines)
    return ["", f"## {title}", "", *body] if body else []


def bullets(items: Sequence[str], most: int) -> list[str]:
    lines = [f"- {one}" for one in items[:most]]
    more = len(items) - most
    return [*lines, f"- … and {more} more"] if more > 0 else lines


def entry(symbol: Symbol) -> str:
    """A symbol in one line: its signature and the first line of its documentation."""
    summary = symbol.summary
    where = f"(line {symbol.span.start.line})"
    return " ".join(part for part in (code(shortened(symbol.signature)), where) if part) + (
        f": {summary}" if summary else ""
    )


def shortened(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def fenced(source: str, language: str) -> list[str]:
    runs = [len(run) for run in re.findall(r"`{3,}", source)]
    fence = "`" * max([3, *(run + 1 for run in runs)])
    return [f"{fence}{language}", source, fence]
