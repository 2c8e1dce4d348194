"""Lessons: what is learned from, and the estimates that come of it."""

from __future__ import annotations

from dataclasses import dataclass

from bandmaster.routing.estimation.features import Features


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a model before it was tried on a kind of task."""

    quality: float = 0.5
    dollars: float = 0.1
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one model made of one query."""

    features: Features
    model: str
    score: float
    """0 (of no use) to 1 (as it should be)."""
    dollars: float | None = None
    seconds: float | None = None
    at: float = 0.0
    """When, in days."""
    weight: float = 1.0
    """How much the score is to be believed; above 0, 1 is one plain result."""


@dataclass(frozen=True, slots=True)
class Row:
    """One query with the results of all models that were tried on it."""

    features: Features
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is expected of a model on a query."""

    model: str
    quality: float
    """The expected score."""
    spread: float
    """How far `quality` may be off against other models (a standard deviation): what more
    results would narrow."""
    dollars: float
    seconds: float
