"""The line of code that a finding is about, as the review read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bandmaster import BandmasterError, Finding, Snapshot, split_lines


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line without its end, and the columns of it (from 0, end exclusive) that are meant."""

    line: str
    start: int
    end: int


@dataclass(slots=True)
class Excerpts:
    """Reads each file once."""

    snapshot: Snapshot
    _files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def of(self, finding: Finding) -> Excerpt | None:
        """None where the line is not there any more."""
        lines = self._lines(finding.path)
        start, end = finding.span.start, finding.span.end
        if not 0 < start.line <= len(lines):
            return None
        line = lines[start.line - 1].rstrip("\r\n")
        last = end.column - 1 if end.line == start.line else len(line)
        return Excerpt(line, min(start.column - 1, len(line)), min(last, len(line)))

    def _lines(self, path: str) -> list[str]:
        if path not in self._files:
            try:
                self._files[path] = split_lines(self.snapshot.read(path).text)
            except BandmasterError:
                self._files[path] = []
        return self._files[path]


Reader = Callable[[Finding], Excerpt | None]
