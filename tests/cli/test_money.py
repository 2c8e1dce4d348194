"""stats and budget."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.ledger import Call, Ledger, PlannedCall, Standing
from bandmaster.settings import Budget
from bandmaster.store import Database
from bandmaster.tasks import Cost, Kind, Task, Usage
from bandmaster_cli.formats.table import sparkline
from bandmaster_cli.main import main
from tests.cli.processes import SPEECH, bandmaster, serving

Printed = pytest.CaptureFixture[str]


def cent_a_token(usage: Usage) -> Cost:
    return Cost(usage.output * Decimal("0.01"))


async def take(ledger: Ledger, model: str, tokens: int, saved: int = 0) -> None:
    """One call that was answered."""
    planned = PlannedCall(
        task=Task(kind=Kind.ASK),
        model=model,
        local=False,
        bound=lambda: Usage(output=tokens),
        price=cent_a_token,
        prompt_tokens=int,
    )
    call = Call(Standing(), Decimal(0))
    call.used(Usage(output=tokens))
    call.spared(Usage(output=saved))
    await ledger.settle(await ledger.reserve(planned), call, failure=None, seconds=2.0)


@pytest.fixture
def spent(home: Path, project: Path) -> None:
    """Yesterday 3 cents; today 1.20 dollars, and half a dollar saved; set aside: 10 cents."""
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)

    async def spend() -> None:
        database, budget = Database(home / "state" / "bandmaster.sqlite"), Budget(day=Decimal(5))
        for at, model, tokens, saved in (
            (yesterday, "a/1", 3, 0),
            (now, "a/1", 20, 50),
            (now, "b/2", 100, 0),
        ):
            ledger = Ledger(database, project, clock=lambda at=at: at)
            await take(ledger, model, tokens, saved)
        planned = PlannedCall(
            task=Task(kind=Kind.ASK),
            model="a/1",
            local=False,
            bound=lambda: Usage(output=10),
            price=cent_a_token,
            prompt_tokens=int,
        )
        ledger = Ledger(database, project, budget=budget)
        await ledger.reserve(planned)
        ledger.close()

    asyncio.run(spend())


def set_budget(home: Path, text: str) -> None:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "bandmaster.toml").write_text(f"[budget]\n{text}\n")


@pytest.mark.usefixtures("spent")
def test_stats_show_the_dearest_model_first_and_a_bar_for_each_day(capsys: Printed) -> None:
    assert main(["stats"]) == 0
    first, bars, _, head, *rows, _, off = capsys.readouterr().out.splitlines()
    assert first.startswith("$1.23 since ")
    assert first.endswith("3 calls · $0.50 saved by the cache")
    assert bars.startswith("▁█  ")
    assert head.split() == "model calls failed input output cached cost saved mean s".split()
    assert [row.split() for row in rows] == [
        ["b/2", "1", "0", "0", "100", "0", "$1.00", "$0.00", "2.0"],
        ["a/1", "2", "0", "0", "23", "0", "$0.23", "$0.50", "2.0"],
    ]
    assert off.startswith("Forecasts were off by ")
    assert off.endswith("% in cost (mean of 3 calls).")


@pytest.mark.usefixtures("spent")
def test_stats_as_json_give_every_number(capsys: Printed) -> None:
    assert main(["stats", "--by", "kind", "--days", "1", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (row,) = document["rows"]
    assert (document["dollars"], document["by"]) == ("1.2", "kind")
    assert row == {
        "name": "ask",
        "calls": 2,
        "failures": 0,
        "input_tokens": 0,
        "output_tokens": 120,
        "cached_tokens": 0,
        "dollars": "1.2",
        "unpriced": 0,
        "saved": "0.5",
        "mean_seconds": 2.0,
    }
    assert [day["calls"] for day in document["days"]] == [2]
    assert document["forecast_error"]["calls"] == 3
    assert document["forecast_error"]["seconds"] is None


def test_where_nothing_was_spent_that_is_said(project: Path, capsys: Printed) -> None:
    assert main(["stats"]) == 0
    assert capsys.readouterr().out == "No model was asked.\n"
    assert main(["budget"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "No budget is set: nothing limits what models cost.\n"
    assert "[budget] day = 5.00" in printed.err


@pytest.mark.usefixtures("spent")
def test_the_budget_is_shown_with_what_is_left_and_which_setting_raises_it(
    home: Path, capsys: Printed
) -> None:
    set_budget(home, "task = 0.5\nday = 1.5\nmonth = 20.0")
    assert main(["budget"]) == 0
    each, head, day, month, warned = capsys.readouterr().out.splitlines()
    assert each == "Each task may cost $0.50 at most (budget.task)."
    assert head.split() == "budget limit spent reserved left used set by".split()
    assert day.split() == "day $1.50 $1.20 $0.10 $0.20 87% budget.day".split()
    assert month.split()[0] == "month"
    assert warned == "day: nearly spent"
    assert main(["budget", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["each"] == {"task": "0.5"}
    assert document["limits"][0] == {
        "name": "day",
        "setting": "budget.day",
        "dollars": "1.5",
        "spent": "1.2",
        "reserved": "0.1",
        "left": "0.2",
        "share": 0.8667,
        "level": "warn",
    }


def test_a_bar_is_as_high_as_its_share() -> None:
    assert sparkline([0, 1, 4, 8]) == "·▂▅█"
    assert sparkline([0, 0]) == "··"
    assert sparkline([]) == ""


@pytest.mark.parametrize("days", ["-1", "many", "1000000"])
def test_a_number_of_days_that_means_nothing_is_wrong_usage(
    project: Path, days: str, capsys: Printed
) -> None:
    assert main(["stats", "--days", days]) == 2
    assert "--days: must be a number from 0 to 36500" in capsys.readouterr().err


async def test_a_price_of_your_own_counts_for_a_server_on_this_machine_too(
    project: Path, home: Path
) -> None:
    """What listens here may pass the question on to somebody who is paid."""
    async with serving(home, SPEECH.answer("Yes.\n", "stop", stream=True)):
        with (home / "config" / "bandmaster.toml").open("a") as settings:
            settings.write('[catalog."fake/one"]\nprices = { input = 1000, output = 1000 }\n')
        asked = ("ask", "is it?", "--model", "fake/one", "--json")
        _, held_back, err = await bandmaster(*asked, "--max-dollars", "0.01")
        _, paid, _ = await bandmaster(*asked)
    assert "fake/one failed (the call may cost" in err
    assert json.loads(held_back)["model"] == "fake/two"
    assert json.loads(paid)["cost"]["dollars"] == "0.018000"
