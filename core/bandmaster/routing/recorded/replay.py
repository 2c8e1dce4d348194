"""The replay: the router over JSON lines, for judging it on recorded outcomes.

It is the product's own estimator, explorer and cascade decision; only the way in and out is its
own. In come `start`, `history`, `query` and `feedback`; a line goes out for every `query`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from bandmaster.errors import UsageError
from bandmaster.models.catalog import Catalog
from bandmaster.routing.cascades.cascade import Situation, Tried, Worth, plan
from bandmaster.routing.estimation.estimator import no_prior
from bandmaster.routing.estimation.exploration import Explorer
from bandmaster.routing.estimation.features import Features, read_features
from bandmaster.routing.estimation.lessons import Lesson, Prior, Row
from bandmaster.routing.estimation.matrix import CapabilityMatrix
from bandmaster.routing.learning.knowledge import Knowledge
from bandmaster.settings import Learning

Message = Mapping[str, object]
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
        self._history: dict[str, list[Message]] = {}
        self._open: dict[str, _Open] = {}

    def _prior(self, kind: str, model: str) -> Prior:
        """What is believed of a model, with prices brought to the level of `start`."""
        known = self._believed(kind, model)
        return replace(known, dollars=max(0.001, known.dollars * self._level))

    def _remember(self, message: Message) -> None:
        self._history.setdefault(_text(message, "id"), []).append(message)

    def _study(self) -> None:
        """Learn the history, all results of a query at once."""
        rows: list[Row] = []
        for messages in self._history.values():
            features = _read_features(messages[0])
            lessons = (_read_lesson(features, message) for message in messages)
            rows.append(Row(features, tuple(lessons)))
        self._history.clear()
        self._knowledge.fit(rows)

    def _answer(self, message: Message) -> Message:
        if self._history:
            self._study()
        features = _read_features(message)
        models = cast("Sequence[str]", message.get("models") or self._rules.models)
        tried = [
            Tried(_text(one, "model"), _text(one, "verdict") == "pass")
            for one in cast("list[Message]", message.get("tried") or [])
        ]
        rules = self._rules
        situation = self._knowledge.situation(
            features, models, rules.worth, depth=rules.depth, at=0.0
        )
        self._open[_text(message, "id")] = _Open(features, situation, tried)
        if not rules.cascade:
            return {"model": self._explorer.choose(situation.estimates, rules.worth)}
        chosen = plan(situation, tried)
        return {"model": chosen.models[0] if chosen.models else None}

    def _learn(self, message: Message) -> None:
        query = self._open.get(_text(message, "id"))
        if query is None:
            raise UsageError(f"there was no query {message['id']!r}")
        lesson = _read_lesson(query.features, message)
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
            answer = replay.hear(_parse(line))
        except UsageError as error:
            raise UsageError(f"line {number}: {error}") from error
        if answer is not None:
            write(json.dumps(answer) + "\n")


def _parse(line: str) -> Message:
    try:
        message: object = json.loads(line)
    except ValueError as error:
        raise UsageError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise UsageError(f"an object is wanted, got {line.strip()[:40]!r}")
    return cast("Message", message)


def _text(message: Message, key: str) -> str:
    """A text that must be there."""
    value = message.get(key)
    if not isinstance(value, str):
        raise UsageError(f"{key!r} wants a text, got {value!r}")
    return value


def _read_start(message: Message) -> _Rules:
    reference = _number(message, "cost_ref", 1.0) or 1.0
    return _Rules(
        models=tuple(cast("list[str]", message.get("models") or ())),
        worth=Worth(dollar=_number(message, "lambda", 0.1) / reference),
        reference=reference,
        seed=int(_number(message, "seed", 0)),
        cascade=bool(message.get("cascade")),
        depth=int(_number(message, "depth", 3)),
    )


def _read_features(message: Message) -> Features:
    return read_features(
        str(message.get("text") or ""),
        kind=str(message.get("task_type") or ""),
        cluster=str(message.get("repo") or ""),
    )


def _read_lesson(features: Features, message: Message) -> Lesson:
    cost, latency = message.get("cost"), message.get("latency")
    return Lesson(
        features,
        _text(message, "model"),
        _number(message, "score", 0.0),
        float(cost) if isinstance(cost, int | float) else None,
        float(latency) if isinstance(latency, int | float) else None,
    )


def _number(message: Message, key: str, default: float) -> float:
    value = message.get(key)
    return float(value) if isinstance(value, int | float) else default
