"""Finding secrets in texts. A secret itself never reaches a finding: four characters at most."""

from __future__ import annotations

import math
import re
from collections import Counter

from bandmaster.findings import Finding
from bandmaster.providers.builtin.positions import Ruler
from bandmaster.providers.builtin.secret_patterns import PATTERNS, Pattern
from bandmaster.workspace import Document

_SHOWN = 4
"""So many characters of a secret are shown, to find it again."""
_MOST_PER_FILE = 20
_LONGEST_LINE = 2_000
"""In longer lines (minified code, data) names tell nothing."""

_PLACEHOLDER = re.compile(
    r"example|sample|dummy|fake|placeholder|change[-_]?me|redacted|your|xxxx|\*\*\*|\.\.\.|test|mock"
    r"|foobar|default|invalid|undefined|insert|replace|[<>${}()\[\]]"
)
"""What stands for a secret in documentation and tests, in lower case."""
_COUNTED = re.compile(r"0000|1234|abcdef")
"""Nobody draws a token like that by lot."""
_USUAL = re.compile(
    r"(?:user(?:name)?|pass(?:word)?|secret|root|admin|guest|postgres|mysql|redis)+"
)
"""Passwords of examples and of databases on one's own machine."""
_NAME = re.compile(
    r"[a-z]+\d?(?:[\s._/:@#-]+(?:[a-z]+\d?|\d{1,2}))*|[A-Z]+(?:_[A-Z0-9]+)*"
    r"|(?:V\d)?(?:[A-Z][a-z]{2,}){2,}(?:V?\d{1,2})?"
    r"|[./~].*|[a-z]+://.*|\d[\d.:TZ/+-]*|.*\.(?:com|org|net|io|json|ya?ml|pem|txt|key|crt)"
)
"""Words, names, paths and dates, which are no secrets themselves."""
_ALLOWED = re.compile(
    r"nosec|nosemgrep|noqa|nosonar|gitleaks:allow|pragma: allowlist secret", re.IGNORECASE
)
_DATA_FILES = (
    ".lock",
    "-lock.json",
    "-lock.yaml",
    ".sum",
    ".map",
    ".min.js",
    ".ipynb",
    ".svg",
    ".md",
    ".rst",
)
_TEST_PLACES = frozenset(
    ("test", "tests", "testing", "fixtures", "testdata", "examples", "__tests__")
)


def find_secrets(document: Document) -> list[Finding]:
    """The secrets in `document`, each place once, for the most certain kind."""
    lowered = _lowered(document.text)
    findings: list[Finding] = []
    taken: list[tuple[int, int]] = []
    ruler: Ruler | None = None
    for pattern in PATTERNS:
        if not any(literal in lowered for literal in pattern.literals):
            continue
        if pattern.chosen and _is_data(document.path):
            continue
        for match in pattern.expression.finditer(lowered if pattern.named else document.text):
            start, end = match.span("secret")
            if any(start < last and first < end for first, last in taken):
                continue
            ruler = ruler or Ruler(document.text)
            if len(findings) < _MOST_PER_FILE and _is_secret(
                pattern, document.text[start:end], ruler.line(ruler.at(start).line)
            ):
                taken.append((start, end))
                findings.append(_finding(document, pattern, ruler, start, end))
    return findings


def entropy(text: str) -> float:
    """Bits a character that `text` carries, by how often each character is in it."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _lowered(text: str) -> str:
    """`text` in lower case with every character in its place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := one.lower()) == 1 else one for one in text)


def _is_secret(pattern: Pattern, secret: str, line: str) -> bool:
    """Whether this is meant as a secret, not as a placeholder, a name or a test's value."""
    small = secret.lower()
    if entropy(secret) < pattern.entropy or _PLACEHOLDER.search(small) or _ALLOWED.search(line):
        return False
    if not pattern.chosen:
        return not _COUNTED.search(small)
    if len(line) > _LONGEST_LINE or _NAME.fullmatch(secret) or _USUAL.fullmatch(small):
        return False
    return any(one.isdigit() for one in secret) and any(one.isalpha() for one in secret)


def _is_data(path: str) -> bool:
    """Whether names mean little here: data, documentation, tests with passwords of their own."""
    name = path.rpartition("/")[2]
    return (
        path.endswith(_DATA_FILES)
        or name.startswith(("test_", "example", "METADATA", "README", "CHANGELOG"))
        or not _TEST_PLACES.isdisjoint(path.lower().split("/"))
    )


def _article(title: str) -> str:
    return "An" if title[0] in "AEIOUaeiou" else "A"


def _finding(document: Document, pattern: Pattern, ruler: Ruler, start: int, end: int) -> Finding:
    shown = document.text[start : start + min(_SHOWN, (end - start) // 4)] + "…"
    rule = pattern.rule
    return Finding(
        path=document.path,
        span=ruler.span(start, end),
        rule=rule.code,
        name=rule.code.removeprefix("secret-"),
        severity=rule.severity,
        confidence=rule.confidence,
        category=rule.category,
        message=f"{_article(pattern.title)} {pattern.title} is written in the file ({shown})",
        why=rule.why,
        how=rule.how,
        source="secrets",
    )
