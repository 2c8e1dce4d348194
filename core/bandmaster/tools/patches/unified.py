"""Unified diffs, as git and diff write them and as models do, with wrong counts and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bandmaster.errors import ToolFailed
from bandmaster.tools.patches.patch import FilePatch, Hunk, Mark, Step
from bandmaster.tools.patches.rows import is_row, rows_of

_HUNK = re.compile(r"^@@+ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NOWHERE = "/dev/null"
_UNSUPPORTED = (
    "GIT binary patch",
    "Binary files ",
    "copy from ",
    "old mode ",
    "new file mode 12",
    "new file mode 16",
    "@@@",
)
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")


@dataclass(slots=True)
class _Section:
    """One file's part while it is being read."""

    old: str = ""
    new: str = ""
    git_paths: tuple[str, str] = ("", "")
    renamed_from: str = ""
    renamed_to: str = ""
    added: bool = False
    deleted: bool = False
    hunks: list[Hunk] = field(default_factory=list[Hunk])


def parse(lines: list[str]) -> tuple[FilePatch, ...]:
    """The files of a unified diff. Raises `ToolFailed`."""
    sections: list[_Section] = []
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r\n")
        if line.startswith(_UNSUPPORTED):
            raise ToolFailed(f"{line[:80]!r}: links, modes, copies and binaries are not patched")
        if line.startswith("diff --git "):
            sections.append(_Section(git_paths=_git_paths(line)))
        elif _opens_file(lines, number):
            if not sections or sections[-1].old or sections[-1].hunks:
                sections.append(_Section())
            sections[-1].old = _path(line[4:])
            sections[-1].new = _path(lines[number + 1].rstrip("\r\n")[4:])
            number += 1
        elif found := _HUNK.match(line):
            if not sections or not sections[-1].old:
                raise ToolFailed(f"{line[:80]!r} stands before '--- PATH' and '+++ PATH'")
            hunk, number = _hunk(lines, number, found)
            sections[-1].hunks.append(hunk)
            continue
        elif sections:
            _note(sections[-1], line)
        number += 1
    return tuple(_file(section) for section in sections)


def _opens_file(lines: list[str], number: int) -> bool:
    return (
        lines[number].startswith("--- ")
        and number + 1 < len(lines)
        and lines[number + 1].startswith("+++ ")
    )


def _note(section: _Section, line: str) -> None:
    """Read one of git's extended header lines; any other text between files is passed over."""
    if line.startswith("rename from "):
        section.renamed_from = _unquoted(line[12:])
    elif line.startswith("rename to "):
        section.renamed_to = _unquoted(line[10:])
    elif line.startswith("new file mode"):
        section.added = True
    elif line.startswith("deleted file mode"):
        section.deleted = True
    elif line.startswith("@@"):
        raise ToolFailed(f"{line[:80]!r} is no hunk header: '@@ -LINE,COUNT +LINE,COUNT @@'")
    elif section.hunks and line[:1] in ("+", "-", " ") and line.strip() and line.rstrip() != "--":
        raise ToolFailed(f"{line[:80]!r} belongs to no hunk: the counts in the '@@' line are wrong")


def _hunk(lines: list[str], start: int, found: re.Match[str]) -> tuple[Hunk, int]:
    """The hunk whose header is at `start`, and the number of the line behind it."""
    end = _end_by_counts(lines, start + 1, int(found[2] or 1), int(found[4] or 1))
    if end is None:
        end = _end_by_looks(lines, start + 1)
    rows = rows_of(lines[start + 1 : end])
    if all(row.mark is Mark.KEEP for row in rows):
        raise ToolFailed(f"{found[0]!r} changes nothing: no line starts with '+' or '-'")
    return Hunk(rows=rows, line=int(found[1])), end


def _end_by_counts(lines: list[str], start: int, old: int, new: int) -> int | None:
    """Where a hunk ends that keeps to its header, else None."""
    number = start
    while (old > 0 or new > 0) and number < len(lines):
        line = lines[number]
        if not is_row(line):
            return None
        mark = line[0] if line.strip("\r\n") else " "
        old -= mark in " -"
        new -= mark in " +"
        number += 1
    while number < len(lines) and lines[number].startswith("\\"):
        number += 1
    if old or new or not _may_end(lines, number):
        return None
    return number


def _may_end(lines: list[str], number: int) -> bool:
    """Whether a hunk can end before line `number`."""
    if number >= len(lines) or not is_row(lines[number]) or _opens_file(lines, number):
        return True
    return not lines[number].strip("\r\n") or lines[number].rstrip() == "--"


def _end_by_looks(lines: list[str], start: int) -> int:
    """Where a hunk ends whose counts are wrong: before anything that cannot be one of its rows."""
    number = start
    while number < len(lines) and is_row(lines[number]) and not _opens_file(lines, number):
        number += 1
    while number > start and not lines[number - 1].strip("\r\n"):
        number -= 1  # Empty lines before the next file belong to neither.
    return number


def _file(section: _Section) -> FilePatch:
    old, new = section.old, section.new
    if not old:
        return _without_hunks(section)
    if old == _NOWHERE and new == _NOWHERE:
        raise ToolFailed("a file of the patch is '/dev/null' on both sides")
    if old == _NOWHERE:
        return FilePatch(path=_bare(new, "b/"), step=Step.ADD, hunks=tuple(section.hunks))
    if new == _NOWHERE:
        return FilePatch(path=_bare(old, "a/"), step=Step.DELETE, hunks=tuple(section.hunks))
    if old.startswith("a/") and new.startswith("b/"):
        old, new = old[2:], new[2:]
    if not section.hunks:
        raise ToolFailed(f"{new!r} has no hunk: '@@ -LINE,COUNT +LINE,COUNT @@' and rows")
    if old != new and (old, new) != (section.renamed_from, section.renamed_to):
        raise ToolFailed(f"{old!r} and {new!r} differ; 'rename from' and 'rename to' say a move")
    moved = new if new != old else None
    return FilePatch(path=old, step=Step.UPDATE, hunks=tuple(section.hunks), moved_to=moved)


def _without_hunks(section: _Section) -> FilePatch:
    """A file that git describes by its header alone: renamed, or empty and added or deleted."""
    if section.renamed_from and section.renamed_to:
        return FilePatch(path=section.renamed_from, step=Step.UPDATE, moved_to=section.renamed_to)
    path = section.git_paths[1]
    if not path or section.added == section.deleted:
        raise ToolFailed("'diff --git' without '--- PATH' and '+++ PATH' says nothing to do")
    return FilePatch(path=path, step=Step.ADD if section.added else Step.DELETE)


def _bare(path: str, prefix: str) -> str:
    return path.removeprefix(prefix)


def _git_paths(line: str) -> tuple[str, str]:
    """The two paths of a `diff --git` line, where they are the same but for `a/` and `b/`."""
    rest = line.removeprefix("diff --git ")
    half = len(rest) // 2
    old, new = _unquoted(rest[:half]), _unquoted(rest[half + 1 :])
    if old[:2] == "a/" and new[:2] == "b/" and old[2:] == new[2:]:
        return old[2:], new[2:]
    return "", ""


def _path(written: str) -> str:
    """The path of a `---` or `+++` line, without the time that diff puts behind a tab."""
    return _unquoted(written.split("\t", 1)[0].rstrip())


def _unquoted(written: str) -> str:
    """A path that git put into quotes, with its escapes read."""
    if len(written) < 2 or written[0] != '"' or written[-1] != '"':
        return written
    simple = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

    def read(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code, 8)) if len(code) == 3 else simple.get(code, code)

    raw = _ESCAPE.sub(read, written[1:-1])
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return raw
