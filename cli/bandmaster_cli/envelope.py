"""The last line on stderr: who answered, why, and what it took."""

from __future__ import annotations

from bandmaster import Cost, Outcome, Usage
from bandmaster_cli.formats.table import dollars
from bandmaster_cli.terminal import Terminal


def print_envelope(outcome: Outcome, terminal: Terminal) -> None:
    """Notes of the outcome, then its envelope in one line."""
    told = {f"{one.model} failed: {one.message}" for one in outcome.attempts if one.failure}
    for note in outcome.notes:
        if note not in told:
            terminal.note(f"note: {note}")
    why = outcome.route.reason if terminal.verbose else _instead(outcome) or outcome.route.policy
    parts = [outcome.model, why, _tokens(outcome.usage), _dollars(outcome.cost)]
    parts += [f"{outcome.seconds:.1f} s", f"task {outcome.task.id}"]
    terminal.note(" · ".join(part for part in parts if part))


def _instead(outcome: Outcome) -> str:
    """Whom the person asked for, where another one had to answer."""
    failed = next((one.model for one in outcome.attempts if one.failure), outcome.model)
    asked = outcome.route.policy == "asked for"
    return f"instead of {failed}" if asked and failed != outcome.model else ""


def _tokens(usage: Usage) -> str:
    if not usage.input and not usage.output:
        return ""
    about = "about " if usage.estimated else ""
    cached = f" ({usage.cached:,} cached)" if usage.cached else ""
    return f"{about}{usage.input:,}{cached} + {usage.output:,} tokens"


def _dollars(cost: Cost) -> str:
    if not cost.dollars and not cost.unpriced:
        return "no cost"
    if cost.unpriced and not cost.dollars:
        return "price not known"
    shown = dollars(cost.dollars)
    return f"{shown} and calls without a known price" if cost.unpriced else shown
