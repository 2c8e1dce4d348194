"""The guard: validates, judges, asks, runs, caps and records, in that order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bandmaster.errors import ToolDenied, ToolFailed, UnknownName
from bandmaster.policy import Caller, Policy, from_settings
from bandmaster.settings import Effect, Mode, PolicyRule, PolicySettings, Settings
from bandmaster.tools import Approver, Guard, Record, Registry
from bandmaster.workspace import Workspace
from tests.fakes.approvers import Agrees, AgreesAfter, AsksLater, Refuses
from tests.fakes.tools import TABLE

ME = Caller(client="a test", session="1")


class Desk:
    """A guard over fake tools, and what it recorded."""

    def __init__(
        self, root: Path, *rules: PolicyRule, mode: Mode = Mode.TRUST, by: Approver | None = None
    ) -> None:
        settings = PolicySettings(mode=mode, rules=rules)
        policy: Policy = from_settings(settings, known_tools=TABLE, root=root, home=Path("/h"))
        self.records: list[Record] = []
        self.guard = Guard(
            tools=Registry(TABLE),
            policy=policy,
            workspace=Workspace(root, 1000),
            settings=Settings(),
            approver=by,
            audit=self.records.append,
        )

    async def run(self, tool: str, by: Approver | None = None, **arguments: object) -> str:
        return (await self.guard.run(tool, arguments, ME, by)).text

    @property
    def ends(self) -> list[str]:
        return [record.end for record in self.records]


def deny(tool: str, path: str | None = None) -> PolicyRule:
    return PolicyRule(effect=Effect.DENY, tool=tool, path=path, why="because")


async def test_an_allowed_call_runs_and_is_recorded_without_contents(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert await desk.run("speaks", words="hi") == "hi\n"
    assert desk.ends == ["ran"]
    assert desk.records[0].action.line == "speaks: read hi"


async def test_an_unknown_tool_is_told_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'speaks'"):
        await Desk(tmp_path).run("speak")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"word": "x"}, "'word' is not an argument"),
        ({"times": "3"}, "'times': input should be a valid integer"),
        ({"words": None}, "'words': input should be a valid string"),
    ],
)
async def test_wrong_arguments_are_told_by_name_and_never_repeated(
    tmp_path: Path, arguments: dict[str, object], told: str
) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(ToolFailed) as caught:
        await desk.guard.run("speaks", arguments, ME)
    assert told in str(caught.value)
    assert "It takes: words, times" in str(caught.value)
    assert "pydantic" not in str(caught.value)
    assert desk.ends == []


async def test_a_denied_call_does_not_run_whoever_agrees(tmp_path: Path) -> None:
    agrees = Agrees()
    desk = Desk(tmp_path, deny("speaks", "*secret*"), by=agrees)
    with pytest.raises(ToolDenied, match="denied: because"):
        await desk.run("speaks", words="my-secret")
    assert (agrees.asked, desk.ends) == ([], ["denied"])


async def test_without_anybody_to_ask_the_refusal_says_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ToolDenied) as caught:
        await Desk(tmp_path, mode=Mode.MANUAL).run("writes", words="a.py")
    assert "nobody can be asked here" in str(caught.value)
    assert '{ effect = "allow", tool = "writes" }' in str(caught.value)


async def test_a_refusal_for_a_protected_path_names_no_rule_as_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ToolDenied, match="No rule can allow it"):
        await Desk(tmp_path).run("writes", words=".vscode/tasks.json")


async def test_a_yes_lets_the_call_run_and_shows_what_it_covers(tmp_path: Path) -> None:
    agrees = Agrees()
    assert await Desk(tmp_path, by=agrees).run("writes", words="a.py") == "a.py\n"
    assert [(one.action.line, one.preview) for one in agrees.asked] == [
        ("writes: write a.py", "a.py")
    ]


async def test_the_approver_of_a_call_stands_in_for_the_guards_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path, by=Agrees())
    with pytest.raises(ToolDenied, match="not allowed: not today"):
        await desk.run("writes", Refuses("not today"), words="a.py")
    assert desk.ends == ["denied"]


async def test_a_question_on_its_way_is_no_refusal(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(ToolDenied, match="is being asked"):
        await desk.run("writes", AsksLater(), words="a.py")
    assert desk.ends == ["asked"]


async def test_a_yes_to_something_that_changed_meanwhile_counts_for_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.py").write_text("old\n")
    guard = Guard(
        tools=Registry(),
        policy=Policy((), Mode.TRUST),
        workspace=Workspace(tmp_path, 1000),
        settings=Settings(),
    )
    patch = "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n old\n+more\n"
    swaps = AgreesAfter(lambda: (tmp_path / "a.py").write_text("old\nother\n"))
    with pytest.raises(ToolDenied, match="changed since it was approved"):
        await guard.run("apply_patch", {"patch": patch}, ME, swaps)
    assert (tmp_path / "a.py").read_text() == "old\nother\n"


async def test_a_call_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(ToolFailed, match=r"hangs took more than 0.01 seconds and was stopped"):
        await desk.run("hangs")
    assert desk.ends == ["failed"]


async def test_a_cancelled_call_is_recorded_as_such(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    call = asyncio.create_task(desk.run("hangs"))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert desk.ends == ["cancelled"]


async def test_a_failing_tool_is_recorded_and_tells_its_caller(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(ToolFailed, match="use other words"):
        await desk.run("fails")
    assert desk.ends == ["failed"]


async def test_long_output_is_cut_behind_a_line_and_says_so(tmp_path: Path) -> None:
    text = await Desk(tmp_path).run("speaks", words="ä" * 10, times=50)
    lines = text.splitlines()
    assert set(lines[:-1]) == {"ä" * 10}
    assert lines[-1] == "[cut: 189 of 1,050 bytes are shown; ask for less]"


def test_a_tool_that_is_denied_outright_is_not_offered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, deny("hangs"), deny("fails", "x"), mode=Mode.PLAN)
    assert [tool.name for tool in desk.guard.offered()] == ["speaks", "fails"]
