"""The capability matrix: how good a model is at a kind of task before it was tried here.

`strengths.toml` holds what published tables say; a model that no row names gets a strength by its
size, its tier or a word in its name. The person's own word comes first. Each strength says where it
comes from, and all of it is a prior: results soon weigh more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from math import log2
from pathlib import Path
from typing import Any

from bandmaster.models.facts import Facts
from bandmaster.models.families import plain_name
from bandmaster.routing.estimation.lessons import Prior
from bandmaster.routing.profile import Judged
from bandmaster.settings import Speed, Tier

_TABLE = Path(__file__).with_name("strengths.toml")
_STRENGTHS = {Tier.FRONTIER: 0.8, Tier.LARGE: 0.73, Tier.MEDIUM: 0.66, Tier.SMALL: 0.5}
_AT_ONE_BILLION, _PER_DOUBLING = 0.32, 0.065
"""Strength by billions of parameters; a rule of thumb over open models."""
_WORDS = {
    "nano": Tier.SMALL,
    "tiny": Tier.SMALL,
    "mini": Tier.MEDIUM,
    "small": Tier.MEDIUM,
    "lite": Tier.MEDIUM,
    "flash": Tier.MEDIUM,
    "haiku": Tier.MEDIUM,
    "medium": Tier.MEDIUM,
    "sonnet": Tier.LARGE,
    "large": Tier.LARGE,
    "pro": Tier.LARGE,
    "max": Tier.LARGE,
    "opus": Tier.FRONTIER,
    "ultra": Tier.FRONTIER,
}
"""Words in a model's name that tell its tier, smallest first: a `pro-mini` is a mini."""
_PART = re.compile(r"[a-z]+")
_HARDNESS = {
    "docs": 0.08,
    "explain": 0.08,
    "ask": 0.03,
    "review": 0.0,
    "test": -0.03,
    "fix": -0.03,
    "plan": -0.05,
}
"""By how much a kind of task is easier than others, for every model."""
_DOLLARS = {Tier.FRONTIER: 0.1, Tier.LARGE: 0.04, Tier.MEDIUM: 0.01, Tier.SMALL: 0.002}
"""What a task costs where no price is known."""
_SECONDS = {Speed.FAST: 6.0, Speed.USUAL: 15.0, Speed.SLOW: 40.0}
_INPUT, _OUTPUT = 8000, 1000
"""Tokens of a usual task."""
_MILLION = 1_000_000


class CapabilityMatrix:
    """Priors for any model, known or not."""

    def __init__(self, facts: Callable[[str], Facts], *, local: Collection[str] = ()) -> None:
        """`facts` is the catalog's; `local` are models that cost nothing, being run here."""
        self._facts = facts
        self._local = frozenset(local)
        self._priors: dict[tuple[str, str], Prior] = {}

    def strength(self, kind: str, model: str) -> Judged[float]:
        """How good `model` is at `kind`, 0 to 1."""
        facts = self._facts(model)
        if kind in facts.strengths:
            return Judged(facts.strengths[kind], "your settings")
        row = _find_row(model)
        if row is None:
            general = _general(facts)
            return Judged(general.value + _HARDNESS.get(kind, 0.0), general.because)
        return row.strength(kind)

    def prior(self, kind: str, model: str) -> Prior:
        """What is believed of `model` on `kind`; worked out once."""
        known = self._priors.get((kind, model))
        if known is None:
            facts = self._facts(model)
            known = self._priors[kind, model] = Prior(
                quality=self.strength(kind, model).value,
                dollars=self._dollars(facts),
                seconds=_SECONDS[facts.speed],
            )
        return known

    def _dollars(self, facts: Facts) -> float:
        if facts.model in self._local:
            return 0.0
        if facts.price is None:
            return _DOLLARS[facts.tier]
        return float(facts.price.input * _INPUT + facts.price.output * _OUTPUT) / _MILLION


@dataclass(frozen=True, slots=True)
class _Row:
    """What one published table says of some models."""

    match: tuple[str, ...]
    source: str
    strengths: Mapping[str, float]

    def strength(self, kind: str) -> Judged[float]:
        if kind in self.strengths:
            return Judged(self.strengths[kind], self.source)
        usual = sum(value - _HARDNESS[one] for one, value in self.strengths.items())
        found = usual / len(self.strengths) + _HARDNESS.get(kind, 0.0)
        return Judged(min(1.0, max(0.0, found)), f"other kinds of task; {self.source}")


def _general(facts: Facts) -> Judged[float]:
    """How good a model is that no table names."""
    if facts.size is not None:
        found = _AT_ONE_BILLION + _PER_DOUBLING * log2(max(facts.size, 0.1))
        return Judged(min(_STRENGTHS[Tier.LARGE], found), f"its size, {facts.size:g} billion")
    if "tier" not in facts.unknown:
        return Judged(_STRENGTHS[facts.tier], f"its tier, {facts.tier}")
    parts = _PART.findall(plain_name(facts.model))
    for word, tier in _WORDS.items():
        if word in parts:
            return Judged(_STRENGTHS[tier], f"{word!r} in its name")
    return Judged(_STRENGTHS[facts.tier], "nothing is known of it")


def _find_row(model: str) -> _Row | None:
    name = plain_name(model)
    return next((row for row in _rows() if any(fnmatchcase(name, one) for one in row.match)), None)


@cache
def _rows() -> tuple[_Row, ...]:
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["model"]
    return tuple(_row(one) for one in table)


def _row(row: Mapping[str, Any]) -> _Row:
    strengths = {kind: float(row[kind]) for kind in _HARDNESS if kind in row}
    return _Row(tuple(row["match"]), row["source"], strengths)
