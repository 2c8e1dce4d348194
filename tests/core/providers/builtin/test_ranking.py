"""The order of findings: worst and surest first, without monotony."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Finding, Severity, Span
from bandmaster.providers.builtin.ranking import ranked
from bandmaster.providers.builtin.ruff_rules import RUFF_RULES


def finding(rule: str, severity: Severity, confidence: Confidence, line: int = 1) -> Finding:
    return Finding(
        path="a.py",
        span=Span.of(line, 1, line, 2),
        rule=rule,
        name=rule,
        severity=severity,
        confidence=confidence,
        category=Category.BUG,
        message="m",
        why="w",
        how="h",
        source="s",
    )


def test_the_worst_and_surest_come_first() -> None:
    mild = finding("mild", Severity.LOW, Confidence.HIGH)
    unsure = finding("unsure", Severity.HIGH, Confidence.LOW)
    worst = finding("worst", Severity.HIGH, Confidence.HIGH)
    assert ranked([mild, unsure, worst]) == (worst, unsure, mild)


def test_a_habit_does_not_hide_the_rest() -> None:
    habit = [finding("habit", Severity.MEDIUM, Confidence.HIGH, line) for line in range(1, 9)]
    single = finding("single", Severity.LOW, Confidence.HIGH)
    assert ranked([*habit, single]).index(single) == 4


def test_the_order_does_not_depend_on_the_order_of_arrival() -> None:
    some = [finding("x", Severity.LOW, Confidence.HIGH, line) for line in range(1, 7)]
    other = [finding("y", Severity.LOW, Confidence.HIGH, line) for line in range(1, 7)]
    assert ranked(some + other) == ranked((other + some)[::-1])


def test_nothing_is_lost() -> None:
    some = [finding("x", Severity.LOW, Confidence.HIGH, line) for line in range(1, 50)]
    assert sorted(one.span for one in ranked(some)) == [one.span for one in some]


def test_every_rule_says_why_and_how_in_a_sentence() -> None:
    for rule in RUFF_RULES.values():
        assert rule.why.endswith(".") or rule.why.endswith("`."), rule.code
        assert rule.how.endswith("."), rule.code
