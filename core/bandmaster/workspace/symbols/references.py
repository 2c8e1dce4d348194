"""Who uses a name: a scan for whole words with the symbols around them.

It finds words, not bindings: two things of one name are not told apart.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from bandmaster.changes import split_lines
from bandmaster.errors import OutsideWorkspace, Unreadable
from bandmaster.workspace.documents import Document
from bandmaster.workspace.symbols.reading import symbols
from bandmaster.workspace.symbols.symbol import Symbol, symbol_at
from bandmaster.workspace.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Reference:
    """One place where a name stands, and the innermost symbol around it."""

    path: str
    line: int
    column: int
    text: str
    """The line, without the white space around it."""
    symbol: Symbol | None


def whole_word(name: str) -> re.Pattern[str]:
    """Finds `name` where it is not a part of a longer one."""
    return re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")


def references(
    snapshot: Snapshot, paths: Iterable[str], name: str, *, limit: int = 1000
) -> tuple[Reference, ...]:
    """The places of `name` in `paths`, in their order, at most `limit`; odd files are passed."""
    found: list[Reference] = []
    for path in paths:
        try:
            document = snapshot.read(path)
        except (Unreadable, OutsideWorkspace):
            continue
        found.extend(references_in(document, name))
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def references_in(document: Document, name: str) -> Iterator[Reference]:
    """The places of `name` in one text."""
    places = [match.start() for match in whole_word(name).finditer(document.text)]
    if not places:
        return
    lines = split_lines(document.text)
    starts = list(accumulate(map(len, lines), initial=0))
    defined = symbols(document)
    for place in places:
        row = bisect_right(starts, place)
        column = place - starts[row - 1] + 1
        around = symbol_at(defined, row)
        yield Reference(document.path, row, column, lines[row - 1].strip(), around)
