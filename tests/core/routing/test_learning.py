"""Learning: what becomes of answers changes what is expected of models, in every process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bandmaster.errors import UnknownName, UsageError
from bandmaster.routing.cascades.cascade import Worth, plan
from bandmaster.routing.estimation.features import Features, read_features
from bandmaster.routing.estimation.lessons import Prior
from bandmaster.routing.learning.learner import Learner
from bandmaster.routing.learning.rewards import REWARDS, Reward, What, judge
from bandmaster.settings import Learning
from bandmaster.store import Database

FIX, ASK = Features("fix"), Features("ask")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Days:
    """A clock that a test sets, in days after `NOW`."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> datetime:
        return NOW + timedelta(days=self.passed)


Make = Callable[..., Learner]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes learners of separate processes that share one database."""
    opened: list[Database] = []

    def learner(settings: Learning | None = None, clock: Days | None = None) -> Learner:
        database = Database(tmp_path / "shared.sqlite")
        opened.append(database)
        return Learner(
            database,
            "/project",
            settings=settings or Learning(),
            prior=lambda _kind, _model: Prior(quality=0.6),
            clock=clock or Days(),
        )

    yield learner
    for database in opened:
        database.close()


def quality(learner: Learner, model: str = "a", features: Features = FIX) -> float:
    learner.refresh()
    return learner.estimates(features, [model])[0].quality


def teach(learner: Learner, model: str, what: What, times: int, features: Features = FIX) -> None:
    for number in range(times):
        task = f"{model}-{what}-{features.kind}-{number}"
        learner.record(task, features, model, dollars=0.2, seconds=3.0)
        learner.happened(task, what)


def test_an_answer_of_which_nothing_more_is_known_teaches_cost_and_time_only(make: Make) -> None:
    learner = make()
    for number in range(30):
        learner.record(f"t{number}", FIX, "a", dollars=0.8, seconds=9.0)
    learner.refresh()
    (one,) = learner.estimates(FIX, ["a"])
    assert one.quality == pytest.approx(0.6, abs=0.01)
    assert one.dollars == pytest.approx(0.8, rel=0.35)


def test_what_happens_to_answers_changes_what_is_expected(make: Make) -> None:
    learner = make()
    teach(learner, "a", What.TESTS_GREEN, 20)
    teach(learner, "b", What.UNDONE, 20)
    assert quality(learner, "a") > 0.75
    assert quality(learner, "b") < 0.35


def test_little_evidence_changes_little(make: Make) -> None:
    learner = make()
    teach(learner, "a", What.UNDONE, 1)
    assert 0.4 < quality(learner) < 0.6


def test_what_is_learned_of_one_kind_counts_less_for_another(make: Make) -> None:
    learner = make()
    teach(learner, "a", What.UNDONE, 20)
    assert quality(learner) < quality(learner, features=ASK) < 0.6


def test_other_processes_learn_it_too(make: Make) -> None:
    one, other = make(), make()
    before = quality(other)
    teach(one, "a", What.UNDONE, 10)
    assert quality(other) < before
    assert quality(other) == pytest.approx(quality(one))
    assert quality(make()) == pytest.approx(quality(one))


def test_a_later_word_on_an_answer_replaces_the_earlier_one(make: Make) -> None:
    learner = make()
    learner.record("t", FIX, "a")
    learner.happened("t", What.APPLIED)
    applied = quality(learner)
    learner.happened("t", What.UNDONE)
    undone = quality(learner)
    assert undone < 0.6 < applied
    learner.feedback("t", 1.0)
    assert quality(learner) > applied


def test_a_rating_goes_to_the_model_that_answered_last(make: Make) -> None:
    learner = make()
    learner.record("t", FIX, "a", what=What.ESCALATED)
    learner.record("t", FIX, "b")
    assert learner.feedback("t", 0.9) == "b"
    assert learner.feedback("t", 0.1, model="a") == "a"


def test_a_rating_of_an_unknown_task_or_beyond_the_scale_is_refused(make: Make) -> None:
    learner = make()
    with pytest.raises(UnknownName, match="nothing"):
        learner.feedback("nothing", 1.0)
    with pytest.raises(UsageError, match="0 to 1"):
        learner.feedback("nothing", 1.5)


def test_old_evidence_fades(make: Make) -> None:
    clock = Days()
    learner = make(Learning(half_life_days=10), clock)
    teach(learner, "a", What.UNDONE, 15)
    fresh = quality(learner)
    clock.passed = 100.0
    assert fresh < 0.4
    assert quality(learner) == pytest.approx(0.6, abs=0.05)


def test_nothing_is_learned_where_learning_is_off(make: Make) -> None:
    learner = make(Learning(enabled=False))
    teach(learner, "a", What.UNDONE, 10)
    assert quality(learner) == pytest.approx(0.6)


def test_what_is_known_can_be_looked_at(make: Make) -> None:
    learner = make()
    teach(learner, "a", What.TESTS_GREEN, 3)
    teach(learner, "a", What.DISMISSED, 2, ASK)
    learner.refresh()
    ask, fix = learner.learned()
    assert (ask.model, ask.kind, ask.results, ask.prior) == ("a", "ask", 2, 0.6)
    assert dict(fix.seen) == {"answered": 3, "tests_green": 3}
    assert fix.quality > 0.6 > ask.quality
    assert 0 < fix.spread < 1


def test_a_model_or_a_kind_or_everything_can_be_forgotten(make: Make) -> None:
    learner, other = make(), make()
    for model in ("a", "b"):
        teach(learner, model, What.UNDONE, 5)
        teach(learner, model, What.UNDONE, 5, ASK)
    assert quality(other) < 0.5
    assert learner.reset(model="a", kind="fix") == 10
    assert {(one.model, one.kind) for one in learner.learned()} == {
        ("a", "ask"),
        ("b", "ask"),
        ("b", "fix"),
    }
    assert quality(other) == pytest.approx(quality(learner))
    assert learner.reset() == 30
    assert learner.learned() == ()
    assert quality(other) == pytest.approx(0.6)


def test_much_experience_is_digested_and_nothing_of_it_lost(make: Make) -> None:
    learner = make()
    teach(learner, "a", What.TESTS_GREEN, 350)
    before = quality(learner)
    fresh = make()
    assert quality(fresh) == pytest.approx(before, abs=0.01)
    (known,) = fresh.learned()
    assert known.results == 350
    fresh.record("late", FIX, "a")
    fresh.feedback("late", 0.0)
    assert quality(fresh) < before


def test_a_rating_of_a_task_that_was_digested_still_counts(make: Make) -> None:
    learner = make()
    teach(learner, "a", What.APPLIED, 350)
    before = quality(learner)
    for number in range(20):
        learner.feedback(f"a-applied-fix-{number}", 0.0)
    assert quality(learner) < before - 0.01


def test_the_text_of_a_task_is_not_kept(make: Make, tmp_path: Path) -> None:
    learner = make()
    learner.record("t", read_features("the secret plan of Zanzibar", kind="ask"), "a")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    assert b"zanzibar" not in kept
    assert b"answered" in kept


def test_the_tests_of_a_project_are_judged_by_what_people_say(make: Make) -> None:
    learner = make()
    for number in range(60):
        learner.record(f"t{number}", FIX, "a")
        learner.happened(f"t{number}", What.TESTS_GREEN)
        learner.feedback(f"t{number}", 0.0)
    learner.refresh()
    assert learner.verifier.passes_wrong > 0.3


def test_the_most_telling_thing_counts_and_a_person_most_of_all() -> None:
    def worth(*seen: What) -> Reward | None:
        return judge((what, None) for what in seen)

    assert worth(What.ANSWERED) is None
    assert worth(What.ANSWERED, What.APPLIED, What.TESTS_RED) == REWARDS[What.TESTS_RED].reward
    assert worth(What.TESTS_RED, What.TESTS_GREEN) == REWARDS[What.TESTS_GREEN].reward
    assert judge([(What.RATED, 0.3), (What.UNDONE, None)]) == Reward(0.3, 1.0)


def test_the_table_of_rewards_is_complete_ordered_and_says_why() -> None:
    assert {*REWARDS, What.ANSWERED, What.RATED} == set(What)
    weights = [rule.reward.weight for rule in REWARDS.values()]
    assert weights == sorted(weights, reverse=True)
    assert all(
        0 <= rule.reward.score <= 1 and 0 < rule.reward.weight < 1 for rule in REWARDS.values()
    )
    assert all(rule.source for rule in REWARDS.values())


def test_a_cascade_is_planned_from_what_was_learned(make: Make) -> None:
    learner = make()
    teach(learner, "cheap", What.TESTS_GREEN, 80)
    for number in range(15):
        task = f"both-{number}"
        learner.record(task, FIX, "cheap", what=What.TESTS_RED, dollars=0.02, seconds=3.0)
        learner.record(task, FIX, "dear", dollars=2.0, seconds=3.0)
        learner.happened(task, What.TESTS_GREEN, model="dear")
    learner.refresh()
    situation = learner.situation(FIX, ["cheap", "dear"], Worth(dollar=0.15))
    assert plan(situation).models == ("cheap", "dear")
    assert situation.share < 0.6
