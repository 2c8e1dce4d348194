"""Python that does not compile."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

SYNTAX = (
    Rule(
        "invalid-syntax",
        Severity.HIGH,
        Confidence.HIGH,
        Category.SYNTAX,
        "Python cannot compile this file, so nothing in it can run or be imported.",
        "Correct the syntax at this place; later parts of the file are not judged until then.",
    ),
)
