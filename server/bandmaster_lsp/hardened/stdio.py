"""Standard input and output as the wire: a thread reads, the loop works, and the end is prompt."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

from bandmaster_lsp.hardened.frames import Frames
from bandmaster_lsp.hardened.protocol import Protocol
from bandmaster_lsp.hardened.server import Server

_CHUNK = 1 << 16
_GOODBYE_SECONDS = 0.5
T = TypeVar("T")


class Output:
    """The writing end of the wire. A wire that is cut ends the session, not the writer."""

    def __init__(self, descriptor: int, protocol: Protocol) -> None:
        self._descriptor = descriptor
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self._protocol.hang_up()

    def close(self) -> None:
        """Nothing: what was written is on its way."""


def run_on_stdio(server: Server) -> int:
    """Serve one editor until it says `exit` or is gone; the exit code of the process.

    From here on standard output belongs to the protocol alone: whatever else prints, or is
    started, finds standard error in its place and an empty standard input.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    for descriptor in (incoming, outgoing):
        if os.name != "nt":
            os.set_blocking(descriptor, True)  # An editor may have set its end otherwise.
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device, not a path
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    code = _run(_serve(server, incoming, outgoing))
    _leave_threads_behind(code)
    return code


async def _serve(server: Server, incoming: int, outgoing: int) -> int:
    protocol, loop = server.protocol, asyncio.get_running_loop()
    protocol.set_writer(Output(outgoing, protocol))
    bodies: asyncio.Queue[bytes] = asyncio.Queue()
    reader = threading.Thread(
        target=_read, args=(incoming, loop, bodies, protocol), name="stdin", daemon=True
    )
    reader.start()
    with suppress(NotImplementedError):  # Not on Windows.
        loop.add_signal_handler(signal.SIGTERM, protocol.hang_up)
    working = asyncio.create_task(pump(bodies, protocol))
    await protocol.ended.wait()
    working.cancel()
    return protocol.exit_code


def _read(
    incoming: int, loop: asyncio.AbstractEventLoop, bodies: asyncio.Queue[bytes], protocol: Protocol
) -> None:
    """Runs in a thread of its own, so no work of the server can make it deaf."""
    frames = Frames()
    with suppress(OSError, RuntimeError):  # The wire was cut, or the loop has ended.
        while data := os.read(incoming, _CHUNK):
            for body in frames.feed(data):
                loop.call_soon_threadsafe(bodies.put_nowait, body)
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(protocol.hang_up)


async def pump(bodies: asyncio.Queue[bytes], protocol: Protocol) -> None:
    """One message at a time; each handler begins before the next message is looked at."""
    while True:
        protocol.receive(await bodies.get())
        await asyncio.sleep(0)


def _run(main: Coroutine[None, None, T]) -> T:
    """As `asyncio.run`, but without waiting for threads that are still at work."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_GOODBYE_SECONDS))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _leave_threads_behind(code: int) -> None:
    """End the process now where a thread does not end: Python would wait for it."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(_GOODBYE_SECONDS)
            if thread.is_alive():
                sys.stderr.flush()
                os._exit(code)
