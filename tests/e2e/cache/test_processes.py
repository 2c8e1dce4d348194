"""Processes that ask the same at the same time make one call, whoever of them dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ASKER = Path(__file__).with_name("asker.py")
SECONDS = 90

pytestmark = pytest.mark.e2e


async def start(folder: Path, questions: int, *rest: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, str(ASKER), str(folder / "db.sqlite"), str(folder / "calls")),
        *(str(questions), *rest),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "core")},
    )


async def finish(process: asyncio.subprocess.Process) -> list[str]:
    async with asyncio.timeout(SECONDS):
        out, _ = await process.communicate()
    assert process.returncode == 0
    return sorted(out.decode().split("\n")[:-1])


async def test_each_question_of_six_processes_reaches_the_model_once(tmp_path: Path) -> None:
    processes = [await start(tmp_path, 40) for _ in range(6)]
    expected = sorted(f"answer {number}" for number in range(40))
    assert await asyncio.gather(*map(finish, processes)) == [expected] * 6
    asked = (tmp_path / "calls").read_text().split()
    assert sorted(asked, key=int) == [str(number) for number in range(40)]


async def test_a_process_that_is_killed_while_it_asks_holds_the_others_up_for_a_while_only(
    tmp_path: Path,
) -> None:
    hangs = await start(tmp_path, 1, "hangs")
    assert hangs.stdout is not None
    async with asyncio.timeout(SECONDS):
        assert await hangs.stdout.readline() == b"asking\n"
    os.kill(hangs.pid, signal.SIGKILL)
    await hangs.communicate()
    others = [await start(tmp_path, 1) for _ in range(3)]
    assert await asyncio.gather(*map(finish, others)) == [["answer 0"]] * 3
    assert (tmp_path / "calls").read_text().split() == ["0", "0"]
