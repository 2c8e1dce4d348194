"""Rewards: what an answer was worth, told by what became of it.

The most telling thing that happened to an answer counts, not the sum of them; of equally telling
ones the latest. What a person says outweighs everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class What(StrEnum):
    """What happened to an answer."""

    ANSWERED = "answered"
    """It was given; nothing more is known yet."""
    RATED = "rated"
    """A person rated it."""
    APPLIED = "applied"
    """Its edit was applied."""
    DISMISSED = "dismissed"
    """Its edit was shown and not taken."""
    KEPT = "kept"
    """Its edit was still there when the work was committed."""
    UNDONE = "undone"
    """Its edit was taken back."""
    TESTS_GREEN = "tests_green"
    """The tests that cover it passed."""
    TESTS_RED = "tests_red"
    """Tests that passed before failed."""
    REPAIRED = "repaired"
    """It could be used only after it was asked to mend its form."""
    ESCALATED = "escalated"
    """A check rejected it and another model was asked."""
    UNUSABLE = "unusable"
    """It could not be used: no edit that applies, no finding at a real line."""


@dataclass(frozen=True, slots=True)
class Reward:
    """What an answer was worth, from 0 to 1."""

    score: float
    weight: float
    """How much that is to be believed; 1: as a result that is known for sure."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table: the reward, and why it is what it is."""

    reward: Reward
    source: str


_TESTS = (
    "tests are strong evidence and sometimes wrong: in SWE-bench Verified they inflate the share "
    "of solved issues by 6 points (Wang et al., arXiv 2503.15223)"
)
_TAKEN = (
    "taking a suggestion follows how useful people find it better than how long it stays "
    "(Ziegler et al., arXiv 2205.06537)"
)
_OURS = "our judgement: it says something, and little"

REWARDS: Mapping[What, Rule] = MappingProxyType(
    {
        What.UNDONE: Rule(Reward(0.05, 0.8), "a person took it back"),
        What.TESTS_GREEN: Rule(Reward(0.95, 0.7), _TESTS),
        What.TESTS_RED: Rule(Reward(0.05, 0.7), _TESTS),
        What.UNUSABLE: Rule(Reward(0.0, 0.7), "it was of no use, whatever it said"),
        What.ESCALATED: Rule(Reward(0.1, 0.6), "checks reject about 1 right answer in 20"),
        What.KEPT: Rule(Reward(0.9, 0.5), _TAKEN),
        What.APPLIED: Rule(Reward(0.8, 0.4), _TAKEN),
        What.DISMISSED: Rule(Reward(0.25, 0.3), _TAKEN),
        What.REPAIRED: Rule(Reward(0.5, 0.2), _OURS),
    }
)
"""What each thing that can happen is worth, the most telling first. `answered` says nothing of
quality, and a rating is worth what the person said, with a weight of 1."""


def judge(happenings: Iterable[tuple[What, float | None]]) -> Reward | None:
    """The worth of one answer, of all that happened to it in order; None: nothing is known.

    The second of each pair is the rating, of `rated` only.
    """
    best: Reward | None = None
    for what, rating in happenings:
        reward = _reward(what, rating)
        if reward is not None and (best is None or reward.weight >= best.weight):
            best = reward
    return best


def _reward(what: What, rating: float | None) -> Reward | None:
    if what is What.RATED and rating is not None:
        return Reward(rating, 1.0)
    return REWARDS[what].reward if what in REWARDS else None
