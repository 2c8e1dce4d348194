"""Outcomes as values, for doors that show them."""

from __future__ import annotations

from bandmaster import (
    Attempt,
    Candidate,
    Category,
    Confidence,
    Finding,
    Fix,
    Focus,
    Kind,
    Outcome,
    Result,
    Review,
    Route,
    Severity,
    Skipped,
    Span,
    Task,
    TextEdit,
    Usage,
)
from bandmaster import Cost as Dollars

SHOP = "import os\n\n\ndef total(items=[]):\n    return items\n"
KEY = 'key = "AKIAABCDEFGHIJKLMNOP"\n'

UNUSED = Finding(
    path="shop.py",
    span=Span.of(1, 8, 1, 10),
    rule="F401",
    name="unused-import",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    category=Category.DEAD_CODE,
    message="`os` imported but unused",
    why="It misleads.",
    how="Remove it.",
    source="ruff",
    url="https://example.com/F401",
    fix=Fix("Remove it", (TextEdit(Span.of(1, 1, 2, 1), ""),), safe=True),
)
SHARED = Finding(
    path="shop.py",
    span=Span.of(4, 17, 4, 19),
    rule="B006",
    name="mutable-argument-default",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    category=Category.BUG,
    message="Do not use mutable data structures for argument defaults",
    why="The default is made once and shared by all calls.",
    how="Use `None` as the default.",
    source="ruff",
)
SECRET = Finding(
    path="a b/ключ.py",
    span=Span.of(1, 8, 1, 28),
    rule="secret-aws-key",
    name="aws-key",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    category=Category.SECURITY,
    message="An AWS access key is written in the file",
    why="Whoever reads the code can use it.",
    how="Revoke it.",
    source="secrets",
)
REVIEW = Review(
    findings=(SECRET, SHARED, UNUSED),
    skipped=(Skipped("logo.png", "binary file"),),
    examined=3,
)


def outcome(kind: Kind, result: Result) -> Outcome:
    """`builtin` did it in 1.25 s at the first attempt."""
    return Outcome(
        task=Task(kind=kind, focus=(Focus("."),), id="t1"),
        result=result,
        model="builtin",
        route=Route("configured order", (Candidate("x/m", "no key"), Candidate("builtin"))),
        attempts=(Attempt(model="builtin", seconds=1.25),),
        usage=Usage(),
        cost=Dollars(),
        seconds=1.25,
    )
