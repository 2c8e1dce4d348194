"""Emphasis: how the profile of one task changes what counts, under whichever policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bandmaster.routing import Complexity, Profile, Quality, Selection, Urgency, Worth


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What the weights of cost and of time are multiplied with, and why."""

    cost: float = 1.0
    time: float = 1.0
    words: str = ""


_TABLE: Mapping[Quality | Complexity | Urgency, Emphasis] = {
    Quality.HIGH: Emphasis(0.5, 1.0, "cost counts half for high quality"),
    Quality.DRAFT: Emphasis(2.0, 1.0, "cost counts double for a draft"),
    Complexity.HARD: Emphasis(0.5, 0.5, "cost and time count half for a hard task"),
    Urgency.NOW: Emphasis(1.0, 10.0, "time counts tenfold, as it is urgent"),
    Urgency.LATER: Emphasis(1.0, 0.0, "time does not count, as there is plenty"),
}
"""docs/routing.md shows it."""


def emphasis_of(profile: Profile) -> Emphasis:
    """The table's lines for `profile`, together."""
    whole = Emphasis()
    said: list[str] = []
    for field in (profile.quality, profile.complexity, profile.urgency):
        line = _TABLE.get(field.value)
        if line is not None:
            whole = Emphasis(whole.cost * line.cost, whole.time * line.time)
            said.append(f"{line.words} ({field.because})")
    return replace(whole, words="; ".join(said))


def emphasise(selection: Selection, emphasis: Emphasis) -> Selection:
    """`selection` with its weights changed."""
    worth = selection.worth
    changed = Worth(worth.dollar * emphasis.cost, worth.second * emphasis.time)
    return replace(selection, worth=changed)
