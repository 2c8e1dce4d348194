"""What a judge makes of a finding: drop it, or weigh it anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bandmaster.findings import Confidence, Finding, Severity
from bandmaster.providers.builtin.judging.module import Module

Judge = Callable[[Finding, Module], Finding | None]
"""Looks at the code around a finding. None: it is not a defect here."""


def weigh(finding: Finding, severity: Severity, confidence: Confidence) -> Finding:
    return replace(finding, severity=severity, confidence=confidence)


def trifle(finding: Finding) -> Finding:
    """True, but hardly worth a person's time."""
    return weigh(finding, Severity.LOW, Confidence.LOW)
