"""Trust: predictions count as far as they were right before."""

from __future__ import annotations

import pytest

from bandmaster.routing.estimation.trust import Trust


def after(*pairs: tuple[float, float], times: int = 100) -> Trust:
    trust = Trust()
    for _ in range(times):
        for predicted, seen in pairs:
            trust.compare("fix", predicted, seen)
    return trust


def test_what_nobody_has_compared_is_not_trusted() -> None:
    assert Trust().in_kind("fix") == 0.0


def test_predictions_that_come_true_are_trusted_wholly() -> None:
    assert after((0.1, 0.2), (-0.1, -0.2)).in_kind("fix") == 1.0


def test_predictions_that_are_half_right_count_half() -> None:
    assert after((0.2, 0.1), (-0.2, -0.1), times=1000).in_kind("fix") == pytest.approx(
        0.5, abs=0.05
    )


def test_predictions_that_are_wrong_count_nothing() -> None:
    assert after((0.1, -0.2), (-0.1, 0.2)).in_kind("fix") == 0.0


def test_chance_is_not_taken_for_being_right() -> None:
    assert after((0.1, 0.5), (0.1, -0.5), (0.1, 0.5), (0.1, -0.45), times=3).in_kind("fix") == 0.0


def test_what_was_right_elsewhere_counts_in_a_kind_that_is_not_known_yet() -> None:
    assert after((0.1, 0.2), (-0.1, -0.2)).in_kind("docs") > 0.5


def test_trust_survives_being_written_down() -> None:
    trust, again = after((0.2, 0.1)), Trust()
    again.restore(trust.state())
    assert again.in_kind("fix") == trust.in_kind("fix")
