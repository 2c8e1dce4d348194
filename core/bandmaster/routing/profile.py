"""The profile of a task: what the analysis says of it, each field with where that came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from bandmaster.tasks import Kind

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Judged(Generic[_Value]):
    """A value and where it came from, in words for a person."""

    value: _Value
    because: str


class Complexity(StrEnum):
    """How hard the task is."""

    SIMPLE = "simple"
    USUAL = "usual"
    HARD = "hard"


class Context(StrEnum):
    """How much of the workspace a model must see."""

    NOTHING = "nothing"
    FOCUS = "focus"
    NEIGHBOURS = "neighbours"
    PROJECT = "project"


class Quality(StrEnum):
    """How good the answer must be."""

    DRAFT = "draft"
    USUAL = "usual"
    HIGH = "high"


class Urgency(StrEnum):
    """How soon the answer is wanted."""

    LATER = "later"
    USUAL = "usual"
    NOW = "now"


class Sensitivity(StrEnum):
    """Who may see what the task is about."""

    USUAL = "usual"
    PRIVATE = "private"
    SECRET = "secret"  # noqa: S105 - a word, not a password


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceFacts:
    """What the workspace knows of a task's focus; None: not known."""

    language: str | None = None
    lines: int | None = None
    """How long the focus is."""
    fan_in: int | None = None
    """How many files use it."""
    diagnostics: int | None = None
    """Errors and warnings that lie in it."""
    tests: int | None = None
    """Tests that cover it."""
    churn: int | None = None
    """Commits that changed it in the last 90 days."""
    failures: int | None = None
    """Earlier tasks on it that went wrong."""
    secrets: bool | None = None
    """Whether a key or password was found in it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A task as the router sees it."""

    domain: Judged[str]
    kind: Judged[Kind]
    complexity: Judged[Complexity]
    context: Judged[Context]
    quality: Judged[Quality]
    urgency: Judged[Urgency]
    sensitivity: Judged[Sensitivity]

    @property
    def reasons(self) -> tuple[tuple[str, str, str], ...]:
        """Every field as (name, value, because), for a person."""
        return (
            ("domain", self.domain.value, self.domain.because),
            ("kind", self.kind.value.value, self.kind.because),
            ("complexity", self.complexity.value.value, self.complexity.because),
            ("context", self.context.value.value, self.context.because),
            ("quality", self.quality.value.value, self.quality.because),
            ("urgency", self.urgency.value.value, self.urgency.because),
            ("sensitivity", self.sensitivity.value.value, self.sensitivity.because),
        )
