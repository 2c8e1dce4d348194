"""Ctrl-C and SIGTERM in the middle of things."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.processes import SECONDS, SPEECH, finish, serving, signal_group, start
from tests.fakes.upstream import End

HANGS = SPEECH.streams(SPEECH.says("Well"), end=End.NEVER)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_signal_ends_a_hanging_question(
    number: int, code: int, project: Path, home: Path
) -> None:
    async with serving(home, HANGS) as upstream, asyncio.timeout(SECONDS):
        process = await start("ask", "well?")
        await upstream.waiting.wait()
        signal_group(process, number)
        ended, out, err = await finish(process)
        await upstream.hung_up.wait()
    assert (ended, out) == (code, "")
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 3


async def test_a_signal_leaves_no_file_behind(project: Path, home: Path) -> None:
    before = {path: path.read_bytes() for path in project.iterdir()}
    async with serving(home, HANGS) as upstream, asyncio.timeout(SECONDS):
        process = await start("fix", "shop.py", "--apply", "--model", "fake/one")
        await upstream.waiting.wait()
        signal_group(process, signal.SIGINT)
        ended, _, _ = await finish(process)
    assert ended == 130
    assert {path: path.read_bytes() for path in project.iterdir()} == before


_INTERRUPTED_IMPORT = """
import sys
class Stop:
    def find_spec(self, name, *rest):
        if name == "bandmaster_cli.parsing":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
from bandmaster_cli.main import main
sys.exit(main(["review"]))
"""


def test_ctrl_c_is_met_while_the_program_is_still_loading() -> None:
    command = [sys.executable, "-c", _INTERRUPTED_IMPORT]
    ended = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stderr) == (130, b"bandmaster: interrupted\n")
