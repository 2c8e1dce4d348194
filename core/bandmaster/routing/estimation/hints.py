"""Hints: what the text of a query says of a model beyond what its kind says.

Inside one kind of task text often says nothing. So a hint counts only as far as hints were right
before they were learned from (`Trust`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.shapes import Shapes
from bandmaster.routing.estimation.trust import Trust
from bandmaster.routing.estimation.words import Words


class Hints:
    """The text's shape and words, each as far as it is trusted."""

    def __init__(self) -> None:
        self._shapes, self._words = Shapes(), Words()
        self._shape_trust, self._word_trust = Trust(), Trust()

    def of(self, features: Features, models: Sequence[str]) -> list[float]:
        """What the text adds to the expected score of each of `models`."""
        shape = self._shape_trust.in_kind(features.kind)
        word = self._word_trust.in_kind(features.kind)
        found = [0.0] * len(models)
        if shape > 0.0:
            found = [shape * hint for hint in self._shapes.hints(features, models)]
        if word > 0.0:
            more = self._words.hints(features, models)
            found = [hint + word * other for hint, other in zip(found, more, strict=True)]
        return found

    def meet(self, features: Features) -> None:
        """Take note of a query, before anything is learned from its results."""
        self._shapes.meet(features)

    def learn(
        self, features: Features, model: str, rest: float, *, noise: float, weight: float
    ) -> None:
        """`rest` is what the kind of task leaves of a score to explain; the query was met.

        `noise` is the variance of one plain result, `weight` how much this one is believed.
        """
        if not features.shape:
            return
        kind = features.kind
        (shape,) = self._shapes.hints(features, (model,))
        self._shape_trust.compare(kind, shape, rest, weight)
        left = rest - self._shape_trust.in_kind(kind) * shape
        (word,) = self._words.hints(features, (model,))
        self._word_trust.compare(kind, word, left, weight)
        self._shapes.learn(features, model, rest, noise / weight)
        self._words.learn(features, model, min(1.0, weight) * (left - word))

    def state(self) -> dict[str, dict[str, list[float]]]:
        """Everything learned, as numbers by name."""
        return {
            "shapes": self._shapes.state(),
            "words": self._words.state(),
            "shape trust": self._shape_trust.state(),
            "word trust": self._word_trust.state(),
        }

    def restore(self, state: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
        """Take over what `state()` gave; what was known before is forgotten."""
        self._shapes.restore(state.get("shapes", {}))
        self._words.restore(state.get("words", {}))
        self._shape_trust.restore(state.get("shape trust", {}))
        self._word_trust.restore(state.get("word trust", {}))
