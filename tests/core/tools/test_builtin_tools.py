"""The tools themselves, run through the guard on a real workspace."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bandmaster import settings as the
from bandmaster.errors import (
    BandmasterError,
    Conflict,
    OutsideWorkspace,
    ToolDenied,
    ToolFailed,
    Unreadable,
)
from bandmaster.policy import Caller, Policy
from bandmaster.settings import Limits, Mode, Settings
from bandmaster.tools import Approver, Guard, Registry, ToolResult
from bandmaster.workspace import Workspace
from tests.fakes.approvers import Agrees

ME = Caller(client="a test")
PATCH = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-one\n+two\n"


class Room:
    """A workspace with a guard whose person agrees to everything."""

    def __init__(self, root: Path, settings: Settings | None = None) -> None:
        self.root = root
        self.workspace = Workspace(root, 1_000_000)
        self.approver: Approver | None = Agrees()
        self.guard = Guard(
            tools=Registry(),
            policy=Policy((), Mode.TRUST),
            workspace=self.workspace,
            settings=settings or Settings(),
        )

    async def run(self, tool: str, **arguments: object) -> ToolResult:
        return await self.guard.run(tool, arguments, ME, self.approver)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    (tmp_path / "a.py").write_text("one\n")
    return Room(tmp_path)


def runs(*argv: str, seconds: float = 60) -> Settings:
    return Settings(testing=the.Testing(command=argv), limits=Limits(test_seconds=seconds))


async def test_a_file_is_read_with_its_lines_named(room: Room) -> None:
    (room.root / "long.txt").write_text("".join(f"{n}\n" for n in range(1, 11)))
    result = await room.run("read_file", path="long.txt", start=4, limit=2)
    assert result.text == "[long.txt: lines 4-5 of 10; go on with start=6]\n4\n5\n"


async def test_the_unsaved_text_of_an_editor_is_read(room: Room) -> None:
    room.workspace.open_text("a.py", "unsaved\n", 7)
    result = await room.run("read_file", path="a.py")
    assert result.text == "[a.py: lines 1-1 of 1, unsaved text of an editor]\nunsaved\n"


async def test_a_large_file_comes_in_parts_that_join_to_the_whole(room: Room) -> None:
    text = "".join(f"line {n} {'x' * 80}\n" for n in range(3000))
    (room.root / "large.txt").write_text(text)
    start, parts = 1, list[str]()
    while True:
        head, _, body = (
            await room.run("read_file", path="large.txt", start=start, limit=5000)
        ).text.partition("\n")
        parts.append(body)
        if "go on with start=" not in head:
            break
        start = int(head.rpartition("=")[2].rstrip("]"))
    assert "".join(parts) == text


async def test_one_endless_line_is_cut(room: Room) -> None:
    (room.root / "min.js").write_text("x" * 500_000)
    result = await room.run("read_file", path="min.js")
    assert len(result.text) < 60_000
    assert "[cut: 500,000 characters]" in result.text


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("../x", OutsideWorkspace),
        ("/etc/passwd", OutsideWorkspace),
        ("out/passwd", OutsideWorkspace),
        ("nothing.py", Unreadable),
        ("a\u202e.py", BandmasterError),
    ],
)
async def test_only_files_of_the_workspace_are_read(
    room: Room, path: str, error: type[Exception]
) -> None:
    (room.root / "out").symlink_to("/etc")
    with pytest.raises(error):
        await room.run("read_file", path=path)


async def test_reading_past_the_end_says_where_the_end_is(room: Room) -> None:
    with pytest.raises(ToolFailed, match="has only 1 lines"):
        await room.run("read_file", path="a.py", start=9)


async def test_a_link_to_a_secret_is_asked_about_as_the_secret_is(room: Room) -> None:
    room.approver = None
    (room.root / "secrets").mkdir()
    (room.root / "secrets" / "db.txt").write_text("pw\n")
    (room.root / "docs").symlink_to("secrets")
    with pytest.raises(ToolDenied, match="looks like a file with secrets"):
        await room.run("read_file", path="docs/db.txt")


async def test_a_search_names_the_place_and_the_symbol_of_each_line(room: Room) -> None:
    (room.root / "b.py").write_text("def sell():\n    return 'one'\n")
    result = await room.run("search", query="one")
    assert result.text.splitlines() == [
        "[2 matching lines in 2 files]",
        "a.py:1:1: one",
        "b.py:2:13:     return 'one'  [sell]",
    ]


async def test_a_search_says_when_there_is_more(room: Room) -> None:
    (room.root / "b.txt").write_text("one\none\n")
    result = await room.run("search", query="ONE", ignore_case=True, limit=2)
    assert result.text.startswith("[2 matching lines shown; there are more, so narrow the query")


async def test_a_search_leaves_out_what_may_not_be_read_unasked(room: Room) -> None:
    room.approver = None
    (room.root / ".env").write_text("one=secret\n")
    result = await room.run("search", query="o.e", regex=True)
    assert result.text == (
        "[1 matching line in 1 files; 1 left out: the policy asks before they are read]\n"
        "a.py:1:1: one"
    )
    with pytest.raises(ToolDenied, match="looks like a file with secrets"):
        await room.run("search", query="one", paths=[".env"])


async def test_a_secret_that_the_person_lets_be_searched_is_searched(room: Room) -> None:
    (room.root / ".env").write_text("one=secret\n")
    result = await room.run("search", query="one", paths=[".env"])
    assert result.text.endswith(".env:1:1: one=secret")


async def test_a_patch_is_written_when_the_person_has_seen_its_diff(room: Room) -> None:
    agrees = Agrees()
    room.approver = agrees
    result = await room.run("apply_patch", patch=PATCH)
    assert result.text == "Applied:\nedited a.py (+1 -1)"
    assert (room.root / "a.py").read_text() == "two\n"
    assert agrees.asked[0].preview == PATCH


async def test_a_dry_run_needs_no_leave_and_writes_nothing(room: Room) -> None:
    room.approver = None
    result = await room.run("apply_patch", patch=PATCH, dry_run=True)
    assert result.text == f"The patch fits; nothing was written.\n{PATCH}"
    assert (room.root / "a.py").read_text() == "one\n"


async def test_a_patch_that_does_not_fit_bothers_nobody(room: Room) -> None:
    agrees = Agrees()
    room.approver = agrees
    with pytest.raises(ToolFailed, match="nothing was changed"):
        await room.run("apply_patch", patch=PATCH.replace("-one", "-other"))
    assert agrees.asked == []


async def test_a_patch_of_many_files_is_applied_whole_or_not_at_all(room: Room) -> None:
    new = "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n"
    with pytest.raises(ToolFailed):
        await room.run("apply_patch", patch=new + PATCH.replace("-one", "-other"))
    assert [path.name for path in room.root.iterdir()] == ["a.py"]


async def test_a_link_to_the_repositorys_own_folder_does_not_open_it(room: Room) -> None:
    (room.root / ".git" / "hooks").mkdir(parents=True)
    (room.root / "safe").symlink_to(".git")
    patch = "--- /dev/null\n+++ b/safe/hooks/pre-commit\n@@ -0,0 +1 @@\n+rm -rf ~\n"
    with pytest.raises(ToolDenied, match="denied: the repository's"):
        await room.run("apply_patch", patch=patch)
    assert list((room.root / ".git" / "hooks").iterdir()) == []


async def test_a_patch_never_writes_through_a_link_that_leads_out(
    room: Room, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (room.root / "out").symlink_to(outside)
    patch = "--- /dev/null\n+++ b/out/x\n@@ -0,0 +1 @@\n+x\n"
    with pytest.raises(OutsideWorkspace):
        await room.run("apply_patch", patch=patch)
    assert list(outside.iterdir()) == []


async def test_a_file_with_a_second_name_is_not_replaced(room: Room) -> None:
    (room.root / "b.py").hardlink_to(room.root / "a.py")
    with pytest.raises(BandmasterError, match="hard links"):
        await room.run("apply_patch", patch=PATCH)


async def test_unsaved_text_of_an_editor_is_what_a_patch_must_fit(room: Room) -> None:
    room.workspace.open_text("a.py", "unsaved\n", 3)
    with pytest.raises((ToolFailed, Conflict)):
        await room.run("apply_patch", patch=PATCH)
    assert (room.root / "a.py").read_text() == "one\n"


async def test_tests_run_and_say_how_they_ended(tmp_path: Path) -> None:
    script = "print('1 failed, 2 passed, 1 error in 0.12s'); raise SystemExit(1)"
    result = await Room(tmp_path, runs(sys.executable, "-c", script)).run("run_tests")
    seconds = result.values["seconds"]
    assert isinstance(seconds, float)
    assert result.values == {
        "command": [sys.executable, "-c", script],
        "exit_code": 1,
        "seconds": seconds,
        "passed": 2,
        "failed": 1,
        "error": 1,
        "output": "1 failed, 2 passed, 1 error in 0.12s\n",
    }
    assert "2 passed, 1 failed, 1 error]" in result.text


async def test_tests_see_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "X_API_KEY GITHUB_TOKEN MY_SECRET BANDMASTER_HOME AWS_ACCESS_KEY_ID".split():
        monkeypatch.setenv(name, "planted")
    monkeypatch.setenv("LANGUAGE", "kept")
    script = "import os; print(sorted(os.environ.items()))"
    result = await Room(tmp_path, runs(sys.executable, "-c", script)).run("run_tests")
    assert "planted" not in result.text
    assert "('LANGUAGE', 'kept')" in result.text


async def test_only_the_end_of_long_output_is_kept(tmp_path: Path) -> None:
    script = "for n in range(20000): print('line', n)"
    result = await Room(tmp_path, runs(sys.executable, "-c", script)).run("run_tests")
    assert len(result.text) < 22_500
    assert "bytes before this are not shown]\nline " in result.text
    assert result.text.endswith("line 19999\n")


SPAWNS = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "open('child', 'w').write(str(child.pid))\n"
    "open('ready', 'w').close()\n"
)


def is_running(process: int) -> bool:
    """Whether a process is there and no zombie that only waits to be collected."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def until_gone(process: int) -> None:
    async with asyncio.timeout(20):
        while is_running(process):
            await asyncio.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
async def test_tests_that_take_too_long_end_with_all_that_they_started(tmp_path: Path) -> None:
    settings = runs("sh", "-c", "sleep 600 & echo $! > child; wait", seconds=2)
    result = await Room(tmp_path, settings).run("run_tests")
    assert result.values["exit_code"] is None
    assert "it took too long" in result.text
    await until_gone(int((tmp_path / "child").read_text()))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
async def test_what_tests_leave_running_ends_with_them(tmp_path: Path) -> None:
    await Room(tmp_path, runs(sys.executable, "-c", SPAWNS)).run("run_tests")
    await until_gone(int((tmp_path / "child").read_text()))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
async def test_cancelled_tests_end_with_all_that_they_started(tmp_path: Path) -> None:
    room = Room(tmp_path, runs(sys.executable, "-c", SPAWNS + "time.sleep(600)"))
    call = asyncio.create_task(room.run("run_tests"))
    async with asyncio.timeout(30):
        while not (tmp_path / "ready").exists():
            await asyncio.sleep(0.01)
    call.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait((call,))
    assert call.cancelled()
    await until_gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"paths": ["--pdb"]}, "starts with '-'"),
        ({"name": "-x"}, "starts with '-'"),
        ({"paths": ["../x"]}, "outside the workspace"),
        ({"paths": ["nothing.py"]}, "no such file"),
        ({"name": "x"}, "does not take 'name'"),
    ],
)
async def test_a_selection_is_never_an_option_or_a_place_outside(
    tmp_path: Path, arguments: dict[str, object], told: str
) -> None:
    with pytest.raises(BandmasterError, match=told):
        await Room(tmp_path, runs("true")).run("run_tests", **arguments)


async def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="'no-such-program' cannot be started"):
        await Room(tmp_path, runs("no-such-program")).run("run_tests")


async def test_the_person_sees_the_command_before_it_runs(tmp_path: Path) -> None:
    room = Room(tmp_path, runs(os.fspath("true")))
    agrees = Agrees()
    room.approver = agrees
    await room.run("run_tests")
    assert [(one.preview, one.action.argv) for one in agrees.asked] == [("true", ("true",))]
