"""Change sets: edits to files as one unit that is previewed, applied or refused whole.

A change set holds whole texts, so that what is shown is exactly what will be written. It knows
the file that it was made from by the hash of its bytes, and an editor's document by its version.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bandmaster.findings import Position, Span, TextEdit

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def digest(data: bytes) -> str:
    """The SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file before and after; `before` is None for a new file, `after` for a removed one.

    Texts keep the file's own line ends. `sha256` is the hash of the bytes on disk that `before`
    was read from (None: there was no file on disk). `version` is the editor's document version
    where the text came from an open buffer.
    """

    path: str
    before: str | None
    after: str | None
    sha256: str | None = None
    version: int | None = None
    encoding: str = "utf-8"

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def diff(self) -> str:
        """A unified diff with `a/` and `b/` paths, as git and patch read it."""
        old = "/dev/null" if self.before is None else f"a/{self.path}"
        new = "/dev/null" if self.after is None else f"b/{self.path}"
        lines = difflib.unified_diff(_lines(self.before), _lines(self.after), old, new)
        return "".join(_marked(lines))

    def edits(self) -> tuple[TextEdit, ...]:
        """The smallest whole-line replacements that turn `before` into `after`, first to last."""
        old, new = _lines(self.before), _lines(self.after)
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        return tuple(
            TextEdit(Span(_at(old, a0), _at(old, a1)), "".join(new[b0:b1]))
            for tag, a0, a1, b0, b1 in matcher.get_opcodes()
            if tag != "equal"
        )

    @property
    def size(self) -> tuple[int, int]:
        """Lines added and removed."""
        body = [line for line in self.diff().splitlines() if line[:3] not in ("+++", "---")]
        return (
            sum(line.startswith("+") for line in body),
            sum(line.startswith("-") for line in body),
        )


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes to files that belong together, at most one a file."""

    title: str
    files: tuple[FileChange, ...]
    task: str = ""
    """The id of the task that proposed them; empty: none did."""

    def __post_init__(self) -> None:
        paths = [change.path for change in self.files]
        if len(set(paths)) != len(paths):
            raise ValueError("a change set names each file once")

    def __bool__(self) -> bool:
        return any(change.changed for change in self.files)

    def diff(self) -> str:
        return "".join(change.diff() for change in self.files if change.changed)


def _lines(text: str | None) -> list[str]:
    """Lines with their ends; only `\\n`, `\\r\\n` and `\\r` end a line, as in an editor."""
    return split_lines(text) if text else []


def split_lines(text: str) -> list[str]:
    """`text` as lines that keep their ends; `"".join` of them is `text` again.

    Unlike `str.splitlines`, a form feed or a Unicode separator does not end a line.
    """
    return _LINE.findall(text)


def _at(lines: list[str], index: int) -> Position:
    """The position before line `index` (from 0) of `lines`."""
    if index < len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
        return Position(index + 1, 1)
    return Position(index, len(lines[-1]) + 1)


def _marked(lines: Iterator[str]) -> Iterator[str]:
    """Diff lines, with git's mark behind a last line that has no end."""
    for line in lines:
        yield line
        if not line.endswith(("\n", "\r")):
            yield "\n\\ No newline at end of file\n"
