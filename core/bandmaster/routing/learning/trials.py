"""Trials: two models on a share of the tasks of a kind, until one of them is the better.

Which model a task gets is decided by a hash of its id, so that every process decides alike. The
result may be looked at after every task: the test is a mixture sequential probability ratio test
(Robbins 1970; Johari, Pekelis and Walsh, "Always Valid Inference", arXiv 1512.04922), whose
chance of ever calling equal models different stays below `alpha`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

_MIXTURE = 0.15**2
"""The variance of the differences that the test looks for best: 15 points."""
_FEWEST = 10
"""Tasks that each model must have had before anything is concluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Two models that are compared on a share of the tasks of a kind."""

    name: str
    kind: str
    first: str
    second: str
    share: float = 0.5
    """Of the tasks of the kind, both models together."""
    alpha: float = 0.05
    """The chance that is taken to call equal models different."""
    most: int = 400
    """So many results end the trial without a winner."""

    def model_for(self, task: str, kind: str) -> str | None:
        """The model that the task gets, or None where it does not take part."""
        place = _place(self.name, task)
        if kind != self.kind or place >= self.share:
            return None
        return self.first if place < self.share / 2 else self.second


class Standing(StrEnum):
    """How a trial stands."""

    RUNNING = "running"
    FIRST = "first is better"
    SECOND = "second is better"
    EVEN = "no difference worth more tasks"


@dataclass(frozen=True, slots=True)
class Arm:
    """One model's results, each from 0 to 1."""

    model: str
    results: int
    mean: float
    variance: float
    dollars: float
    """The mean cost of a task."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a trial says so far; it may be looked at as often as one likes."""

    trial: Trial
    first: Arm
    second: Arm
    difference: float
    """How much better the first is, in score."""
    low: float
    high: float
    """The difference lies between these with a confidence of 1 - alpha, at all times at once."""
    p_value: float
    """Always valid: it may be compared to alpha after every task."""
    standing: Standing


def arm(model: str, scores: Sequence[float], dollars: Sequence[float]) -> Arm:
    """The results of one model."""
    count = len(scores)
    mean = sum(scores) / count if count else 0.0
    variance = sum((one - mean) ** 2 for one in scores) / count if count else 0.0
    return Arm(model, count, mean, variance, sum(dollars) / len(dollars) if dollars else 0.0)


def report(trial: Trial, first: Arm, second: Arm) -> Report:
    """How the trial stands."""
    difference = first.mean - second.mean
    if not first.results or not second.results:
        return Report(trial, first, second, difference, -1.0, 1.0, 1.0, Standing.RUNNING)
    noise = _noise(first) + _noise(second)
    p_value = min(1.0, math.exp(-_log_ratio(difference, noise)))
    reach = _reach(noise, trial.alpha)
    low, high = max(-1.0, difference - reach), min(1.0, difference + reach)
    standing = _standing(trial, first, second, low, high)
    return Report(trial, first, second, difference, low, high, p_value, standing)


def _standing(trial: Trial, first: Arm, second: Arm, low: float, high: float) -> Standing:
    if min(first.results, second.results) < _FEWEST:
        return Standing.RUNNING
    if low > 0:
        return Standing.FIRST
    if high < 0:
        return Standing.SECOND
    if first.results + second.results >= trial.most:
        return Standing.EVEN
    return Standing.RUNNING


def _noise(one: Arm) -> float:
    """The variance of an arm's mean; as if one more result in the middle had been seen."""
    known = (one.variance * one.results + 0.25) / (one.results + 1)
    return known / one.results


def _log_ratio(difference: float, noise: float) -> float:
    """The logarithm of the likelihood ratio, mixed over differences of the size we look for."""
    both = noise + _MIXTURE
    return 0.5 * math.log(noise / both) + difference**2 * _MIXTURE / (2.0 * noise * both)


def _reach(noise: float, alpha: float) -> float:
    """The difference at which the ratio just reaches 1 / alpha."""
    both = noise + _MIXTURE
    square = 2.0 * noise * both / _MIXTURE * (math.log(1.0 / alpha) - 0.5 * math.log(noise / both))
    return math.sqrt(square)


def _place(name: str, task: str) -> float:
    """A number from 0 to below 1 that is the same for the same names everywhere."""
    return int.from_bytes(sha256(f"{name}\0{task}".encode()).digest()[:8]) / 2**64
