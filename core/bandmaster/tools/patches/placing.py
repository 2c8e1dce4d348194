"""Finding where a hunk belongs: one place that is sure, or none.

A hunk is looked for as it is written, then without line ends, then without white space at the
ends of lines, then with another indentation. The first way that finds a place decides; if it finds
several, the hunk is ambiguous. Only a line number that the patch itself gives may then decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bandmaster.tools.patches.patch import Hunk, Row
from bandmaster.tools.patches.rows import without_end

_CLOSERS = (")", "]", "}")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a hunk goes: before line `start` (from 0) of the old text.

    `exact` is whether line ends agree as well, `indent` the indentation that added lines need more
    (`deeper`) or less.
    """

    start: int
    exact: bool
    indent: str = ""
    deeper: bool = True


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a hunk has no place: `found` are the lines, from 1, of several equal ones."""

    found: tuple[int, ...] = ()
    missing_header: str = ""


def place(hunk: Hunk, lines: list[str]) -> Placed | Unplaced:
    """The one place of `hunk` in the `lines` of a file, which keep their ends."""
    old = hunk.old
    if not old:
        return _without_context(hunk, lines)
    starts = _starts(hunk, lines)
    if isinstance(starts, Unplaced):
        return starts
    for number, same in enumerate(_WAYS):
        wanted = [same(row.text, row.end) for row in old]
        present = [same(*_split(line)) for line in lines]
        found = [at for at in starts if present[at : at + len(old)] == wanted]
        if len(found) > 1 and hunk.line is not None and hunk.line - 1 in found:
            found = [hunk.line - 1]
        if len(found) > 1:
            return Unplaced(tuple(at + 1 for at in found))
        if found:
            return Placed(found[0], exact=number == 0)
    return _indented(old, lines, starts)


def _split(line: str) -> tuple[str, str]:
    """The text and the end of a line of a file, whose last line may have none."""
    text, _ = without_end(line)
    return text, line[len(text) :]


_WAYS: tuple[Callable[[str, str], str], ...] = (
    lambda text, end: text + end,
    lambda text, _: text,
    lambda text, _: text.rstrip(),
)


def _without_context(hunk: Hunk, lines: list[str]) -> Placed | Unplaced:
    """Lines to add with nothing around them have a sure place only at an end that is named."""
    if not lines or hunk.at_end:
        return Placed(len(lines), exact=not lines)
    return Unplaced()


def _starts(hunk: Hunk, lines: list[str]) -> list[int] | Unplaced:
    """Where the hunk may start, in order, by its size, its headers and the end of the file."""
    last = len(lines) - len(hunk.old)
    starts = list(range(max(last, 0) if hunk.at_end else 0, last + 1))
    blocks = [(0, len(lines))]
    for header in hunk.headers:
        blocks = [inner for outer in blocks for inner in _below(header, lines, outer)]
        if not blocks:
            return Unplaced(missing_header=header)
    return [at for at in starts if any(start <= at < end for start, end in blocks)]


def _below(header: str, lines: list[str], block: tuple[int, int]) -> list[tuple[int, int]]:
    """The stretches of a block that belong to its lines that say `header`, these included."""
    inside = range(*block)
    named = [at for at in inside if lines[at].strip() == header.strip()]
    named = named or [at for at in inside if header.strip() in lines[at]]
    return [(at, _end_of_block(lines, at, block[1])) for at in named]


def _end_of_block(lines: list[str], header: int, end: int) -> int:
    """Where the lines end that are indented below line `header`; `end` if none is."""
    depth = _depth(lines[header])
    below = [at for at in range(header + 1, end) if lines[at].strip()]
    if not below or (_depth(lines[below[0]]) <= depth and not _closes(lines[below[0]])):
        return end
    for at in below:
        if _depth(lines[at]) <= depth and not _closes(lines[at]):
            return at
    return end


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _closes(line: str) -> bool:
    return line.lstrip().startswith(_CLOSERS) or line.strip() == "{"


def _indented(old: tuple[Row, ...], lines: list[str], starts: list[int]) -> Placed | Unplaced:
    """The one place where only the indentation differs, by the same for every line."""
    wanted = [row.text.strip() for row in old]
    present = [line.strip() for line in lines]
    found: list[Placed] = []
    for at in starts:
        if present[at : at + len(old)] == wanted and any(wanted):
            shift = _shift(old, lines[at : at + len(old)])
            found.extend(
                [Placed(at, exact=False, indent=shift[0], deeper=shift[1])] if shift else []
            )
    if len(found) == 1:
        return found[0]
    return Unplaced(tuple(one.start + 1 for one in found))


def _shift(old: tuple[Row, ...], lines: list[str]) -> tuple[str, bool] | None:
    """The indentation that all lines of the file have more, or less, than the hunk's rows."""
    shifts: set[tuple[str, bool]] = set()
    for row, line in zip(old, lines, strict=True):
        if row.text.strip():
            ours, theirs = _indent(row.text), _indent(line)
            if theirs.endswith(ours):
                shifts.add((theirs[: len(theirs) - len(ours)], True))
            elif ours.endswith(theirs):
                shifts.add((ours[: len(ours) - len(theirs)], False))
            else:
                return None
    return shifts.pop() if len(shifts) == 1 else None


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]
