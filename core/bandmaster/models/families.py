"""Our table of model families, `families.toml`: what a model can do, by the family it is of."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bandmaster.models.facts import Abilities
from bandmaster.settings import Speed, Tier

_TABLE = Path(__file__).with_name("families.toml")
_SIZE = re.compile(r"(?<![a-z\d.])(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z\d])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A row of the table; None where it does not say."""

    name: str
    match: tuple[str, ...]
    """Shell patterns over a model's name."""
    abilities: Abilities
    source: str
    output: int | None = None
    tier: Tier | None = None
    speed: Speed = Speed.USUAL
    tokens: float = 1.0
    """Tokens that its tokenizer makes of what we estimate as one."""


@lru_cache(maxsize=256)
def find_family(model: str) -> Family | None:
    """The family of `model` (`provider/model`); None where no row fits."""
    name = plain_name(model)
    return next(
        (row for row in families() if any(fnmatchcase(name, one) for one in row.match)), None
    )


def plain_name(model: str) -> str:
    """The model's name without its provider and without what a reseller puts before it."""
    return model.rpartition("/")[2].lower()


def size_in_name(model: str) -> float | None:
    """Billions of parameters, where the name says so: `qwen3-coder:30b`, `mixtral-8x7b`."""
    found = _SIZE.search(plain_name(model))
    return float(found[2]) * int(found[1] or 1) if found else None


@cache
def families() -> tuple[Family, ...]:
    """The whole table, in its order."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["family"]
    return tuple(_family(row) for row in rows)


def _family(row: Mapping[str, Any]) -> Family:
    can = {one.name for one in fields(Abilities)}
    return Family(
        name=row["name"],
        match=tuple(row["match"]),
        abilities=Abilities(**{key: row[key] for key in row.keys() & can}),
        source=row["source"],
        output=row.get("output"),
        tier=Tier(row["tier"]) if "tier" in row else None,
        speed=Speed(row.get("speed", Speed.USUAL)),
        tokens=row.get("tokens", 1.0),
    )
