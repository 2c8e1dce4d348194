"""What a patch says, whichever way it was written: files, what happens to them, and hunks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What happens to a file."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


class Mark(StrEnum):
    """What happens to a line."""

    KEEP = " "
    DROP = "-"
    PUT = "+"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a hunk. `end` is its line end; empty where the patch says that there is none."""

    mark: Mark
    text: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines to find and what to make of them."""

    rows: tuple[Row, ...]
    headers: tuple[str, ...] = ()
    """Lines above that say where to look (`class Shop`, `def sell(self):`), outermost first."""
    line: int | None = None
    """The line, from 1, at which the patch expects it in the old file."""
    at_end: bool = False
    """Whether it must reach the end of the file."""

    @property
    def old(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.mark is not Mark.PUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """One file's part of a patch; `moved_to` is its new path where it gets one."""

    path: str
    step: Step
    hunks: tuple[Hunk, ...] = ()
    moved_to: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path,) if self.moved_to is None else (self.path, self.moved_to)


@dataclass(frozen=True, slots=True)
class Patch:
    """All files of a patch, in its order."""

    files: tuple[FilePatch, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is written, each once."""
        return tuple(dict.fromkeys(path for file in self.files for path in file.paths))
