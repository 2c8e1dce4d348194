"""Running a program on somebody's behalf: its own process group, no keys, a bounded answer."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bandmaster.errors import ToolFailed

_SECRET_PARTS = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "APIKEY")
_SECRET_ENDS = ("_KEY", "_KEY_ID", "_PAT", "_AUTH", "_DSN")
_OWN = "BANDMASTER_"
_CHUNK = 65536
_DRAIN_SECONDS = 1.0
"""How long output may still come once the program itself has ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ran. `code` is None where it was stopped because of its time."""

    code: int | None
    seconds: float
    output: str
    """The end of what it printed, both streams as they came."""
    dropped: int
    """Bytes of output before that, which are not kept."""


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a program started for a model gets: none that may hold a key."""
    return {name: value for name, value in environment.items() if not _is_secret(name.upper())}


def _is_secret(name: str) -> bool:
    return (
        name.startswith(_OWN)
        or name.endswith(_SECRET_ENDS)
        or any(part in name for part in _SECRET_PARTS)
    )


async def run_program(
    argv: tuple[str, ...], *, folder: Path, seconds: float, most_bytes: int
) -> Ended:
    """Run `argv` in `folder` for at most `seconds`, keeping the last `most_bytes` of output.

    Whatever ends this call, cancelling included, also ends every process of the program's group.
    Raises `ToolFailed` where the program cannot be started.
    """
    started = time.monotonic()
    reading_end, writing_end = os.pipe()
    try:
        process = await _start(argv, folder, writing_end)
    except BaseException:
        os.close(reading_end)
        raise
    finally:
        os.close(writing_end)
    tail = _Tail(most_bytes)
    reading = asyncio.create_task(_read(reading_end, tail))
    code: int | None = None
    try:
        async with asyncio.timeout(seconds):
            code = await process.wait()
            await asyncio.wait((reading,), timeout=_DRAIN_SECONDS)
    except TimeoutError:
        pass
    finally:
        _end_group(process.pid)
        reading.cancel()
        waiting = asyncio.create_task(process.wait())
        await asyncio.wait((reading, waiting), timeout=_DRAIN_SECONDS)
    return Ended(code, time.monotonic() - started, tail.text(), tail.dropped)


async def _start(argv: tuple[str, ...], folder: Path, output: int) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            cwd=folder,
            env=without_secrets(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolFailed(f"{argv[0]!r} cannot be started: {error.strerror or error}") from None


async def _read(descriptor: int, tail: _Tail) -> None:
    """Read a pipe of our own to its end: asyncio's would keep the program's end from us as long
    as a process that it left behind holds the pipe."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        while data := await stream.read(_CHUNK):
            tail.add(data)
    finally:
        transport.close()


def _end_group(leader: int) -> None:
    """Kill every process that is still in the group; the group outlives its leader."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


class _Tail:
    """The last bytes of a stream."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept = bytearray()
        self.dropped = 0

    def add(self, data: bytes) -> None:
        self._kept += data
        over = len(self._kept) - self._most
        if over > 0:
            del self._kept[:over]
            self.dropped += over

    def text(self) -> str:
        """What was kept, from the start of a line where earlier output was dropped."""
        text = self._kept.decode("utf-8", "replace").replace("\r\n", "\n")
        return text[text.find("\n") + 1 :] if self.dropped else text
