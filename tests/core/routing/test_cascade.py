"""The cascade decision: whom to try first, whether to escalate and to whom, when to stop."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bandmaster.routing.cascades.cascade import Plan, Situation, Tried, Worth, believe, plan
from bandmaster.routing.cascades.difficulty import Belief, Difficulty, Evidence, curve
from bandmaster.routing.cascades.verifier import Reliability, Verifier
from bandmaster.routing.estimation.lessons import Estimate

TESTS = Verifier(passes_right=0.95, passes_wrong=0.1)
CHEAP = Estimate("cheap", quality=0.75, spread=0.02, dollars=0.05, seconds=10)
MIDDLE = Estimate("middle", quality=0.8, spread=0.02, dollars=0.6, seconds=30)
STRONG = Estimate("strong", quality=0.95, spread=0.02, dollars=2.0, seconds=60)
SITUATION = Situation((CHEAP, MIDDLE, STRONG), TESTS, 0.7, Worth(dollar=0.05))
FAILED = Tried("cheap", passed=False)


def test_a_cheap_model_is_tried_first_where_a_verifier_catches_what_it_gets_wrong() -> None:
    assert plan(SITUATION).models[0] == "cheap"
    assert plan(SITUATION).models[-1] == "strong"


def test_without_a_verifier_worth_the_name_the_best_model_is_asked_at_once() -> None:
    blind = replace(SITUATION, verifier=Verifier(passes_right=1.0, passes_wrong=1.0))
    assert plan(replace(blind, worth=Worth(dollar=0.01))).models == ("strong",)


def test_a_rejected_answer_is_escalated_as_it_was_planned() -> None:
    whole = plan(SITUATION)
    assert plan(SITUATION, (FAILED,)).models == whole.models[1:]


def test_a_model_that_was_tried_is_not_tried_again() -> None:
    assert "cheap" not in plan(SITUATION, (FAILED,)).models


def test_the_depth_counts_those_that_were_tried() -> None:
    shallow = replace(SITUATION, depth=1)
    assert len(plan(shallow).models) == 1
    assert plan(shallow, (FAILED,)) == Plan((), 0.0)


def test_it_stops_where_another_try_costs_more_than_it_may_gain() -> None:
    dear = replace(SITUATION, worth=Worth(dollar=1.0))
    assert plan(dear, (FAILED,)).models == ()
    assert plan(replace(SITUATION, worth=Worth(dollar=0.01)), (FAILED,)).models != ()


def test_somebody_is_asked_first_however_dear_and_unlikely() -> None:
    hopeless = Estimate("only", quality=0.01, spread=0.1, dollars=50.0, seconds=1)
    assert plan(Situation((hopeless,), TESTS, 0.5, Worth(dollar=1.0))).models == ("only",)
    assert plan(Situation((), TESTS, 0.5, Worth())).models == ()


def test_time_counts_where_it_is_worth_something() -> None:
    slow = replace(CHEAP, seconds=4000.0)
    situation = replace(SITUATION, estimates=(slow, MIDDLE, STRONG))
    assert plan(situation).models[0] == "cheap"
    assert plan(replace(situation, worth=Worth(dollar=0.05, second=0.0005))).models[0] != "cheap"


def test_a_task_that_a_strong_model_failed_is_harder_for_all_others() -> None:
    sure = replace(SITUATION, verifier=Verifier(passes_right=1.0, passes_wrong=0.0))
    fresh = Belief().mean(curve(0.8, 0.7))
    weak = believe(sure, (Tried("cheap", passed=False),))[0].mean(curve(0.8, 0.7))
    strong = believe(sure, (Tried("strong", passed=False),))[0].mean(curve(0.8, 0.7))
    assert strong < weak < fresh
    assert fresh == pytest.approx(0.8, abs=0.02)


def test_the_more_alike_models_fail_the_less_a_second_try_is_worth() -> None:
    pair = replace(SITUATION, estimates=(CHEAP, MIDDLE))
    gains = [plan(replace(pair, share=share), (FAILED,)).utility for share in (0.1, 0.5, 0.9)]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 2 * gains[2]


def test_a_pass_leaves_the_answer_most_likely_right() -> None:
    _, right = believe(SITUATION, (Tried("cheap", passed=True),))
    assert right > 0.95
    assert believe(SITUATION, (FAILED,))[1] < 0.2


def test_the_less_is_known_of_models_the_more_quality_counts() -> None:
    def models(spread: float) -> tuple[str, ...]:
        estimates = tuple(replace(one, spread=spread) for one in (CHEAP, MIDDLE, STRONG))
        return plan(replace(SITUATION, estimates=estimates, worth=Worth(dollar=0.01))).models

    assert len(models(0.0)) < len(models(0.3))


def test_how_alike_models_fail_is_learned_by_kind() -> None:
    difficulty = Difficulty()
    before = difficulty.share("alike")
    for number in range(60):
        both = float(number % 2)
        difficulty.learn("alike", [Evidence(0.5, both, 1 - both) for _ in range(3)])
        mixed = (both, 1 - both, float(number % 3 == 0))
        difficulty.learn("apart", [Evidence(0.5, one, 1 - one) for one in mixed])
    assert difficulty.share("alike") > before > difficulty.share("apart")
    again = Difficulty()
    again.restore(difficulty.state())
    assert again.share("alike") == difficulty.share("alike")


def test_one_result_alone_says_nothing_of_how_alike_models_are() -> None:
    difficulty = Difficulty()
    difficulty.learn("fix", [Evidence(0.5, 1.0, 0.0)])
    assert difficulty.state() == {}


def test_the_reliability_of_a_verifier_is_learned_from_the_truth() -> None:
    tests = Reliability()
    for _ in range(300):
        tests.learn(0.0, passed=True)
        tests.learn(0.0, passed=False)
        tests.learn(1.0, passed=True)
    assert tests.verifier.passes_wrong == pytest.approx(0.44, abs=0.03)
    assert tests.verifier.passes_right > 0.98


def test_verdicts_alone_move_the_reliability_slowly() -> None:
    tests = Reliability()
    for number in range(100):
        tests.learn(0.8, passed=number % 5 != 0)
    assert tests.verifier.passes_right == pytest.approx(0.95, abs=0.03)
    assert tests.verifier.passes_wrong == pytest.approx(0.10, abs=0.06)


def test_verdicts_are_unbiased_as_scores() -> None:
    right = 0.95 * TESTS.score(passed=True) + 0.05 * TESTS.score(passed=False)
    wrong = 0.10 * TESTS.score(passed=True) + 0.90 * TESTS.score(passed=False)
    assert (right, wrong) == (pytest.approx(1.0), pytest.approx(0.0))


def test_a_plan_over_twelve_models_looks_at_a_bounded_number_of_sequences() -> None:
    estimates = tuple(
        Estimate(f"m{number}", 0.5 + number / 30, 0.05, 0.02 * 1.5**number, 10.0)
        for number in range(12)
    )
    situation = Situation(estimates, TESTS, 0.6, Worth(dollar=0.05))
    started = time.process_time()
    for _ in range(50):
        assert plan(situation).models
    assert (time.process_time() - started) / 50 < 0.02
