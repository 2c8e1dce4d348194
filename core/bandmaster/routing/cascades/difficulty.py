"""Difficulty: what one model's result on a task says of the others' chances on the same task.

A task that a strong model failed is hard for everybody. Each task has one hidden difficulty on
which all models' chances depend (a one-factor Gaussian copula); how strongly they depend on it is
learned per kind from tasks that several models tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_NODES = tuple(_NORMAL.inv_cdf((place + 0.5) / 7) for place in range(7))
"""Difficulties from hard to easy, each as likely as the next one before anything is tried."""
_SHARES = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85)
"""How much of a result the difficulty may decide: candidates among which learning weighs."""
_USUAL, _WIDTH = 0.6, 0.25
"""What is believed of the share before anything is learned: its middle and its spread."""
_POOLED = 0.1
"""How much a result of one kind of task counts for another kind."""
_SURE = 0.02
"""No chance is taken to be nearer to 0 or 1 than this."""
_ROOT = math.sqrt(2.0)

Curve = tuple[float, ...]
"""A model's chance at each difficulty."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A result as it bears on a model: how likely it was if the model was right, or wrong."""

    chance: float
    """The model's chance on a task of unknown difficulty."""
    if_right: float
    if_wrong: float


@dataclass(frozen=True, slots=True)
class Belief:
    """How likely each difficulty is, for a task at hand."""

    weights: Curve = (1.0 / len(_NODES),) * len(_NODES)

    def mean(self, curve: Curve) -> float:
        """The chance that `curve` comes to."""
        return sum(weight * chance for weight, chance in zip(self.weights, curve, strict=True))

    def after(self, curve: Curve, if_right: float, if_wrong: float) -> Belief:
        """The belief once a model of that curve had a result of that likelihood."""
        seen = [
            weight * (if_wrong + chance * (if_right - if_wrong))
            for weight, chance in zip(self.weights, curve, strict=True)
        ]
        total = sum(seen)
        return Belief(tuple(one / total for one in seen)) if total > 0 else self

    def faded(self, kept: float) -> Belief:
        """The belief for a similar task, of which only the share `kept` carries over."""
        even = (1.0 - kept) / len(self.weights)
        return Belief(tuple(kept * weight + even for weight in self.weights))


def curve(chance: float, share: float) -> Curve:
    """The chances by difficulty of a model that succeeds with `chance` overall.

    `share` is how much of a result the difficulty decides: 0 not at all, towards 1 everything.
    """
    level = _NORMAL.inv_cdf(min(1.0 - _SURE, max(_SURE, chance)))
    slope, width = math.sqrt(share), math.sqrt(1.0 - share) * _ROOT
    return tuple(0.5 + 0.5 * math.erf((level + slope * node) / width) for node in _NODES)


class Difficulty:
    """How much of a result the difficulty decides, per kind of task."""

    def __init__(self) -> None:
        self._likelihoods: dict[str, list[float]] = {}
        """The logarithm of the likelihood of all that was seen, per kind and candidate share."""

    def share(self, kind: str) -> float:
        """The expected share for a kind of task."""
        logs = [-(((share - _USUAL) / _WIDTH) ** 2) / 2 for share in _SHARES]
        for other, likelihoods in self._likelihoods.items():
            counts = 1.0 if other == kind else _POOLED
            logs = [one + counts * more for one, more in zip(logs, likelihoods, strict=True)]
        top = max(logs)
        weights = [math.exp(one - top) for one in logs]
        products = (weight * share for weight, share in zip(weights, _SHARES, strict=True))
        return sum(products) / sum(weights)

    def learn(self, kind: str, results: Sequence[Evidence]) -> None:
        """Take the results of several models on one task into account; one alone says nothing."""
        if len(results) < 2:
            return
        known = self._likelihoods.setdefault(kind, [0.0] * len(_SHARES))
        for place, share in enumerate(_SHARES):
            known[place] += _log_likelihood(results, share)

    def state(self) -> dict[str, list[float]]:
        """Everything learned, as numbers by kind."""
        return {kind: list(numbers) for kind, numbers in self._likelihoods.items()}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._likelihoods = {kind: list(numbers) for kind, numbers in state.items()}


def _log_likelihood(results: Sequence[Evidence], share: float) -> float:
    chances = [1.0 / len(_NODES)] * len(_NODES)
    for one in results:
        gain = one.if_right - one.if_wrong
        likelihoods = (one.if_wrong + chance * gain for chance in curve(one.chance, share))
        chances = [a * b for a, b in zip(chances, likelihoods, strict=True)]
    return math.log(max(sum(chances), 1e-300))
