"""Facts of a model with who says so: for a person and as JSON."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from rich.text import Text

from bandmaster import Abilities, Facts
from bandmaster_cli.printable import one_line
from bandmaster_cli.terminal import Paper

_UNKNOWN = "nobody says; a cautious guess"


def facts_document(facts: Facts) -> dict[str, object]:
    """Everything that is known; dollars are strings, so that no digit is lost."""
    price = facts.price
    return {
        "name": facts.model,
        "family": facts.family or None,
        "window": facts.window,
        "output": facts.output,
        "price": {
            "input": str(price.input),
            "cached": str(price.cached),
            "output": str(price.output),
        }
        if price
        else None,
        "abilities": {name: getattr(facts.abilities, name) for name in _abilities()},
        "tier": facts.tier.value,
        "speed": facts.speed.value,
        "size": facts.size,
        "tokens": facts.tokens,
        "strengths": dict(facts.strengths),
        "sources": dict(facts.sources),
        "unknown": sorted(facts.unknown),
    }


def print_facts(facts: Facts, paper: Paper) -> None:
    """One fact a line, with its source behind it."""
    paper.put(Text(one_line(facts.model), style="bold"))
    lines = _lines(facts)
    width = max(len(value) for _, value in lines)
    for name, value in lines:
        source = _UNKNOWN if name in facts.unknown else facts.sources.get(name, "")
        line = Text(f"  {name:<12}{value:<{width}}  ", style="not bold")
        paper.put(line.append(one_line(source), style="dim"))


def _lines(facts: Facts) -> list[tuple[str, str]]:
    lines = [
        ("window", f"{facts.window:,} tokens"),
        ("output", f"{facts.output:,} tokens"),
        ("price", _price(facts)),
        ("tier", facts.tier.value),
        ("speed", facts.speed.value),
    ]
    if facts.size:
        lines.append(("size", f"{facts.size:g} billion parameters"))
    lines += [(name, "yes" if getattr(facts.abilities, name) else "no") for name in _abilities()]
    lines.append(("tokens", f"{facts.tokens:.2f} for one that we estimate"))
    if facts.strengths:
        said = ", ".join(f"{kind} {value:g}" for kind, value in facts.strengths.items())
        lines.append(("strengths", said))
    return lines


def _price(facts: Facts) -> str:
    price = facts.price
    if price is None:
        return "not known"
    if not price.input and not price.output:
        return "free"
    kinds = (("in", price.input), ("cached", price.cached), ("out", price.output))
    return ", ".join(f"{_dollars(value)} {kind}" for kind, value in kinds) + " per M"


def _dollars(value: Decimal) -> str:
    return f"${value:.2f}" if value == round(value, 2) else f"${value.normalize():f}"


def _abilities() -> list[str]:
    return [one.name for one in fields(Abilities)]
