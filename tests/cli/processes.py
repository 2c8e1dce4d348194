"""The program as a process of its own, with a model server on loopback."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.protocols import OpenAI
from tests.fakes.upstream import Answer, Upstream

SPEECH = OpenAI()
SECONDS = 60


@asynccontextmanager
async def serving(home: Path, *answers: Answer) -> AsyncIterator[Upstream]:
    """A server that gives `answers` in turn; the person's settings name it with two models."""
    async with Upstream(*answers) as upstream:
        folder = home / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bandmaster.toml").write_text(
            f'[providers.fake]\nkind = "openai"\nbase_url = "{upstream.url}/v1"\n'
            'models = ["one", "two"]\n'
        )
        yield upstream


async def start(*argv: str) -> asyncio.subprocess.Process:
    """`bandmaster …` in a process group of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bandmaster_cli", *argv),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def finish(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Its exit code, stdout and stderr."""
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def bandmaster(*argv: str) -> tuple[int, str, str]:
    return await finish(await start(*argv))


def signal_group(process: asyncio.subprocess.Process, number: int) -> None:
    """What a terminal does: the whole group gets the signal."""
    os.killpg(process.pid, number)
