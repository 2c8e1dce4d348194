"""What a review says: findings, where they are, how sure we are, and the edit that mends them.

Lines and columns count from 1; a column counts Unicode code points; an end is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: `line` and `column` from 1, in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text from `start` to just before `end`."""

    start: Position
    end: Position

    @classmethod
    def of(cls, line: int, column: int, end_line: int, end_column: int) -> Span:
        return cls(Position(line, column), Position(end_line, end_column))

    @classmethod
    def whole_line(cls, line: int) -> Span:
        """Line `line` up to the start of the next."""
        return cls(Position(line, 1), Position(line + 1, 1))


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Put `text` in the place of `span`."""

    span: Span
    text: str


class Severity(IntEnum):
    """How much harm a defect can do."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class Confidence(IntEnum):
    """How sure we are that it is a defect."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Category(StrEnum):
    """What kind of defect it is."""

    BUG = "bug"
    SECURITY = "security"
    RESOURCE = "resource"
    DEAD_CODE = "dead_code"
    COMPLEXITY = "complexity"
    SYNTAX = "syntax"


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits to the finding's own file that mend it; `safe` ones keep the meaning of the code."""

    title: str
    edits: tuple[TextEdit, ...]
    safe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect in one place."""

    path: str
    """Relative to the workspace root, with forward slashes."""
    span: Span
    rule: str
    """The rule's code (`B006`, `secret-aws-key`)."""
    name: str
    """The rule's readable name (`mutable-argument-default`)."""
    severity: Severity
    confidence: Confidence
    category: Category
    message: str
    """What is wrong here, in one sentence."""
    why: str
    """Why it matters."""
    how: str
    """How to mend it."""
    source: str
    """Who found it: `ruff`, `secrets`, `tree-sitter`, or a model's name."""
    url: str = ""
    fix: Fix | None = None

    @property
    def rank(self) -> tuple[int, int, int, str, Span]:
        """Sorts the worst and surest first, then by file and place."""
        harm = -int(self.severity) * int(self.confidence)
        return (harm, -int(self.severity), -int(self.confidence), self.path, self.span)


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """A file that was not examined, and why (`binary file`)."""

    path: str
    reason: str
