"""The program on a real (pseudo) terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.processes import SECONDS, SPEECH, serving
from tests.fakes.upstream import End

if sys.platform == "win32":
    pytest.skip("pseudo terminals are POSIX", allow_module_level=True)

import pty

SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"


class Screen:
    """A process on a terminal of its own, and all that it wrote there."""

    def __init__(self) -> None:
        self.written = ""

    async def start(self, *argv: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bandmaster_cli", *argv),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40"},
            start_new_session=True,
        )
        os.close(theirs)

    async def read_until(self, wanted: str) -> None:
        while wanted not in self.written and await self._read():
            pass

    async def finish(self) -> int:
        while await self._read():
            pass
        os.close(self._ours)
        return await self.process.wait()

    async def _read(self) -> bool:
        try:
            data = await asyncio.to_thread(os.read, self._ours, 65536)
        except OSError:  # How Linux says that the other side is closed.
            return False
        self.written += data.decode("utf-8", "replace")
        return bool(data)


async def test_an_answer_is_drawn_as_markdown(project: Path, home: Path) -> None:
    good = SPEECH.answer("# Yes\n\nIt *does*.\n\nReally\n", "stop", stream=True)
    screen = Screen()
    async with serving(home, good), asyncio.timeout(SECONDS):
        await screen.start("ask", "does it?")
        assert await screen.finish() == 0
    assert "\x1b[3mdoes\x1b[0m" in screen.written
    assert "# Yes" not in screen.written.replace("\x1b", "")[-200:]
    assert screen.written.rindex(SHOW_CURSOR) > screen.written.rindex(HIDE_CURSOR)


async def test_a_second_model_starts_again_behind_a_line_that_says_so(
    project: Path, home: Path
) -> None:
    cut = SPEECH.streams(SPEECH.says("Half an ans"), end=End.CUT)
    good = SPEECH.answer("Whole answer\n", "stop", stream=True)
    screen = Screen()
    async with serving(home, cut, good), asyncio.timeout(SECONDS):
        await screen.start("ask", "does it?")
        assert await screen.finish() == 0
    told = " ".join(screen.written.split())
    assert "starting again with fake/two" in told
    assert told.rindex("Whole answer") > told.index("starting again")


async def test_ctrl_c_in_the_middle_of_an_answer_gives_the_cursor_back(
    project: Path, home: Path
) -> None:
    hangs = SPEECH.streams(SPEECH.says("Some words"), end=End.NEVER)
    screen = Screen()
    async with serving(home, hangs), asyncio.timeout(SECONDS):
        await screen.start("ask", "well?")
        await screen.read_until("Some words")
        os.killpg(screen.process.pid, signal.SIGINT)
        assert await screen.finish() == 130
    assert screen.written.rindex(SHOW_CURSOR) > screen.written.rindex(HIDE_CURSOR)
    assert "interrupted" in screen.written
    assert "Traceback" not in screen.written


async def test_progress_is_drawn_and_wiped_away(project: Path) -> None:
    screen = Screen()
    async with asyncio.timeout(SECONDS):
        await screen.start("review")
        assert await screen.finish() == 0
    assert "2 files of project" in screen.written
    assert screen.written.count(SHOW_CURSOR) == screen.written.count(HIDE_CURSOR)
