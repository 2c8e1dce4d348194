"""The analysis: from a task's words and the facts of its workspace to its profile.

Pure and quick (well under a millisecond): words are looked up, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from bandmaster.routing.profile import (
    Complexity,
    Context,
    Judged,
    Profile,
    Quality,
    Sensitivity,
    Urgency,
    WorkspaceFacts,
)
from bandmaster.tasks import Kind, Task

_READ = 4000
"""How many characters of an instruction are read."""
_WORD = re.compile(r"[a-z][a-z+#]*")
_HARD, _EASY = 1.5, -0.5
"""From how many points a task is hard, and up to how many it is simple."""

_DOMAINS: Mapping[str, frozenset[str]] = {
    "security": frozenset(
        "security vulnerability injection xss csrf exploit cve auth authentication"
        " authorization encryption".split()
    ),
    "performance": frozenset(
        "performance slow speed latency memory leak profile optimize optimise benchmark".split()
    ),
    "data": frozenset("sql database query schema migration pandas dataframe csv etl".split()),
    "frontend": frozenset("css html react vue svelte button layout browser page ui".split()),
    "operations": frozenset("docker kubernetes deploy ci pipeline terraform ansible nginx".split()),
    "concurrency": frozenset("deadlock race thread async await lock concurrent".split()),
}
_KINDS: Mapping[Kind, frozenset[str]] = {
    Kind.TEST: frozenset("test tests testcase coverage".split()),
    Kind.FIX: frozenset("fix bug broken crash crashes error fails failing traceback".split()),
    Kind.DOCS: frozenset("document docstring docstrings readme documentation".split()),
    Kind.REVIEW: frozenset("review audit critique".split()),
    Kind.PLAN: frozenset("plan design architecture roadmap".split()),
    Kind.EXPLAIN: frozenset("explain describe understand".split()),
}
_HARD_WORDS = frozenset(
    "refactor redesign architecture rewrite migrate concurrency deadlock race distributed"
    " protocol algorithm proof optimise optimize security everywhere".split()
)
_EASY_WORDS = frozenset("typo rename formatting spelling trivial".split())
_HIGH_WORDS = frozenset("production release careful carefully critical safe correct exact".split())
_DRAFT_WORDS = frozenset("draft sketch rough prototype quick idea ideas".split())
_NOW_WORDS = frozenset("urgent asap now immediately hotfix outage".split())
_LATER_WORDS = frozenset("later overnight background eventually whenever".split())
_SECRET_WORDS = frozenset("password passwords secret secrets credential credentials token".split())
_PRIVATE_WORDS = frozenset("confidential private proprietary internal customer personal".split())
_PROJECT_WORDS = frozenset("project repository repo codebase everywhere architecture all".split())
_PRIVATE_NAMES = (".env", ".pem", ".key", "secret", "credential", "id_rsa", ".p12", ".kdbx")
_LANGUAGES = {
    ".py": "python",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".js": "javascript",
    ".jsx": "javascript",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".c": "c",
    ".cpp": "c++",
    ".rb": "ruby",
    ".sql": "data",
    ".css": "frontend",
    ".html": "frontend",
    ".md": "prose",
}
NO_FACTS = WorkspaceFacts()


def analyse(task: Task, facts: WorkspaceFacts = NO_FACTS) -> Profile:
    """What can be said of `task` before anybody is asked."""
    head = task.instruction[:_READ]
    words = frozenset(_WORD.findall(head.lower()))
    return Profile(
        domain=_domain(task, words, facts),
        kind=_kind(task, words),
        complexity=_complexity(task, head, words, facts),
        context=_context(task, words, facts),
        quality=_quality(task, words, facts),
        urgency=_urgency(task, words),
        sensitivity=_sensitivity(task, words, facts),
    )


def _said(words: frozenset[str], table: frozenset[str]) -> str:
    """The first of the table's words that was said, quoted; empty: none."""
    found = sorted(words & table)
    return f"the words {found[0]!r}" if found else ""


def _domain(task: Task, words: frozenset[str], facts: WorkspaceFacts) -> Judged[str]:
    for domain, table in _DOMAINS.items():
        if said := _said(words, table):
            return Judged(domain, said)
    if facts.language:
        return Judged(facts.language, "the language of the focus")
    for focus in task.focus:
        if language := _LANGUAGES.get(PurePosixPath(focus.path).suffix):
            return Judged(language, f"the name {focus.path!r}")
    return Judged("code", "nothing says otherwise")


def _kind(task: Task, words: frozenset[str]) -> Judged[Kind]:
    if task.kind is not Kind.ASK:
        return Judged(task.kind, "asked for")
    for kind, table in _KINDS.items():
        if said := _said(words, table):
            return Judged(kind, said)
    return Judged(task.kind, "asked for")


def _complexity(
    task: Task, head: str, words: frozenset[str], facts: WorkspaceFacts
) -> Judged[Complexity]:
    points: list[tuple[float, str]] = []
    if said := _said(words, _HARD_WORDS):
        points.append((1.0, said))
    if said := _said(words, _EASY_WORDS):
        points.append((-1.0, said))
    if task.kind in (Kind.PLAN, Kind.FIX):
        points.append((0.5, f"a {task.kind.value}"))
    points.extend(_of_text(head))
    points.extend(_of_facts(facts))
    total = sum(weight for weight, _ in points)
    because = ", ".join(why for weight, why in points if weight * total > 0) or "nothing stands out"
    if total >= _HARD:
        return Judged(Complexity.HARD, because)
    return Judged(Complexity.SIMPLE if total <= _EASY else Complexity.USUAL, because)


def _of_text(head: str) -> list[tuple[float, str]]:
    points: list[tuple[float, str]] = []
    if len(head) > 1500:
        points.append((0.5, "a long instruction"))
    elif 0 < len(head) < 60:
        points.append((-0.5, "a short instruction"))
    if "Traceback (most recent call last)" in head or "\n    at " in head:
        points.append((0.5, "a stack trace"))
    return points


def _of_facts(facts: WorkspaceFacts) -> list[tuple[float, str]]:
    points: list[tuple[float, str]] = []
    for value, enough, weight, what in (
        (facts.lines, 800, 0.5, "lines"),
        (facts.fan_in, 10, 1.0, "files that use it"),
        (facts.diagnostics, 5, 0.5, "diagnostics"),
        (facts.churn, 20, 0.5, "recent changes"),
        (facts.failures, 1, 1.0, "earlier failures"),
    ):
        if value is not None and value >= enough:
            points.append((weight, f"{value} {what}"))
    if facts.lines is not None and facts.lines < 40:
        points.append((-0.5, f"{facts.lines} lines"))
    if facts.tests == 0:
        points.append((0.5, "no test covers it"))
    return points


def _context(task: Task, words: frozenset[str], facts: WorkspaceFacts) -> Judged[Context]:
    if said := _said(words, _PROJECT_WORDS):
        return Judged(Context.PROJECT, said)
    if any(focus.path == "." for focus in task.focus):
        return Judged(Context.PROJECT, "the focus is the whole workspace")
    if not task.focus:
        found = Context.PROJECT if task.kind is Kind.PLAN else Context.NOTHING
        return Judged(found, f"a {task.kind.value} without a focus")
    if facts.fan_in:
        return Judged(Context.NEIGHBOURS, f"{facts.fan_in} files that use it")
    if len(task.focus) > 1 or task.kind in (Kind.FIX, Kind.TEST):
        return Judged(Context.NEIGHBOURS, f"a {task.kind.value} on {len(task.focus)} places")
    return Judged(Context.FOCUS, "one place")


def _quality(task: Task, words: frozenset[str], facts: WorkspaceFacts) -> Judged[Quality]:
    if said := _said(words, _HIGH_WORDS):
        return Judged(Quality.HIGH, said)
    if said := _said(words, _DRAFT_WORDS):
        return Judged(Quality.DRAFT, said)
    if facts.fan_in is not None and facts.fan_in >= 10 and task.kind is Kind.FIX:
        return Judged(Quality.HIGH, f"{facts.fan_in} files use what is changed")
    return Judged(Quality.USUAL, "nothing says otherwise")


def _urgency(task: Task, words: frozenset[str]) -> Judged[Urgency]:
    if said := _said(words, _NOW_WORDS):
        return Judged(Urgency.NOW, said)
    if task.constraints.seconds is not None and task.constraints.seconds <= 30:
        return Judged(Urgency.NOW, f"{task.constraints.seconds:g} s are allowed")
    if said := _said(words, _LATER_WORDS):
        return Judged(Urgency.LATER, said)
    return Judged(Urgency.USUAL, "nothing says otherwise")


def _sensitivity(task: Task, words: frozenset[str], facts: WorkspaceFacts) -> Judged[Sensitivity]:
    if facts.secrets:
        return Judged(Sensitivity.SECRET, "a secret was found in the focus")
    for focus in task.focus:
        if any(part in focus.path.lower() for part in _PRIVATE_NAMES):
            return Judged(Sensitivity.SECRET, f"the name {focus.path!r}")
    if task.constraints.local_only:
        return Judged(Sensitivity.PRIVATE, "the task is local only")
    for value, table in (
        (Sensitivity.SECRET, _SECRET_WORDS),
        (Sensitivity.PRIVATE, _PRIVATE_WORDS),
    ):
        if said := _said(words, table):
            return Judged(value, said)
    return Judged(Sensitivity.USUAL, "nothing says otherwise")
