"""A verifier's word: tests, a linter or a schema say pass or fail, and are sometimes wrong.

How often they are is learned: from the truth where a person or the project told it, else from
how often each verdict comes compared to what was expected of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verifier:
    """How a check's verdicts relate to the truth."""

    passes_right: float = 0.95
    """The share of right answers that it passes."""
    passes_wrong: float = 0.10
    """The share of wrong answers that it passes."""

    def likelihood(self, *, passed: bool) -> tuple[float, float]:
        """How likely this verdict is for a right answer, and for a wrong one."""
        if passed:
            return self.passes_right, self.passes_wrong
        return 1.0 - self.passes_right, 1.0 - self.passes_wrong

    def right_after(self, chance: float, *, passed: bool) -> float:
        """The chance that an answer is right once the verdict on it is known."""
        if_right, if_wrong = self.likelihood(passed=passed)
        both = chance * if_right + (1.0 - chance) * if_wrong
        return chance * if_right / both if both > 0 else chance

    def score(self, *, passed: bool) -> float:
        """The verdict as an unbiased estimate of the score; it may lie outside of 0..1."""
        return ((1.0 if passed else 0.0) - self.passes_wrong) / self.power

    @property
    def power(self) -> float:
        """How much the verdict tells: 1 everything, 0 nothing."""
        return max(0.05, self.passes_right - self.passes_wrong)


class Reliability:
    """Learns a verifier from its verdicts, starting from what is usual and moving slowly."""

    def __init__(self, usual: Verifier = Verifier(), trust: float = 60.0) -> None:
        """`trust` is how many answers the usual reliability counts for."""
        self._right = [usual.passes_right * trust, (1.0 - usual.passes_right) * trust]
        self._wrong = [usual.passes_wrong * trust, (1.0 - usual.passes_wrong) * trust]

    @property
    def verifier(self) -> Verifier:
        """What is known now."""
        return Verifier(
            self._right[0] / sum(self._right),
            min(self._wrong[0] / sum(self._wrong), self._right[0] / sum(self._right)),
        )

    def learn(self, chance: float, *, passed: bool) -> None:
        """A verdict on an answer that was right with `chance`: 1 or 0 where the truth is known."""
        right = self.verifier.right_after(chance, passed=passed)
        place = 0 if passed else 1
        self._right[place] += right
        self._wrong[place] += 1.0 - right

    def state(self) -> list[float]:
        """What was counted: right answers that passed and failed, then wrong ones."""
        return [*self._right, *self._wrong]

    def restore(self, state: Sequence[float]) -> None:
        """Take over what `state()` gave."""
        self._right, self._wrong = list(state[:2]), list(state[2:4])
