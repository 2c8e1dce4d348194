"""Words: what the single words of a text say of a model, as a sum of small weights.

A weight follows the error of the whole prediction, ever more slowly the more often its word was
seen, so that one odd query moves little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from bandmaster.routing.estimation.features import WIDTH, Features

_STEP = 0.15
"""How much of an error a word takes upon itself when it is seen for the first time."""
_OFTEN = 500.0
"""A word seen more often than this is taken as seen this often, so that its weight still moves."""


def _zeros() -> list[float]:
    return [0.0] * WIDTH


@dataclass(slots=True)
class _Table:
    weights: list[float] = field(default_factory=_zeros)
    counts: list[float] = field(default_factory=_zeros)


class Words:
    """A weight for each word, kind of task and model."""

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], _Table] = {}

    def hints(self, features: Features, models: Sequence[str]) -> list[float]:
        """What the text's words add to the expected score of each of `models`."""
        if len(features.words) < 2:
            return [0.0] * len(models)
        read, scale = itemgetter(*features.words), len(features.words) ** -0.5
        tables = (self._tables.get((features.kind, model)) for model in models)
        return [scale * sum(read(one.weights)) if one else 0.0 for one in tables]

    def learn(self, features: Features, model: str, error: float) -> None:
        """`error` is what is left of a score to explain, beyond what was foreseen."""
        table = self._tables.setdefault((features.kind, model), _Table())
        weights, counts = table.weights, table.counts
        step = _STEP * error * max(1, len(features.words)) ** -0.5
        for place in features.words:
            counts[place] = count = min(_OFTEN, counts[place] + 1.0)
            weights[place] += step / count

    def state(self) -> dict[str, list[float]]:
        """Everything learned, as numbers by name: place, weight and count of each word seen."""
        return {
            f"{kind}\t{model}": [
                number
                for place, count in enumerate(table.counts)
                if count
                for number in (place, table.weights[place], count)
            ]
            for (kind, model), table in self._tables.items()
        }

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._tables.clear()
        for name, numbers in state.items():
            kind, _, model = name.partition("\t")
            table = self._tables[kind, model] = _Table()
            for i in range(0, len(numbers), 3):
                place = int(numbers[i])
                table.weights[place], table.counts[place] = numbers[i + 1], numbers[i + 2]
