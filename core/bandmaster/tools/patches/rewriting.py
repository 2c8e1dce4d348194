"""Writing placed hunks into a file: context, line ends and indentation stay its own."""

from __future__ import annotations

from collections import Counter

from bandmaster.tools.patches.patch import Hunk, Mark, Row
from bandmaster.tools.patches.placing import Placed


def rewritten(lines: list[str], placed: list[tuple[Placed, Hunk]]) -> str:
    """The text of `lines` with all hunks applied, which are sorted and do not overlap."""
    usual = _usual_end(lines)
    out: list[str] = []
    at = 0
    for where, hunk in placed:
        out.extend(lines[at : where.start])
        at = where.start
        for row in hunk.rows:
            if row.mark is Mark.PUT:
                _end_last(out, usual)
                out.append(_added(row, where, usual))
                continue
            if row.mark is Mark.KEEP:
                _end_last(out, usual)
                out.append(lines[at])
            at += 1
        _keep_no_end(lines, at, where, hunk, out)
    _extend(out, lines[at:], usual)
    return "".join(out)


def _usual_end(lines: list[str]) -> str:
    """The line end that most lines have."""
    ends = Counter(line[len(line.rstrip("\r\n")) :] for line in lines)
    ends.pop("", None)
    return ends.most_common(1)[0][0] if ends else "\n"


def _end_last(out: list[str], usual: str) -> None:
    """A line behind which another one comes needs an end."""
    if out and not out[-1].endswith(("\n", "\r")):
        out[-1] += usual


def _extend(out: list[str], rest: list[str], usual: str) -> None:
    if rest:
        _end_last(out, usual)
        out.extend(rest)


def _added(row: Row, where: Placed, usual: str) -> str:
    if where.exact:
        return row.text + row.end
    text = row.text
    if text.strip():
        text = where.indent + text if where.deeper else text.removeprefix(where.indent)
    return text + (usual if row.end else "")


def _keep_no_end(lines: list[str], at: int, where: Placed, hunk: Hunk, out: list[str]) -> None:
    """A last line without an end stays so, unless the patch knew of it and says otherwise."""
    ended = not lines or lines[-1].endswith(("\n", "\r"))
    if where.exact or ended or at < len(lines) or not out:
        return
    if hunk.old and hunk.old[-1].end:
        out[-1] = out[-1].rstrip("\r\n")
