"""Trials between two models, and past tasks judged again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bandmaster.errors import UnknownName, UsageError
from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.lessons import Estimate
from bandmaster.routing.learning.experience import Experience, Happening
from bandmaster.routing.learning.rewards import What
from bandmaster.routing.learning.trial_book import TrialBook
from bandmaster.routing.learning.trials import Standing, Trial, arm, report
from bandmaster.routing.learning.whatif import what_if
from bandmaster.store import Database

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRIAL = Trial(name="new", kind="fix", first="a", second="b", share=0.4)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    place = Database(tmp_path / "bandmaster.sqlite")
    yield place
    place.close()


def happening(
    task: str, model: str, what: What, rating: float | None = None, dollars: float | None = None
) -> Happening:
    at = NOW + timedelta(hours=1)
    return Happening(
        at=at,
        workspace="/project",
        task=task,
        model=model,
        what=what,
        features=Features("fix"),
        rating=rating,
        dollars=dollars,
        seconds=dollars,
    )


def test_the_task_decides_alone_which_model_it_gets() -> None:
    models = [TRIAL.model_for(f"task {number}", "fix") for number in range(2000)]
    assert models == [TRIAL.model_for(f"task {number}", "fix") for number in range(2000)]
    assert models.count("a") == pytest.approx(400, abs=60)
    assert models.count("b") == pytest.approx(400, abs=60)
    assert TRIAL.model_for("task 0", "ask") is None


def test_trials_of_different_names_divide_tasks_differently() -> None:
    other = Trial(name="other", kind="fix", first="a", second="b", share=0.4)
    tasks = [f"task {number}" for number in range(500)]
    same = [TRIAL.model_for(task, "fix") == other.model_for(task, "fix") for task in tasks]
    assert 0.3 < sum(same) / 500 < 0.7


def ends(chance: random.Random, good: float, poor: float) -> Standing:
    """How a trial ends that is looked at after every task."""
    first: list[float] = []
    second: list[float] = []
    while True:
        first.append(float(chance.random() < good))
        second.append(float(chance.random() < poor))
        standing = report(TRIAL, arm("a", first, []), arm("b", second, [])).standing
        if standing is not Standing.RUNNING:
            return standing


def test_a_clear_difference_ends_a_trial_with_the_better_model() -> None:
    chance = random.Random(1)
    assert [ends(chance, 0.95, 0.55) for _ in range(20)] == [Standing.FIRST] * 20
    assert ends(chance, 0.4, 0.9) is Standing.SECOND


def test_equal_models_are_seldom_called_different_however_often_one_looks() -> None:
    chance = random.Random(2)
    found = [ends(chance, 0.8, 0.8) for _ in range(60)]
    assert sum(one is not Standing.EVEN for one in found) <= 6


def test_the_interval_holds_zero_just_as_long_as_the_p_value_is_above_alpha() -> None:
    chance = random.Random(3)
    first: list[float] = []
    second: list[float] = []
    for _ in range(150):
        first.append(float(chance.random() < 0.9))
        second.append(float(chance.random() < 0.6))
        one = report(TRIAL, arm("a", first, []), arm("b", second, []))
        assert (one.low <= 0 <= one.high) == (one.p_value >= TRIAL.alpha)


def test_a_trial_is_reported_from_what_happened_to_the_answers(database: Database) -> None:
    book = TrialBook(database)
    book.start(TRIAL, NOW)
    found: list[Happening] = []
    for number in range(200):
        task = f"t{number}"
        model = TRIAL.model_for(task, "fix") or "c"
        found.append(happening(task, model, What.ANSWERED, dollars=0.3 if model == "a" else 0.1))
        found.append(happening(task, model, What.RATED, 1.0 if model == "a" else 0.2))
    Experience(database).add(found)
    last = book.report("new")
    taking_part = [TRIAL.model_for(f"t{number}", "fix") for number in range(200)]
    assert (last.first.results, last.second.results) == (
        taking_part.count("a"),
        taking_part.count("b"),
    )
    assert (last.first.mean, last.second.mean) == (pytest.approx(1.0), pytest.approx(0.2))
    assert (last.first.dollars, last.second.dollars) == (pytest.approx(0.3), pytest.approx(0.1))
    assert last.standing is Standing.FIRST


def test_an_ended_trial_decides_nothing_more_and_keeps_its_report(database: Database) -> None:
    book = TrialBook(database)
    book.start(TRIAL, NOW)
    assert [one.name for one in book.running()] == ["new"]
    assert book.end("new", NOW).standing is Standing.RUNNING
    assert book.running() == ()
    assert book.report("new").trial.second == "b"
    with pytest.raises(UnknownName, match="newer"):
        book.end("newer", NOW)


@pytest.mark.parametrize(
    ("trial", "why"),
    [
        (Trial(name="x", kind="fix", first="a", second="a"), "two models"),
        (Trial(name="x", kind="ask", first="a", second="b", share=0.0), "share"),
        (Trial(name="new", kind="ask", first="a", second="b"), "already"),
        (Trial(name="x", kind="fix", first="a", second="c"), "'fix' tasks"),
    ],
)
def test_what_cannot_be_a_trial_is_refused(database: Database, trial: Trial, why: str) -> None:
    book = TrialBook(database)
    book.start(TRIAL, NOW)
    with pytest.raises(UsageError, match=why):
        book.start(trial, NOW)


EXPECTED = {
    "dear": Estimate("dear", 0.9, 0.1, dollars=1.0, seconds=10.0),
    "cheap": Estimate("cheap", 0.7, 0.1, dollars=0.1, seconds=5.0),
}


def expect(_: Features, models: Sequence[str]) -> list[Estimate]:
    return [EXPECTED[model] for model in models]


def test_past_tasks_are_judged_again_with_what_they_really_cost() -> None:
    past = [
        happening("t1", "dear", What.ANSWERED, dollars=3.0),
        happening("t1", "dear", What.RATED, 1.0),
        happening("t2", "cheap", What.ANSWERED, dollars=0.2),
    ]
    found = what_if(past, expect, ["dear", "cheap"], lambda one: -one.dollars)
    assert (found.tasks, found.changed) == (2, 1)
    assert found.was.dollars == pytest.approx(3.2)
    assert found.would.dollars == pytest.approx(0.3 + 0.2)
    assert found.was.quality == pytest.approx((1.0 + 0.7) / 2)
    assert found.would.quality == pytest.approx(0.7)
    assert asdict(found.was)["models"] == {"dear": 1, "cheap": 1}
    assert asdict(found.would)["models"] == {"cheap": 2}


def test_the_whole_cost_of_an_escalated_task_counts() -> None:
    past = [
        happening("t", "cheap", What.ESCALATED, dollars=0.2),
        happening("t", "dear", What.ANSWERED, dollars=2.0),
    ]
    found = what_if(past, expect, ["dear"], lambda one: one.quality)
    assert found.was.dollars == pytest.approx(2.2)
    assert found.changed == 0


def test_nothing_in_the_past_costs_nothing() -> None:
    found = what_if([], expect, ["dear"], lambda one: one.quality)
    assert (found.tasks, found.was.dollars, found.would.quality) == (0, 0.0, 0.0)
