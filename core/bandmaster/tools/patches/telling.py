"""Telling a model why a hunk has no place, with the nearest text, so that it can mend the patch."""

from __future__ import annotations

from difflib import SequenceMatcher

from bandmaster.tools.patches.patch import Hunk
from bandmaster.tools.patches.placing import Unplaced

_SHOWN_LINES = 30
_MOST_LINES = 20_000
_MOST_WANTED = 200
_LONGEST_LINE = 300


def misfit(path: str, number: int, hunk: Hunk, why: Unplaced, lines: list[str]) -> str:
    """One paragraph about hunk `number` of `path`; `lines` is what of the file may be shown."""
    name = f"hunk {number} of {path!r}"
    if why.found:
        places = ", ".join(str(line) for line in why.found[:8])
        return (
            f"{name} fits at lines {places}: give more lines of context around the change, "
            "or an '@@ LINE_ABOVE' header, so that it fits at one"
        )
    if why.missing_header:
        return f"{name}: no line says {why.missing_header[:_LONGEST_LINE]!r}"
    if not hunk.old:
        return f"{name} only adds lines: give lines of the file around them as context"
    near = _nearest(hunk, lines)
    if near is None:
        return f"{name} does not match the file"
    start, end = near
    shown = "".join(
        f"{line.rstrip()[:_LONGEST_LINE]}\n"
        for line in lines[start : min(end, start + _SHOWN_LINES)]
    )
    return f"{name} does not match. The nearest text is at line {start + 1}:\n{shown}".rstrip("\n")


def _nearest(hunk: Hunk, lines: list[str]) -> tuple[int, int] | None:
    """The stretch of the file, as long as the hunk, that shares most lines with it."""
    wanted = [row.text.strip() for row in hunk.old[:_MOST_WANTED]]
    present = [line.strip() for line in lines[:_MOST_LINES]]
    if not present:
        return None
    matcher = SequenceMatcher(None, present, wanted, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if blocks:
        best = max(blocks, key=lambda block: sum(map(len, present[block.a : block.a + block.size])))
        start = max(best.a - best.b, 0)
    else:
        start = _most_alike(wanted, present)
    return start, min(start + len(wanted), len(present))


def _most_alike(wanted: list[str], present: list[str]) -> int:
    """The line of the file that looks most like the hunk's longest line."""
    longest = max(range(len(wanted)), key=lambda at: len(wanted[at]))
    letters = SequenceMatcher(None, b=wanted[longest][:_LONGEST_LINE], autojunk=False)

    def likeness(at: int) -> float:
        letters.set_seq1(present[at][:_LONGEST_LINE])
        return letters.quick_ratio()

    return max(max(range(len(present)), key=likeness) - longest, 0)
