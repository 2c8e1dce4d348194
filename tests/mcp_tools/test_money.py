"""Money as a client of either era sees it: what was spent, what is left, and what is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bandmaster import Kind, Task
from bandmaster.ledger import Ledger, PlannedCall
from bandmaster.settings import Budget
from bandmaster.store import Database
from bandmaster.tasks import Cost, Usage
from tests.mcp_tools.conftest import Host


def configure(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "home" / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bandmaster.toml").write_text(text)


async def spend(tmp_path: Path, model: str, tokens: int) -> None:
    """A question that was answered at a cent a token."""
    database = Database(tmp_path / "home" / "state" / "bandmaster.sqlite")
    ledger = Ledger(database, tmp_path / "shop", budget=Budget())
    planned = PlannedCall(
        task=Task(kind=Kind.ASK),
        model=model,
        local=False,
        bound=Usage,
        price=lambda usage: Cost(usage.output * Decimal("0.01")),
        prompt_tokens=int,
    )
    async with ledger.call(planned) as call:
        call.used(Usage(output=tokens))
    ledger.close()


async def stats(host: Host, **arguments: object) -> tuple[str, dict[str, Any]]:
    async with host.client() as client:
        result = await client.call_tool("stats", arguments)
    return result.content[0].text, result.structured_content


async def test_stats_say_the_same_in_text_and_in_values(host: Host, tmp_path: Path) -> None:
    configure(tmp_path, "[budget]\nday = 2.0\n")
    await spend(tmp_path, "a/1", 20)
    await spend(tmp_path, "b/2", 100)
    text, values = await stats(host)
    head, dear, cheap, budgets, day, off = text.splitlines()
    assert head.startswith("The last 30 days in this project: $1.20 for 2 calls, 0 tokens in, 120")
    assert dear.startswith("- b/2: $1.00 for 1 call,")
    assert cheap.startswith("- a/1: $0.20 for 1 call,")
    assert budgets == "Budgets:"
    assert day == "- day: $0.80 of $2.00 left ($1.20 spent); budget.day sets it"
    assert off.startswith("Forecasts were off by ")
    assert (values["total"]["dollars"], values["total"]["calls"]) == (1.2, 2)
    assert [(one["name"], one["dollars"]) for one in values["lines"]] == [("b/2", 1), ("a/1", 0.2)]
    (limit,) = values["budgets"]
    assert (limit["left"], limit["setting"], limit["level"]) == (0.8, "budget.day", "fine")
    assert values["forecasts_off_by"]["calls"] == 2


async def test_stats_are_summed_by_what_is_wanted(host: Host, tmp_path: Path) -> None:
    await spend(tmp_path, "a/1", 20)
    text, values = await stats(host, by="kind", days=1)
    assert text.splitlines()[1].startswith("- ask: $0.20")
    assert (values["by"], [one["name"] for one in values["lines"]]) == ("kind", ["ask"])
    assert "No budget is set: nothing limits what models cost" in text


async def test_a_budget_refuses_with_what_is_left_and_how_to_raise_it(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    configure(tmp_path, "[budget]\nday = 0.21\n")
    await spend(tmp_path, "a/1", 20)
    told = await host.call("delegate", kind="ask", instruction="why?")
    assert told.startswith("!")
    assert "the budget for the day has $0.01 of $0.21 left; budget.day raises it" in told


async def test_what_a_task_may_cost_is_its_own_limit(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    told = await host.call("delegate", kind="ask", instruction="why?", max_dollars=0.000001)
    assert told.startswith("!")
    assert "max_dollars allows $0.000001" in told


async def test_a_delegated_task_can_say_how_models_are_weighed_and_to_ask_anew(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    told = await host.call("route_explain", kind="ask", instruction="why?", policy="cost")
    head, first, *_ = told.splitlines()
    assert head == "Order by cost:"
    assert re.fullmatch(r"1\. openai/\S+: quality \d+%, about \$0\.\d+ and \d+ s", first)
    arguments = {"kind": "explain", "paths": ["shop.py"], "model": "builtin", "cache": False}
    async with host.client() as client:
        result = await client.call_tool("delegate", arguments)
    task = result.meta["bandmaster/outcome"]["task"]
    assert task["preferences"]["cache"] is False
    assert task["preferences"]["policy"] == ""
