"""Exploration: now and then asking a model of which little is known, to learn what it can do.

Optimistic and bounded: a model gets a bonus for what is not known of it, and only models whose
expected value is near enough to the best one's may profit from it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bandmaster.routing.cascade import Worth
from bandmaster.routing.lessons import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """How much is risked to learn."""

    bonus: float = 1.0
    """How many standard deviations of what is not known count in favour; 0: never explore."""
    reach: float = 0.3
    """The most that one task may be expected to lose by it, in units of quality."""
    seed: int = 0
    """Decides between models that look the same."""


class Explorer:
    """Chooses one model of several."""

    def __init__(self, exploration: Exploration) -> None:
        self._exploration = exploration
        self._random = random.Random(exploration.seed)  # noqa: S311  No secret depends on it.

    def choose(self, estimates: Sequence[Estimate], worth: Worth) -> str:
        """The model to ask; of those that look the same, any."""
        values = [one.quality - worth.of(one) for one in estimates]
        least = max(values) - self._exploration.reach
        return max(
            (value + self._exploration.bonus * one.spread, self._random.random(), one.model)
            for one, value in zip(estimates, values, strict=True)
            if value >= least
        )[2]
