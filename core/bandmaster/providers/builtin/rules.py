"""A rule: what it means when one kind of defect is found, whoever finds it."""

from __future__ import annotations

from dataclasses import dataclass

from bandmaster.findings import Category, Confidence, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of defect: how bad, how sure, why it matters and how to mend it."""

    code: str
    severity: Severity
    confidence: Confidence
    category: Category
    why: str
    how: str


def table(*groups: tuple[Rule, ...]) -> dict[str, Rule]:
    """All rules of `groups` by their code. Raises `ValueError` where two have the same code."""
    rules = [rule for group in groups for rule in group]
    by_code = {rule.code: rule for rule in rules}
    if len(by_code) != len(rules):
        raise ValueError("two rules have the same code")
    return by_code
