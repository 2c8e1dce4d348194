"""The profile: what a task's words and its workspace say, each with where it came from."""

from __future__ import annotations

import pytest

from bandmaster.routing.analysis import analyse
from bandmaster.routing.profile import (
    Complexity,
    Context,
    Judged,
    Quality,
    Sensitivity,
    Urgency,
    WorkspaceFacts,
)
from bandmaster.tasks import Constraints, Focus, Kind, Task


def ask(instruction: str, *paths: str, kind: Kind = Kind.ASK) -> Task:
    return Task(kind=kind, instruction=instruction, focus=tuple(Focus(path) for path in paths))


def test_a_task_of_few_words_is_what_it_was_asked_as_and_usual_in_all() -> None:
    profile = analyse(ask("what does this module offer to those who import it, and how?"))
    assert profile.kind == Judged(Kind.ASK, "asked for")
    assert profile.complexity.value is Complexity.USUAL
    assert profile.quality.value is Quality.USUAL
    assert profile.urgency.value is Urgency.USUAL
    assert profile.sensitivity.value is Sensitivity.USUAL


def test_a_question_that_reports_a_crash_is_a_fix() -> None:
    assert analyse(ask("it crashes")).kind == Judged(Kind.FIX, "the words 'crashes'")


def test_a_kind_that_was_named_is_not_doubted() -> None:
    task = ask("it crashes", kind=Kind.DOCS)
    assert analyse(task).kind == Judged(Kind.DOCS, "asked for")


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        (WorkspaceFacts(fan_in=40, churn=30), "40 files that use it"),
        (WorkspaceFacts(failures=2, tests=0), "2 earlier failures"),
        (WorkspaceFacts(lines=2000, diagnostics=9, churn=90), "2000 lines"),
    ],
)
def test_what_the_workspace_knows_makes_a_task_hard(facts: WorkspaceFacts, because: str) -> None:
    complexity = analyse(ask("change the return value", "a.py", kind=Kind.FIX), facts).complexity
    assert complexity.value is Complexity.HARD
    assert because in complexity.because


def test_a_typo_in_a_short_file_is_simple() -> None:
    complexity = analyse(ask("mend the typo", "a.py"), WorkspaceFacts(lines=12)).complexity
    assert complexity.value is Complexity.SIMPLE


def test_a_focus_that_others_use_needs_its_neighbours() -> None:
    facts = WorkspaceFacts(fan_in=3)
    assert analyse(ask("say why", "a.py"), facts).context.value is Context.NEIGHBOURS
    assert analyse(ask("say why", "a.py")).context.value is Context.FOCUS
    assert analyse(ask("say why", ".")).context.value is Context.PROJECT
    assert analyse(ask("say why")).context.value is Context.NOTHING


@pytest.mark.parametrize(
    ("task", "facts", "expected"),
    [
        (ask("explain", "deploy/.env"), WorkspaceFacts(), Sensitivity.SECRET),
        (ask("explain", "a.py"), WorkspaceFacts(secrets=True), Sensitivity.SECRET),
        (ask("this is confidential"), WorkspaceFacts(), Sensitivity.PRIVATE),
        (ask("explain", "a.py"), WorkspaceFacts(secrets=False), Sensitivity.USUAL),
    ],
)
def test_secrets_are_seen_in_names_findings_and_words(
    task: Task, facts: WorkspaceFacts, expected: Sensitivity
) -> None:
    assert analyse(task, facts).sensitivity.value is expected


def test_a_task_that_must_stay_here_is_private() -> None:
    task = Task(kind=Kind.ASK, constraints=Constraints(local_only=True))
    assert analyse(task).sensitivity.value is Sensitivity.PRIVATE


def test_little_time_is_urgent() -> None:
    task = Task(kind=Kind.ASK, constraints=Constraints(seconds=10))
    assert analyse(task).urgency == Judged(Urgency.NOW, "10 s are allowed")


def test_the_domain_comes_from_words_then_the_language_then_the_name() -> None:
    assert analyse(ask("close the sql query", "a.py")).domain.value == "data"
    assert analyse(ask("say why", "a.py"), WorkspaceFacts(language="go")).domain.value == "go"
    assert analyse(ask("say why", "a.rs")).domain == Judged("rust", "the name 'a.rs'")


def test_every_field_says_where_it_came_from() -> None:
    reasons = analyse(ask("refactor the project carefully", "a.py")).reasons
    assert [name for name, _, _ in reasons] == [
        "domain",
        "kind",
        "complexity",
        "context",
        "quality",
        "urgency",
        "sensitivity",
    ]
    assert all(because for _, _, because in reasons)
