"""`bandmaster mcp` as a real process, over stdio, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import ElicitResult

from tests.e2e.mcp.stage import command, environment, parameters

pytestmark = pytest.mark.e2e

PATCH = "--- a/shop.py\n+++ b/shop.py\n@@ -1 +1 @@\n-import os\n+import sys\n"
HANGS = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "open('child', 'w').write(str(child.pid))\n"
    "open('ready', 'w').close()\n"
    "time.sleep(600)\n"
)


@pytest.fixture(params=("auto", "legacy"))
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def agree(*_: object) -> ElicitResult:
    return ElicitResult(action="accept", content={"allow": True})


async def decline(*_: object) -> ElicitResult:
    return ElicitResult(action="decline")


@asynccontextmanager
async def client(shop: Path, era: str, elicit: Any = None) -> AsyncIterator[Client]:
    async with (
        asyncio.timeout(90),
        Client(
            parameters(shop), mode=era, elicitation_callback=elicit, read_timeout_seconds=60
        ) as connected,
    ):
        yield connected


async def said(connected: Client, tool: str, /, **arguments: object) -> str:
    result = await connected.call_tool(tool, arguments)
    return ("!" if result.is_error else "") + result.content[0].text


async def test_every_tool_answers(shop: Path, era: str) -> None:
    own_settings(shop, '[testing]\ncommand = ["echo", "1 passed in 0.1s"]\n')
    async with client(shop, era, agree) as connected:
        names = [tool.name for tool in (await connected.list_tools()).tools]
        told = {
            "review": await said(connected, "review"),
            "delegate": await said(connected, "delegate", kind="explain", paths=["shop.py"]),
            "read_file": await said(connected, "read_file", path="shop.py"),
            "search": await said(connected, "search", query="def sell"),
            "apply_patch": await said(connected, "apply_patch", patch=PATCH),
            "run_tests": await said(connected, "run_tests"),
            "route_explain": await said(connected, "route_explain", kind="ask"),
            "feedback": await said(connected, "feedback", task="nothing", rating=1.0),
            "stats": await said(connected, "stats"),
        }
    assert sorted(told) == sorted(names)
    assert "shop.py:1:8 low F401" in told["review"]
    assert "[builtin; configured order: builtin" in told["delegate"]
    assert "import os\n" in told["read_file"]
    assert "shop.py:4" in told["search"]
    assert told["apply_patch"] == "Applied:\nedited shop.py (+1 -1)"
    assert "exit 0" in told["run_tests"]
    assert "1 passed, 0 failed" in told["run_tests"]
    assert "Order by configured order" in told["route_explain"]
    assert told["feedback"].startswith("!task 'nothing' is not known")
    assert not told["stats"].startswith("!")
    assert (shop / "shop.py").read_text().startswith("import sys\n")


@pytest.mark.parametrize(
    ("elicit", "told"),
    [(decline, "the person chose 'decline'"), (None, "nobody can be asked here")],
)
async def test_what_the_person_did_not_agree_to_is_not_done(
    shop: Path, era: str, elicit: Any, told: str
) -> None:
    async with client(shop, era, elicit) as connected:
        answer = await said(connected, "apply_patch", patch=PATCH)
    assert answer.startswith("!")
    assert told in answer
    assert (shop / "shop.py").read_text().startswith("import os\n")


async def test_bad_calls_are_told_what_is_wrong(shop: Path, era: str) -> None:
    (shop / "out").symlink_to("/etc")
    hook = "--- /dev/null\n+++ b/.git/hooks/pre-commit\n@@ -0,0 +1 @@\n+x\n"
    async with client(shop, era, agree) as connected:
        unknown = await said(connected, "read_file", path="shop.py", lines=3)
        outside = await said(connected, "read_file", path="../../etc/passwd")
        linked = await said(connected, "read_file", path="out/passwd")
        protected = await said(connected, "apply_patch", patch=hook)
        large = await said(connected, "apply_patch", patch="x" * 3_000_000)
        after = await said(connected, "read_file", path="shop.py")
    assert unknown == "!read_file: 'lines' is not an argument. It takes: path, start, limit"
    assert "is outside the workspace" in outside
    assert "leads out of the workspace through a link" in linked
    assert "denied" in protected
    assert "'patch': string should have at most 1000000 characters" in large
    assert after.startswith("[shop.py: lines 1-5 of 5]")


def is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def own_settings(shop: Path, text: str) -> None:
    """The person's own configuration, which need not be trusted first."""
    folder = shop.parent / "home" / "config"
    folder.mkdir(parents=True)
    (folder / "bandmaster.toml").write_text(text)


def hanging_tests(shop: Path) -> None:
    """The person allows a test command that starts a child and never ends."""
    rules = 'mode = "trust"\nrules = [{ effect = "allow", tool = "run_tests" }]\n'
    command = json.dumps([sys.executable, "-c", HANGS])
    own_settings(shop, f"[policy]\n{rules}[testing]\ncommand = {command}\n")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
async def test_cancelling_a_test_run_ends_all_its_processes(shop: Path, era: str) -> None:
    hanging_tests(shop)
    async with client(shop, era) as connected:
        call = asyncio.create_task(connected.call_tool("run_tests", {}))
        await until((shop / "ready").exists)
        call.cancel()
        child = int((shop / "child").read_text())
        await until(lambda: not is_running(child))
        assert (await said(connected, "read_file", path="shop.py")).startswith("[shop.py")


class Wire:
    """The server's own pipes, for what a client would not do."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    def send(self, method: str, number: int | None = None, **params: Any) -> None:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")

    async def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            return json.loads(await self.process.stdout.readline())

    async def initialize(self) -> None:
        self.send(
            "initialize",
            1,
            protocolVersion="2025-11-25",
            capabilities={},
            clientInfo={"name": "wire", "version": "1"},
        )
        assert (await self.answer())["result"]["serverInfo"]["name"] == "bandmaster"
        self.send("notifications/initialized")


@asynccontextmanager
async def wire(shop: Path, *more: str, folder: Path | None = None) -> AsyncIterator[Wire]:
    home = shop.parent / "home"
    home.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(more or command(shop)),
        cwd=folder or shop,
        env=environment(home),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Wire(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_ended_takes_what_it_started_along(
    shop: Path, ending: signal.Signals
) -> None:
    hanging_tests(shop)
    async with wire(shop) as server:
        await server.initialize()
        server.send("tools/call", 2, name="run_tests", arguments={})
        await until((shop / "ready").exists)
        server.process.send_signal(ending)
        async with asyncio.timeout(30):
            assert await server.process.wait() == 128 + ending
        child = int((shop / "child").read_text())
        await until(lambda: not is_running(child))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
async def test_a_client_that_hangs_up_ends_the_server_and_its_work(shop: Path) -> None:
    hanging_tests(shop)
    async with wire(shop) as server:
        await server.initialize()
        server.send("tools/call", 2, name="run_tests", arguments={})
        await until((shop / "ready").exists)
        assert server.process.stdin is not None
        server.process.stdin.close()
        async with asyncio.timeout(30):
            assert await server.process.wait() == 0
        child = int((shop / "child").read_text())
        await until(lambda: not is_running(child))


async def test_nothing_but_the_protocol_is_on_stdout(shop: Path) -> None:
    (shop / "bandmaster.toml").write_text("[polic]\n")
    async with wire(shop) as server:
        await server.initialize()
        server.send("tools/call", 2, name="route_explain", arguments={"kind": "ask"})
        answer = await server.answer()
        assert answer["id"] == 2
        assert "bandmaster.toml" in answer["result"]["content"][0]["text"]
        assert server.process.stdin is not None
        server.process.stdin.close()
        out, err = await server.process.communicate()
    assert out == b""
    assert b"WARNING" in err
    assert b"bandmaster.toml" in err


@pytest.mark.parametrize("folder", ["/", "home"])
async def test_a_server_without_a_project_says_how_to_name_one(shop: Path, folder: str) -> None:
    place = Path(folder) if folder == "/" else shop.parent / folder
    place.mkdir(exist_ok=True)
    async with wire(shop, *command(shop)[:-2], folder=place) as server:
        _, err = await server.process.communicate()
        assert server.process.returncode == 2
    assert b"give its folder with --workspace PATH" in err
