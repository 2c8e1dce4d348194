"""Reading `PATH`, `PATH:LINE` and `PATH:SYMBOL` as people write them; finding the project."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bandmaster
from bandmaster import Focus, Span, UsageError, Workspace

_LINES = re.compile(r"(\d+)(?:-(\d+)|:(\d+))?:?")
_SYMBOL = re.compile(r"[^\W\d][\w.$:<>~]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder as it was written on the command line, and perhaps a part of it."""

    path: str
    span: Span | None = None
    symbol: str | None = None


def parse_place(written: str, exists: Callable[[str], bool] = os.path.lexists) -> Place:
    """`written` taken apart at the colon behind the longest name that exists.

    So names with colons and Windows drive letters are understood. Raises `UsageError` where what
    follows the name is neither a line nor a symbol.
    """
    if exists(written):
        return Place(written)
    for colon in reversed([at for at, letter in enumerate(written) if letter == ":"]):
        path, part = written[:colon], written[colon + 1 :]
        if path and exists(path) and not _is_drive(path):
            return _with_part(path, part)
    return Place(re.sub(r"(?::\d+)+$", "", written))


def _is_drive(path: str) -> bool:
    return len(path) == 1 and path.isalpha()


def _with_part(path: str, part: str) -> Place:
    if not part:
        return Place(path)
    if found := _LINES.fullmatch(part):
        first, last, column = (int(number) if number else None for number in found.groups())
        return Place(path, span=_span(path, first or 0, last, column))
    if _SYMBOL.fullmatch(part):
        return Place(path, symbol=part)
    raise UsageError(f"{part!r} behind {path!r} is neither a line (12, 12-20) nor a symbol")


def _span(path: str, first: int, last: int | None, column: int | None) -> Span:
    if first < 1 or (last is not None and last < first):
        raise UsageError(f"{path!r}: lines count from 1, and a range goes from low to high")
    if column is not None:
        return Span.of(first, max(column, 1), first, max(column, 1))
    return Span.of(first, 1, (last or first) + 1, 1)


def focus(workspace: Workspace, place: Place) -> Focus:
    """`place` as a part of `workspace`. Raises `OutsideWorkspace`."""
    inside = workspace.snapshot().relative(_real(place.path))
    return Focus(inside, place.span, place.symbol)


def find_start(workspace: str | None, paths: Sequence[str]) -> Path:
    """Where the project is looked for: what was asked for, else here, else where the paths are."""
    if workspace is not None:
        return Path(workspace)
    here = Path.cwd()
    if not paths:
        return here
    root = bandmaster.find_root(here)
    real = [Path(_real(path)) for path in paths]
    if all(path.is_relative_to(root) for path in real):
        return here
    shared = Path(os.path.commonpath(real))
    return here if shared == Path(shared.anchor) else _existing(shared)


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _real(path: str) -> str:
    """`path` made absolute, links on the way followed but not one at its end."""
    absolute = Path(os.path.normpath(Path.cwd() / Path(path).expanduser()))
    return str(absolute.parent.resolve() / absolute.name)
