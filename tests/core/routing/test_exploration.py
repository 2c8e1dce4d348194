"""Exploration: optimistic, bounded, and off where it is switched off."""

from __future__ import annotations

from bandmaster.routing.cascades.cascade import Worth
from bandmaster.routing.estimation.exploration import Explorer
from bandmaster.routing.estimation.lessons import Estimate
from bandmaster.settings import Learning

KNOWN = Estimate("known", quality=0.8, spread=0.02, dollars=0.1, seconds=1)
NEW = Estimate("new", quality=0.72, spread=0.2, dollars=0.1, seconds=1)
POOR = Estimate("poor", quality=0.1, spread=0.9, dollars=0.1, seconds=1)


def chosen(settings: Learning, *estimates: Estimate) -> str:
    return Explorer(settings).choose(estimates, Worth())


def test_a_model_of_which_little_is_known_is_tried() -> None:
    assert chosen(Learning(), KNOWN, NEW) == "new"


def test_nothing_is_tried_where_exploration_is_off() -> None:
    assert chosen(Learning(exploration=0.0), KNOWN, NEW, POOR) == "known"


def test_a_model_that_would_lose_too_much_is_never_tried() -> None:
    assert chosen(Learning(reach=0.3), KNOWN, POOR) == "known"
    assert chosen(Learning(reach=0.05), KNOWN, NEW) == "known"


def test_the_price_counts() -> None:
    dear = Estimate("dear", quality=0.85, spread=0.02, dollars=3.0, seconds=1)
    explorer = Explorer(Learning(exploration=0.0))
    assert explorer.choose((KNOWN, dear), Worth(dollar=0.1)) == "known"
    assert explorer.choose((KNOWN, dear), Worth(dollar=0.001)) == "dear"


def test_of_models_that_look_the_same_the_seed_decides() -> None:
    twins = [Estimate(f"m{number}", 0.5, 0.1, 0.1, 1) for number in range(12)]
    first = [chosen(Learning(seed=seed), *twins) for seed in range(10)]
    assert first == [chosen(Learning(seed=seed), *twins) for seed in range(10)]
    assert len(set(first)) > 3
