"""Hard limits: what no utility outweighs. Pure; the answer is the reason, empty for none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bandmaster.ledger import shown
from bandmaster.models.facts import Facts
from bandmaster.routing.profile import Sensitivity

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a task needs of a model, and what it may take."""

    prompt: int = 0
    """Tokens that are sent."""
    output: int = 0
    """Tokens of the longest answer that is asked for."""
    tools: bool = False
    vision: bool = False
    dollars: Decimal | None = None
    """The most that may be spent; None: no limit."""
    sensitivity: Sensitivity = Sensitivity.USUAL


def why_not(facts: Facts, demand: Demand, *, local: bool) -> str:
    """Why the model cannot have the task; empty when it can. A fact nobody knows is no reason."""
    if demand.sensitivity is Sensitivity.SECRET and not local:
        return "not on this machine, and the task holds secrets"
    if facts.abilities.embeds:
        return "it makes vectors and answers nothing"
    needed = demand.prompt + demand.output
    if "window" not in facts.unknown and needed > facts.window:
        return f"holds {facts.window} tokens, and the task needs {needed}"
    for name, wanted, has in (
        ("tools", demand.tools, facts.abilities.tools),
        ("vision", demand.vision, facts.abilities.vision),
    ):
        if wanted and not has and name not in facts.unknown:
            return f"cannot use {name}" if name == "tools" else "cannot see images"
    if demand.dollars is None or local or facts.price is None:
        return ""
    most = (facts.price.input * demand.prompt + facts.price.output * demand.output) / _MILLION
    if most > demand.dollars:
        return f"costs about {shown(most)}, and max_dollars allows {shown(demand.dollars)}"
    return ""
