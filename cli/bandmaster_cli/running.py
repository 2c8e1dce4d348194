"""Running a command's coroutine so that Ctrl-C and SIGTERM cancel it and everything below it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

from bandmaster_cli.exits import Terminated


def run(work: Coroutine[object, object, int]) -> int:
    """Run `work` to its end and return its exit code.

    Raises `KeyboardInterrupt` or `Terminated` when a signal came, after all that was started has
    been cancelled and cleaned up.
    """
    with asyncio.Runner() as runner:
        return runner.run(_terminable(work))


async def _terminable(work: Coroutine[object, object, int]) -> int:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    asked = asyncio.Event()

    def end() -> None:
        asked.set()
        if task is not None:
            task.cancel()

    try:
        loop.add_signal_handler(signal.SIGTERM, end)
    except (NotImplementedError, RuntimeError, ValueError):
        return await work  # Windows, or not the main thread: the system ends the process.
    try:
        return await work
    except asyncio.CancelledError:
        if asked.is_set():
            raise Terminated from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
