"""The engine learns how models count tokens, and reserves by what it learned."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.engine import Desk, Performance
from bandmaster.engine.run import Run
from bandmaster.engine.watch import Watch
from bandmaster.errors import NoModel
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.models import Calibration, Message, Prompt, Role, estimate_usage
from bandmaster.routing import Balance, HealthBoard
from bandmaster.settings import Budget, SessionSettings, Settings
from bandmaster.store import Database
from bandmaster.tasks import Answer, Candidate, Cost, Kind, Outcome, Route, Task, Usage
from bandmaster.workspace import Workspace

PROMPT = Prompt(
    messages=(Message(Role.USER, "def add(a, b):\n    return a + b\n" * 60),), output_tokens=100
)
ESTIMATE = estimate_usage(PROMPT, "").input
BOUND = Decimal(int(ESTIMATE * 1.3) + 1 + 100)
"""Dollars that the call of an uncalibrated model is reserved, at a dollar a token."""


class CountsTwice:
    """Answers what it was told before; its server counts twice the tokens that we estimate."""

    name, local, continues = "a/dense", False, False

    def price(self, usage: Usage) -> Cost:
        return Cost(Decimal(usage.input + usage.output))

    def cannot(self, task: Task) -> str:
        return ""

    async def perform(self, task: Task, desk: Desk) -> Performance:
        async with desk.meter.call(PROMPT) as call:
            call.used(Usage(input=ESTIMATE * 2, output=10))
        return Performance(Answer(" ".join(one.text for one in desk.history) or "nothing"))


async def play(
    root: Path,
    calibration: Calibration,
    *,
    budget: Budget | None = None,
    task: Task = Task(kind=Kind.ASK),
) -> Outcome:
    database = Database(root / "db.sqlite")
    ledger = Ledger(database, root, budget=budget)
    run = Run(
        task,
        Route("as given", (Candidate("a/dense"),)),
        {"a/dense": CountsTwice()},
        snapshot=Workspace(root, 1000).snapshot(),
        settings=Settings(),
        ledger=ledger,
        watch=Watch({}, HealthBoard(), Balance()),
        report=lambda _: None,
        calibration=calibration,
        sessions=Sessions(database, root, SessionSettings()),
    )
    try:
        return await run.play()
    finally:
        ledger.close()


async def test_calls_teach_how_a_model_counts(tmp_path: Path) -> None:
    calibration = Calibration()
    for _ in range(12):
        await play(tmp_path, calibration)
    assert calibration.ratio("a/dense") == pytest.approx(2, rel=0.15)


async def test_a_reservation_follows_the_models_own_count(tmp_path: Path) -> None:
    budget = Budget(call=BOUND)
    calibration = Calibration()
    assert (await play(tmp_path, calibration, budget=budget)).model == "a/dense"
    for _ in range(12):
        calibration.learn("a/dense", PROMPT, Usage(input=ESTIMATE * 2, output=1))
    with pytest.raises(NoModel, match="budget for the call"):
        await play(tmp_path, calibration, budget=budget)


async def test_a_task_of_a_session_is_told_what_was_said_before(tmp_path: Path) -> None:
    task = Task(kind=Kind.ASK, instruction="first?", session="s")
    first = await play(tmp_path, Calibration(), task=task)
    second = await play(tmp_path, Calibration(), task=task)
    assert first.result == Answer("nothing")
    assert second.result == Answer("first? nothing")
