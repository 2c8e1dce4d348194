"""What is known of a model: how much it holds, what it can do, what it costs, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bandmaster.settings import Speed, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a model can do."""

    tools: bool = False
    vision: bool = False
    structured: bool = False
    """Answers that follow a JSON schema, enforced by the server."""
    fim: bool = False
    """Fill-in-the-middle: the text between a before and an after."""
    embeds: bool = False
    """It makes vectors, and answers nothing."""
    continues: bool = False
    """It goes on with an answer of which it is given the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens; the lowest step, where the size of a call changes it."""

    input: Decimal
    cached: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one model. A field that nobody knows holds a cautious value."""

    model: str
    """`provider/model`."""
    family: str = ""
    """The row of our table that it belongs to; empty: none."""
    window: int
    """Tokens that it holds, prompt and answer together."""
    output: int
    """The longest answer in tokens."""
    price: Price | None
    """None: not known."""
    abilities: Abilities
    tier: Tier
    speed: Speed
    size: float | None = None
    """Billions of parameters."""
    tokens: float = 1.0
    """Tokens that it makes of what we estimate as one."""
    strengths: Mapping[str, float] = field(default_factory=dict[str, float])
    """The person's own word on task kinds, 0 to 1."""
    sources: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """The name of a field (abilities by their own names) -> who says so."""
    unknown: frozenset[str] = frozenset()
    """The fields that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a server says of one of its models; None where it does not say."""

    window: int | None = None
    output: int | None = None
    tools: bool | None = None
    vision: bool | None = None
    structured: bool | None = None
    fim: bool | None = None
    embeds: bool | None = None
    continues: bool | None = None
    size: float | None = None
    """Billions of parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a published price list says of a model."""

    window: int | None = None
    price: Price | None = None
    source: str
    """The list, its version, and since when the price holds."""
