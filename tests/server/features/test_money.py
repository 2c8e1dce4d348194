"""What models cost and what is left, as an editor shows it; and a word when a limit is near."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from bandmaster import Kind, Task
from bandmaster.ledger import Ledger, PlannedCall
from bandmaster.settings import Budget
from bandmaster.tasks import Cost, Usage
from bandmaster_lsp.server import build
from tests.fakes.editor import VSCODE, Json, Refused, in_memory
from tests.fakes.engine import PlaysBack, says
from tests.server.features.conftest import Open

DAY = {"budget": Budget(day=Decimal("2.00"))}
NO_PAGES: Json = {**VSCODE, "window": {}}


async def spend(ledger: Ledger, model: str, tokens: int) -> None:
    """A question that was answered at a cent a token."""
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


def command(name: str, *arguments: Any) -> Json:
    return {"command": f"bandmaster.{name}", "arguments": list(arguments)}


async def shown(on: Any) -> tuple[str, str]:
    """The name and the text of the page that the editor was asked to open."""
    params = await on.editor.until("window/showDocument")
    path = Path(url2pathname(urlparse(params["uri"]).path))
    return path.name, path.read_text("utf-8")


async def test_what_models_cost_is_shown_as_a_page(stage: Open) -> None:
    async with stage() as on:
        await spend(on.engine.ledger, "a/1", 20)
        await spend(on.engine.ledger, "b/2", 100)
        answer = await on.editor.request("workspace/executeCommand", command("stats"))
        name, page = await shown(on)
    assert (name, page) == ("stats.md", answer["page"])
    assert "The last 30 days: $1.20 for 2 calls, " in page
    assert page.index("- `b/2`: $1.00 for 1 call,") < page.index("- `a/1`: $0.20 for 1 call,")
    assert "## By kind of task\n\n- `ask`: $1.20 for 2 calls," in page
    assert "## By day" in page
    assert "\nForecasts were off by " in page


async def test_what_may_still_be_spent_is_shown_as_a_page(stage: Open) -> None:
    async with stage(engine=DAY) as on:
        await spend(on.engine.ledger, "a/1", 20)
        (on.root / "a.py").write_text("x = 1\n")
        where = {"uri": on.uri}
        answer = await on.editor.request("workspace/executeCommand", command("budget", where))
        name, page = await shown(on)
    assert (name, page) == ("budget.md", answer["page"])
    assert "- day: $1.80 of $2.00 left ($0.20 spent); budget.day sets it" in page


def anywhere(start: Path, *, trusted: bool | None) -> PlaysBack:
    """Takes whatever folder it is given for a project."""
    return PlaysBack(start, {Kind.EXPLAIN: says("done")})


async def test_beside_a_file_of_no_project_the_page_is_of_the_one_that_is_open(
    tmp_path: Path,
) -> None:
    for folder in ("shop", "papers"):
        (tmp_path / folder).mkdir()
    async with in_memory(build(anywhere)) as editor:
        await editor.initialize(tmp_path / "shop", VSCODE)
        where = {"uri": (tmp_path / "papers" / "page.md").as_uri()}
        answer = await editor.request("workspace/executeCommand", command("stats", where))
    assert answer["page"].startswith("# What models cost in shop\n")


async def test_without_any_project_the_person_is_told_to_open_one(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    async with in_memory(build(anywhere)) as editor:
        await editor.initialize(None, VSCODE)
        assert await editor.request("workspace/executeCommand", command("stats")) is None
        await editor.message("no project is open; open a file of it")
        _, answer = editor.run("explain", (tmp_path / "a.py").as_uri())
        await answer
        shown = await editor.request("workspace/executeCommand", command("stats"))
    assert shown["page"].startswith(f"# What models cost in {tmp_path.name}\n")


async def test_without_a_budget_the_page_says_how_to_set_one(stage: Open) -> None:
    async with stage() as on:
        answer = await on.editor.request("workspace/executeCommand", command("budget"))
    assert "No budget is set: nothing limits what models cost." in answer["page"]
    assert "[budget]\nday = 5.00" in answer["page"]


async def test_an_editor_without_pages_gets_a_message(stage: Open) -> None:
    async with stage(capabilities=NO_PAGES) as on:
        await on.editor.request("workspace/executeCommand", command("stats"))
        assert "no model was asked" in await on.editor.message("What models cost")


async def test_both_commands_are_announced(tmp_path: Path) -> None:
    async with in_memory(build()) as editor:
        offered = await editor.initialize(tmp_path, VSCODE)
    announced = offered["capabilities"]["executeCommandProvider"]["commands"]
    assert {"bandmaster.stats", "bandmaster.budget"} <= set(announced)


@pytest.mark.parametrize("given", [["a"], [{"path": "a.py"}], [{"uri": 1}]])
async def test_an_argument_that_is_none_is_refused(stage: Open, given: list[object]) -> None:
    async with stage() as on:
        with pytest.raises(Refused, match="the one argument, if any"):
            await on.editor.request("workspace/executeCommand", command("stats", *given))


async def test_the_person_is_warned_once_of_a_limit_that_is_near(stage: Open) -> None:
    async with stage({Kind.EXPLAIN: says("done")}, engine=DAY) as on:
        on.editor.open(on.uri, "x = 1\n")
        await explain(on)
        await spend(on.engine.ledger, "a/1", 170)
        await explain(on)
        await explain(on)
        near = [one for one in on.editor.messages() if "budget for the day" in one]
        assert near == [
            "Bandmaster: 85% of the budget for the day is spent or set aside: $0.30 of $2.00 left"
        ]
        await spend(on.engine.ledger, "a/1", 30)
        await explain(on)
        await on.editor.message("100% of the budget for the day is spent or set aside")


async def explain(on: Any) -> None:
    _, answer = on.editor.run("explain", on.uri)
    await answer
