"""Links in the order of how reliably they answered; pure.

Few calls say little: rates are shrunk towards the usual one, and a link passes another only when
it is clearly better, so that without evidence nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bandmaster.routing.circuits.measured import Measured
from bandmaster.settings import Link

_USUAL_RATE = 0.95
_WEIGHT = 20.0
"""The usual rate counts as much as so many calls."""
_WORTH = 0.02
"""What halving the time to an answer is worth, as a share of answered calls."""
_CLEAR = 0.05
"""Smaller differences move nothing."""


def score(measured: Measured, usual_seconds: float) -> float:
    """The shrunk share of answered calls, with something for speed."""
    rate = (measured.good + _WEIGHT * _USUAL_RATE) / (measured.calls + _WEIGHT)
    if not usual_seconds:
        return rate
    seconds = (measured.seconds + _WEIGHT * usual_seconds) / (measured.good + _WEIGHT)
    return rate - _WORTH * math.log2(max(seconds, 1e-3) / usual_seconds)


def by_reliability(links: Sequence[Link], measured: Mapping[str, Measured]) -> tuple[Link, ...]:
    """`links` with the clearly more reliable ones first.

    A link with `on` stays behind the one that it belongs to; who was never measured by nature
    (`builtin`) keeps its place, and nobody passes it.
    """
    answers = [one for one in measured.values() if one.good]
    good = sum(one.good for one in answers)
    usual = sum(one.seconds for one in answers) / good if good else 0.0
    blocks = _blocks(links)
    scores = [
        score(measured[block[0].model], usual) if block[0].model in measured else None
        for block in blocks
    ]
    for end in range(len(blocks) - 1, 0, -1):
        for left in range(end):
            here, behind = scores[left], scores[left + 1]
            if here is not None and behind is not None and behind > here + _CLEAR:
                scores[left], scores[left + 1] = behind, here
                blocks[left], blocks[left + 1] = blocks[left + 1], blocks[left]
    return tuple(link for block in blocks for link in block)


def _blocks(links: Sequence[Link]) -> list[list[Link]]:
    """Each link without `on`, with those behind it that wait for its failures."""
    blocks: list[list[Link]] = []
    for link in links:
        if link.on and blocks:
            blocks[-1].append(link)
        else:
            blocks.append([link])
    return blocks
