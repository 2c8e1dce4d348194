"""What was learned of models, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from bandmaster import Learned
from bandmaster_cli.formats.table import print_table
from bandmaster_cli.terminal import Paper

_HEAD = ("model and kind", "answers", "good", "± ", "before", "a task", "seconds", "seen")


def print_learned(learned: Sequence[Learned], paper: Paper) -> None:
    """One line a model and kind of task."""
    if not learned:
        paper.put("Nothing is learned yet: answers and what becomes of them will show here.")
        return
    print_table(paper, _HEAD, [_row(one) for one in learned])


def learned_document(one: Learned) -> dict[str, object]:
    return {
        "model": one.model,
        "kind": one.kind,
        "answers": one.results,
        "quality": round(one.quality, 4),
        "spread": round(one.spread, 4),
        "prior": round(one.prior, 4),
        "dollars": round(one.dollars, 6),
        "seconds": round(one.seconds, 2),
        "seen": dict(one.seen),
    }


def _row(one: Learned) -> tuple[str, ...]:
    seen = ", ".join(f"{what} {count}" for what, count in one.seen.items() if what != "answered")
    return (
        f"{one.model} {one.kind}",
        str(one.results),
        f"{one.quality:.0%}",
        f"{one.spread:.0%}",
        f"{one.prior:.0%}",
        f"${one.dollars:.4f}",
        f"{one.seconds:.1f}",
        seen or "-",
    )
