"""The order in which findings are shown: the worst and surest first, without monotony."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bandmaster.findings import Finding

_SHOWN_IN_FULL = 2
"""So many findings of one rule count in full; each further group of as many counts half."""


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """`findings` in the order in which a person should read them.

    Harm is severity times confidence. What a project does again and again is its habit more than
    its accident: of each rule the first two count in full, the next two half, the next two a
    quarter, and so on, so that ten findings of one rule do not hide what else there is.
    Findings of equal weight come in the order of `Finding.rank`.
    """
    seen: Counter[str] = Counter()
    weighed: list[tuple[float, Finding]] = []
    for finding in sorted(findings, key=lambda one: one.rank):
        harm = int(finding.severity) * int(finding.confidence)
        weighed.append((harm * 0.5 ** (seen[finding.rule] // _SHOWN_IN_FULL), finding))
        seen[finding.rule] += 1
    weighed.sort(key=lambda pair: -pair[0])
    return tuple(finding for _, finding in weighed)
