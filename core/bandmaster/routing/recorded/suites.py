"""Suites: files of recorded results, one query a line, read into rows to learn from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import cast

from bandmaster.errors import Unreadable, UsageError
from bandmaster.routing.estimation.features import read_features
from bandmaster.routing.estimation.lessons import Lesson, Row

_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Query:
    """A line of a suite: a query with what each model made of it."""

    id: str
    row: Row

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(lesson.model for lesson in self.row.lessons)


def read_suite(path: Path) -> tuple[Query, ...]:
    """The queries of a file. Raises `Unreadable`, and `UsageError` with the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(str(path), str(error)) from error
    return tuple(_read_lines(text, path.name))


def _read_lines(text: str, name: str) -> Iterator[Query]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _read_query(json.loads(line))
            except _UNREADABLE as error:
                raise UsageError(f"{name}:{number}: no query with results: {error}") from error


def _read_query(line: Mapping[str, object]) -> Query:
    """A query; of its results only the router's own words are read: kind, repository, text."""
    features = read_features(
        str(line.get("text") or ""),
        kind=str(line.get("task_type") or ""),
        cluster=str(line.get("repo") or ""),
    )
    cells = cast("Mapping[str, Mapping[str, object]]", line["models"])
    lessons = (
        Lesson(
            features,
            model,
            _number(cell["score"]),
            _maybe(cell.get("cost")),
            _maybe(cell.get("latency")),
        )
        for model, cell in sorted(cells.items())
    )
    return Query(str(line["id"]), Row(features, tuple(lessons)))


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _maybe(value: object) -> float | None:
    return None if value is None else _number(value)
