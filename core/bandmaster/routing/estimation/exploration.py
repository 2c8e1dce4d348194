"""Exploration: now and then asking a model of which little is known, to learn what it can do.

Optimistic and bounded: a model gets a bonus for what is not known of it, and only models whose
expected value is near enough to the best one's may profit from it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from bandmaster.routing.cascades.cascade import Worth
from bandmaster.routing.estimation.lessons import Estimate
from bandmaster.settings import Learning


class Explorer:
    """Chooses one model of several."""

    def __init__(self, settings: Learning) -> None:
        self._bonus, self._reach = settings.exploration, settings.reach
        self._random = random.Random(settings.seed)  # noqa: S311  No secret depends on it.

    def choose(self, estimates: Sequence[Estimate], worth: Worth) -> str:
        """The model to ask; of those that look the same, any."""
        values = [one.quality - worth.of(one) for one in estimates]
        least = max(values) - self._reach
        return max(
            (value + self._bonus * one.spread, self._random.random(), one.model)
            for one, value in zip(estimates, values, strict=True)
            if value >= least
        )[2]
