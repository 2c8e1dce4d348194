"""The estimator: shrinkage, text where it has proven itself, fading, and steady work."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmaster.routing.estimation.estimator import Estimator
from bandmaster.routing.estimation.features import FACTS, WIDTH, Features, read_features
from bandmaster.routing.estimation.lessons import Estimate, Lesson, Prior, Row

FIX = Features("fix")
MODELS = ("strong", "weak")


def of(estimator: Estimator, model: str, features: Features = FIX, at: float = 0.0) -> Estimate:
    (found,) = estimator.estimate(features, (model,), at)
    return found


def taught(model: str, score: float, times: int, features: Features = FIX) -> Estimator:
    estimator = Estimator()
    for _ in range(times):
        estimator.learn(Lesson(features, model, score))
    return estimator


def test_a_model_nobody_knows_is_expected_to_be_what_the_prior_says() -> None:
    estimator = Estimator(lambda _kind, _model: Prior(quality=0.7, dollars=0.2, seconds=9.0))
    found = of(estimator, "new")
    assert found.quality == 0.7
    assert found.dollars == pytest.approx(0.2, rel=0.25)


def test_one_result_moves_an_expectation_a_little_and_many_move_it_all_the_way() -> None:
    assert 0.5 < of(taught("m", 1.0, 1), "m").quality < 0.75
    assert of(taught("m", 1.0, 300), "m").quality > 0.95


def test_results_narrow_what_is_not_known() -> None:
    assert of(taught("m", 1.0, 50), "m").spread < of(Estimator(), "m").spread / 2


def test_a_model_that_is_good_at_one_kind_is_expected_to_be_better_at_another() -> None:
    estimator = taught("m", 1.0, 50)
    other = Features("docs")
    assert of(estimator, "m", other).quality > of(estimator, "unseen", other).quality


def test_what_a_kind_of_task_is_like_holds_for_models_that_never_had_it() -> None:
    assert of(taught("m", 0.0, 50), "unseen").quality < 0.45


def test_a_cluster_with_few_results_stays_near_its_kind() -> None:
    estimator = taught("m", 1.0, 200)
    odd = Features("fix", "repo")
    estimator.learn(Lesson(odd, "m", 0.0))
    assert of(estimator, "m", odd).quality > 0.9


def test_half_the_weight_moves_less() -> None:
    whole, half = Estimator(), Estimator()
    whole.learn(Lesson(FIX, "m", 1.0))
    half.learn(Lesson(FIX, "m", 1.0, weight=0.5))
    assert 0.5 < of(half, "m").quality < of(whole, "m").quality


def test_a_result_that_is_hardly_believed_teaches_only_cost() -> None:
    told = read_features("mend 12 locks", kind="fix")

    def after(score: float) -> Estimate:
        estimator = Estimator()
        doubtful = (Lesson(told, one, score, dollars=5.0, weight=1e-6) for one in MODELS)
        estimator.learn_row(Row(told, (*doubtful, Lesson(told, "third", 1.0))))
        return of(estimator, "weak", told)

    assert after(0.0).quality == pytest.approx(after(1.0).quality, abs=0.001)
    assert after(0.0).dollars > 1.0


def test_old_evidence_fades() -> None:
    estimator = Estimator(half_life=10.0)
    for _ in range(50):
        estimator.learn(Lesson(FIX, "m", 1.0, at=0.0))
    fresh, old = of(estimator, "m", at=0.0), of(estimator, "m", at=200.0)
    assert old.quality == pytest.approx(0.5, abs=0.02)
    assert old.spread > fresh.spread


def test_what_a_query_has_in_common_for_all_models_is_not_held_against_one_of_them() -> None:
    together, alone = Estimator(), Estimator()
    for _ in range(20):
        together.learn_row(Row(FIX, tuple(Lesson(FIX, one, 0.0) for one in ("a", "b", "c"))))
        alone.learn(Lesson(FIX, "a", 0.0))
    far = Features("docs")
    assert of(together, "a", far).quality > of(alone, "a", far).quality


def test_a_prior_that_changes_counts_as_far_as_results_have_not_replaced_it() -> None:
    believed = {"new": Prior(0.5), "old": Prior(0.5)}
    estimator = Estimator(lambda _kind, model: believed[model])
    for _ in range(100):
        estimator.learn(Lesson(FIX, "old", 0.9, dollars=0.3))
    before = of(estimator, "old")
    believed.update(new=Prior(0.95), old=Prior(0.95, dollars=9.0))
    assert of(estimator, "new", Features("docs")).quality == 0.95
    assert of(estimator, "old").quality == pytest.approx(before.quality, abs=0.06)
    assert of(estimator, "old").dollars == pytest.approx(0.3, rel=0.1)


def test_success_where_another_model_failed_says_more_than_where_all_succeeded() -> None:
    def after(other: float) -> float:
        estimator = Estimator()
        estimator.learn_row(Row(FIX, (Lesson(FIX, "m", 1.0), Lesson(FIX, "other", other))))
        return of(estimator, "m", Features("docs")).quality

    assert after(0.0) > after(1.0) + 0.01


def test_costs_are_learned_over_orders_of_magnitude_and_free_runs_count() -> None:
    estimator = Estimator()
    for _ in range(40):
        estimator.learn(Lesson(FIX, "dear", 1.0, dollars=9.0, seconds=600.0))
        estimator.learn(Lesson(FIX, "free", 1.0, dollars=0.0, seconds=2.0))
    assert of(estimator, "dear").dollars == pytest.approx(9.0, rel=0.1)
    assert of(estimator, "dear").seconds == pytest.approx(600.0, rel=0.1)
    assert of(estimator, "free").dollars < 0.1


def test_what_is_learned_of_one_kinds_cost_is_a_hint_for_another() -> None:
    estimator = Estimator()
    for _ in range(20):
        estimator.learn(Lesson(FIX, "dear", 1.0, dollars=9.0))
        estimator.learn(Lesson(FIX, "cheap", 1.0, dollars=0.01))
    other = Features("docs")
    assert of(estimator, "dear", other).dollars > 5 * of(estimator, "cheap", other).dollars


def rows(random: Random, count: int, *, text_tells: bool) -> list[Row]:
    """Long texts are too much for the weak model, or say nothing at all."""
    found: list[Row] = []
    for _ in range(count):
        long = random.random() < 0.5
        words = random.choices("add the list of all prices to this".split(), k=60 if long else 8)
        features = read_features(" ".join(words), kind="fix")
        hard = long if text_tells else random.random() < 0.5
        scores = {"strong": 1.0, "weak": 0.0 if hard else 1.0}
        found.append(Row(features, tuple(Lesson(features, *one) for one in scores.items())))
    return found


def test_text_that_tells_decides_who_is_expected_to_do_well() -> None:
    random = Random(1)
    estimator = Estimator()
    estimator.fit(rows(random, 300, text_tells=True))
    word = " ".join(random.choices(["add", "the", "list"], k=60))
    long, short = read_features(word, kind="fix"), read_features("add the list to this", kind="fix")
    assert of(estimator, "weak", short).quality > of(estimator, "weak", long).quality + 0.3


def test_a_word_that_tells_decides_among_texts_of_one_shape() -> None:
    random = Random(4)
    estimator = Estimator()
    texts = {word: read_features(f"mend the {word} now", kind="fix") for word in ("tests", "locks")}
    for _ in range(400):
        word = random.choice(("tests", "locks"))
        scores = {"strong": 1.0, "weak": float(word == "tests")}
        lessons = (Lesson(texts[word], model, score) for model, score in scores.items())
        estimator.learn_row(Row(texts[word], tuple(lessons)))
    easy, hard = of(estimator, "weak", texts["tests"]), of(estimator, "weak", texts["locks"])
    assert easy.quality > hard.quality + 0.1


def test_text_that_says_nothing_changes_nothing() -> None:
    estimator = Estimator()
    estimator.fit(rows(Random(2), 300, text_tells=False))
    told = read_features("add the list of all prices to this", kind="fix")
    plain = of(estimator, "weak", Features("fix"))
    assert of(estimator, "weak", told).quality == pytest.approx(plain.quality, abs=0.03)


def test_what_was_learned_survives_as_json() -> None:
    estimator = Estimator(half_life=30.0)
    estimator.fit(rows(Random(3), 60, text_tells=True))
    estimator.learn(Lesson(FIX, "dear", 0.5, dollars=2.0, seconds=3.0, at=4.0))
    again = Estimator(half_life=30.0)
    again.restore(json.loads(json.dumps(estimator.state())))
    told = read_features("add 12 prices to the list", kind="fix", cluster="shop")
    assert again.estimate(told, MODELS, 5.0) == estimator.estimate(told, MODELS, 5.0)


def test_ten_thousand_more_results_leave_no_more_to_look_at() -> None:
    estimator = taught("m", 1.0, 10)
    small = {name: len(part) for name, part in estimator.state().items()}
    for number in range(10_000):
        estimator.learn(Lesson(FIX, "m", number % 2, dollars=0.1))
    large = {name: len(part) for name, part in estimator.state().items()}
    assert sum(large.values()) <= sum(small.values()) + 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("fix", "docs")),
            st.sampled_from(MODELS),
            st.floats(0, 1),
            st.floats(0, 50),
            st.text(max_size=40),
        ),
        max_size=30,
    ),
    st.text(max_size=200),
)
def test_whatever_was_learned_every_estimate_is_a_possible_one(
    lessons: list[tuple[str, str, float, float, str]], text: str
) -> None:
    estimator = Estimator(half_life=5.0)
    for day, (kind, model, score, dollars, words) in enumerate(lessons):
        features = read_features(words, kind=kind)
        estimator.learn(Lesson(features, model, score, dollars, dollars, at=float(day)))
    for found in estimator.estimate(read_features(text, kind="fix"), MODELS, 40.0):
        assert 0.0 <= found.quality <= 1.0
        assert found.spread >= 0.0
        assert 0.0 <= found.dollars < 1e6
        assert 0.0 <= found.seconds < 1e6


@given(st.text(max_size=400))
def test_features_of_any_text_fit_their_tables(text: str) -> None:
    found = read_features(text, kind="fix")
    assert all(0 <= place < WIDTH for place in found.words)
    assert len(set(found.words)) == len(found.words)
    assert len(found.shape) == (FACTS if text else 0)
