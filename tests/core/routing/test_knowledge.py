"""Knowledge: what verdicts say of models that are asked only where others failed."""

from __future__ import annotations

import random

from bandmaster.routing.cascades.cascade import Tried, Worth
from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.lessons import Lesson, Prior, Row
from bandmaster.routing.learning.knowledge import Knowledge
from tests.fakes import worlds

FIX = Features("fix")


def make_knowledge() -> Knowledge:
    """What 200 tasks taught that all models did."""
    knowledge = Knowledge(lambda _kind, _model: Prior(), None)
    knowledge.fit(
        [
            Row(
                Features(row.kind),
                tuple(
                    Lesson(Features(row.kind), model, score, worlds.MODELS[model].cost)
                    for model, score in row.scores.items()
                ),
            )
            for row in worlds.make_rows(200, seed=20)
        ]
    )
    return knowledge


def strong(knowledge: Knowledge) -> float:
    return knowledge.estimator.estimate(FIX, ["strong"])[0].quality


def test_a_model_that_is_asked_only_where_others_failed_is_not_taken_to_be_worse() -> None:
    knowledge, chance = make_knowledge(), random.Random(21)
    before = strong(knowledge)
    hard = [one for one in worlds.make_rows(3000, seed=22, alike=0.85) if not one.scores["small"]]
    for row in hard:
        features = Features(row.kind)
        situation = knowledge.situation(features, list(worlds.MODELS), Worth(), depth=3, at=0.0)
        passed = chance.random() < (0.95 if row.scores["strong"] else 0.10)
        tried, verdict = (Tried("small", passed=False),), Tried("strong", passed)
        lesson = Lesson(features, "strong", float(passed), 2.0)
        knowledge.hear(situation, tried, verdict, lesson)
    assert sum(row.scores["strong"] for row in hard) / len(hard) < before - 0.05
    assert abs(strong(knowledge) - before) < 0.04


def test_what_is_known_can_be_written_down_and_taken_up() -> None:
    knowledge = make_knowledge()
    again = Knowledge(lambda _kind, _model: Prior(), None)
    again.restore(knowledge.state())
    models = list(worlds.MODELS)
    assert again.estimator.estimate(FIX, models) == knowledge.estimator.estimate(FIX, models)
    assert again.difficulty.share("fix") == knowledge.difficulty.share("fix")
    assert again.reliability.verifier == knowledge.reliability.verifier
