"""What a documentation run wants and what it made of one text."""

from __future__ import annotations

from dataclasses import dataclass

from bandmaster.findings import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which definitions of a file are to be documented; both None: all public ones."""

    symbol: str | None = None
    span: Span | None = None

    @property
    def everything(self) -> bool:
        return self.symbol is None and self.span is None


@dataclass(frozen=True, slots=True)
class Left:
    """A definition without documentation that was left so, and why."""

    name: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """A text with documentation put in: the names it was written for, and what was left out."""

    text: str
    names: tuple[str, ...]
    left: tuple[Left, ...] = ()
    present: tuple[str, ...] = ()
    """Names that were asked for and have documentation already."""


def is_test_file(path: str) -> bool:
    """Whether a file holds tests, by its name and folder."""
    *folders, name = path.lower().split("/")
    stem = name.partition(".")[0]
    named = stem.startswith("test_") or stem.endswith(("_test", "_spec")) or stem == "conftest"
    return named or ".test." in name or ".spec." in name or bool({"tests", "test"} & set(folders))
