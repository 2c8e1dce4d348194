"""What several machines learn of models, and their trials, in one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bandmaster.routing import Features, Learner, Standing, Trial, TrialBook, What
from bandmaster.settings import Learning
from bandmaster.store import Database

pytestmark = pytest.mark.e2e

FIX = Features("fix", "project", (1, 5))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def databases(url: str, tmp_path: Path) -> Iterator[list[Database]]:
    with ExitStack() as opened:
        yield [opened.enter_context(closing(Database(tmp_path / "none", url))) for _ in "12"]


def test_what_one_machine_saw_another_learns_and_may_forget(databases: list[Database]) -> None:
    one, other = (
        Learner(database, "/p", settings=Learning(), clock=lambda: NOW) for database in databases
    )
    for number in range(330):
        one.record(f"t{number}", FIX, "a", dollars=0.1, seconds=2.0)
        one.happened(f"t{number}", What.UNDONE)
    one.feedback("t1", 1.0)
    one.refresh()
    other.refresh()
    assert other.estimates(FIX, ["a"]) == one.estimates(FIX, ["a"])
    assert other.estimates(FIX, ["a"])[0].quality < 0.2
    (known,) = other.learned()
    assert (known.results, known.seen["undone"]) == (330, 330)
    assert other.reset(kind="fix", model="b") == 0
    assert other.reset(model="a") == 661
    one.refresh()
    assert one.learned() == ()


def test_a_trial_is_seen_by_all(databases: list[Database]) -> None:
    first, second = (TrialBook(database) for database in databases)
    first.start(Trial(name="new", kind="fix", first="a", second="b"), datetime.now(UTC))
    assert [one.name for one in second.running()] == ["new"]
    assert second.end("new", datetime.now(UTC)).standing is Standing.RUNNING
    assert first.running() == ()
