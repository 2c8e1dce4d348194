"""The replay: the router over JSON lines, for judging it on recorded outcomes.

It is the product's own estimator, explorer and cascade decision; only the way in and out is its
own. In come `start`, `history`, `query` and `feedback`; a line goes out for every `query`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bandmaster.errors import UsageError
from bandmaster.models.catalog import Catalog
from bandmaster.routing.cascades.cascade import Situation, Tried, Worth, plan
from bandmaster.routing.estimation.estimator import no_prior
from bandmaster.routing.estimation.exploration import Explorer
from bandmaster.routing.estimation.features import Features, read_features
from bandmaster.routing.estimation.lessons import Lesson, Prior, Row
from bandmaster.routing.estimation.matrix import CapabilityMatrix
from bandmaster.routing.learning.knowledge import Knowledge
from bandmaster.routing.recorded.fields import (
    Message,
    messages,
    read_message,
    some_amount,
    some_number,
    some_text,
    text,
    texts,
)
from bandmaster.settings import Learning

_PASSED = 0.5
"""A verdict comes as a score: from here on it is a pass."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """What `start` says."""

    models: tuple[str, ...]
    worth: Worth
    reference: float
    """What the best model usually costs."""
    seed: int
    cascade: bool
    depth: int


@dataclass(slots=True)
class _Open:
    """A query whose results are still coming in."""

    features: Features
    situation: Situation
    tried: list[Tried]


class Replay:
    """One run of the router, from `start` to the last `feedback`."""

    def __init__(
        self,
        learning: Learning = Learning(),  # noqa: B008 - a value, never changed
        believed: Callable[[str, str], Prior] = no_prior,
    ) -> None:
        """`believed` is what is known of a model by its name, for a kind of task."""
        self._learning = learning
        self._believed = believed
        self._rules = _read_start({})
        self._begin(self._rules)

    def hear(self, message: Message) -> Message | None:
        """Take a message in; the answer, where it is a query. Raises `UsageError`."""
        match message.get("type"):
            case "start":
                self._begin(_read_start(message))
            case "history":
                self._remember(message)
            case "query":
                return self._answer(message)
            case "feedback":
                self._learn(message)
            case other:
                raise UsageError(f"a line of the type {other!r} is not known")
        return None

    def _begin(self, rules: _Rules) -> None:
        self._rules = rules
        dearest = max((self._believed("", one).dollars for one in rules.models), default=0.0)
        self._level = rules.reference / dearest if dearest > 0 else 1.0
        self._knowledge = Knowledge(self._prior, None)
        seed = self._learning.seed + rules.seed
        self._explorer = Explorer(replace(self._learning, seed=seed))
        self._history: dict[str, list[Lesson]] = {}
        self._open: dict[str, _Open] = {}

    def _prior(self, kind: str, model: str) -> Prior:
        """What is believed of a model, with prices brought to the level of `start`."""
        known = self._believed(kind, model)
        return replace(known, dollars=max(0.001, known.dollars * self._level))

    def _remember(self, message: Message) -> None:
        query = text(message, "id")
        told = self._history.get(query, [])
        features = told[0].features if told else _read_features(message)
        self._history[query] = [*told, _read_lesson(features, message)]

    def _study(self) -> None:
        """Learn the history, all results of a query at once."""
        rows = [Row(told[0].features, tuple(told)) for told in self._history.values()]
        self._history.clear()
        self._knowledge.fit(rows)

    def _answer(self, message: Message) -> Message:
        if self._history:
            self._study()
        features = _read_features(message)
        models = texts(message, "models") or self._rules.models
        if not models:
            raise UsageError("there are no models to choose from")
        tried = [
            Tried(text(one, "model"), text(one, "verdict") == "pass")
            for one in messages(message, "tried")
        ]
        rules = self._rules
        situation = self._knowledge.situation(
            features, models, rules.worth, depth=rules.depth, at=0.0
        )
        self._open[text(message, "id")] = _Open(features, situation, tried)
        if not rules.cascade:
            return {"model": self._explorer.choose(situation.estimates, rules.worth)}
        chosen = plan(situation, tried)
        return {"model": chosen.models[0] if chosen.models else None}

    def _learn(self, message: Message) -> None:
        query = self._open.get(text(message, "id"))
        if query is None:
            raise UsageError(f"there was no query {message['id']!r}")
        lesson = _read_lesson(query.features, message)
        if all(lesson.model != one.model for one in query.situation.estimates):
            raise UsageError(f"{lesson.model!r} was not among the models of the query")
        if self._rules.cascade:
            verdict = Tried(lesson.model, lesson.score >= _PASSED)
            self._knowledge.hear(query.situation, query.tried, verdict, lesson)
        else:
            self._knowledge.estimator.learn(lesson)


def serve_replay(lines: Iterable[str], write: Callable[[str], object]) -> None:
    """Answer every query among `lines` with a line given to `write`. Raises `UsageError`."""
    replay = Replay(believed=CapabilityMatrix(Catalog({}, lambda _model: None).facts).prior)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = replay.hear(read_message(line))
        except UsageError as error:
            raise UsageError(f"line {number}: {error}") from error
        if answer is not None:
            write(json.dumps(answer) + "\n")


def _read_start(message: Message) -> _Rules:
    reference = some_amount(message, "cost_ref") or 1.0
    weight = some_amount(message, "lambda")
    depth = some_number(message, "depth")
    return _Rules(
        models=texts(message, "models"),
        worth=Worth(dollar=(0.1 if weight is None else weight) / reference),
        reference=reference,
        seed=int(some_number(message, "seed") or 0),
        cascade=bool(message.get("cascade")),
        depth=3 if depth is None else max(1, int(depth)),
    )


def _read_features(message: Message) -> Features:
    return read_features(
        some_text(message, "text"),
        kind=some_text(message, "task_type"),
        cluster=some_text(message, "repo"),
    )


def _read_lesson(features: Features, message: Message) -> Lesson:
    score = some_number(message, "score")
    if score is None:
        raise UsageError("'score' is missing")
    return Lesson(
        features,
        text(message, "model"),
        score,
        some_amount(message, "cost"),
        some_amount(message, "latency"),
    )
