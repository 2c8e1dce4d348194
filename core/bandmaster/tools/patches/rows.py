"""The lines of a patch: their ends kept, fences around the whole taken off."""

from __future__ import annotations

from bandmaster.changes import split_lines
from bandmaster.errors import ToolFailed
from bandmaster.tools.patches.patch import Mark, Row

_NO_END = "\\ No newline at end of file"


def lines_of(text: str) -> list[str]:
    """The lines of a patch with their ends, without a Markdown fence around it."""
    lines = split_lines(text)
    while lines and not lines[0].strip():
        lines.pop(0)
    if lines and lines[0].startswith("```"):
        lines.pop(0)
        while lines and not lines[-1].strip():
            lines.pop()
        if lines and lines[-1].rstrip() == "```":
            lines.pop()
    return lines


def without_end(line: str) -> tuple[str, str]:
    """A line's text and its end; a last line without one counts as having one."""
    text = line.rstrip("\r\n")
    return text, line[len(text) :] or "\n"


def row_of(line: str) -> Row:
    """The row that a line of a hunk says; an empty line is an empty line that is kept."""
    text, end = without_end(line)
    if not text:
        return Row(Mark.KEEP, "", end)
    return Row(Mark(text[0]), text[1:], end)


def rows_of(lines: list[str]) -> tuple[Row, ...]:
    """The rows of a hunk; git's mark takes the end off the line before it."""
    rows: list[Row] = []
    for line in lines:
        if line.startswith(_NO_END[:12]):
            if not rows:
                raise ToolFailed(f"the patch has {_NO_END!r} before any line")
            rows[-1] = Row(rows[-1].mark, rows[-1].text, "")
        else:
            rows.append(row_of(line))
    return tuple(rows)


def is_row(line: str) -> bool:
    """Whether a line can belong to a hunk."""
    return line[:1] in (" ", "+", "-", "\\") or not line.strip("\r\n")
