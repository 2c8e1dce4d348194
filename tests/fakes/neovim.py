"""A real Neovim without a screen, driven over its own protocol; Neovim itself is no fake."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgpack

SECONDS = 30.0


class Neovim:
    """Neovim with a quiet configuration. Everything is said in Lua."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._process = process
        self._in, self._out = process.stdin, process.stdout
        self._unpacker = msgpack.Unpacker()
        self._number = 0

    def lua(self, code: str, *arguments: Any) -> Any:
        """What the Lua chunk `code` returns; the arguments are its `...`."""
        self._number += 1
        call = [0, self._number, "nvim_exec_lua", [code, list(arguments)]]
        self._in.write(msgpack.packb(call))
        self._in.flush()
        watchdog = threading.Timer(2 * SECONDS, self._process.kill)
        watchdog.start()
        try:
            return self._reply()
        finally:
            watchdog.cancel()

    def until(self, what: str, code: str) -> Any:
        """What the Lua expression `code` is once it is true; Neovim works on while it waits."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if value := self.lua(f"vim.wait(200, function() return {code} end, 10); return {code}"):
                return value
        raise TimeoutError(f"waited too long for {what}; it said: {self.lua('return _G.said')}")

    def close(self) -> None:
        self._in.write(msgpack.packb([2, "nvim_command", ["qall!"]]))
        self._in.close()
        self._process.wait(SECONDS)
        self._out.close()

    def _reply(self) -> Any:
        while True:
            for message in self._unpacker:
                if message[0] == 1 and message[1] == self._number:
                    if message[2] is not None:
                        raise RuntimeError(message[2][1])
                    return message[3]
            data = self._out.read1(1 << 16)
            if not data:
                raise EOFError("Neovim is gone")
            self._unpacker.feed(data)


@contextmanager
def running(program: str, home: Path) -> Iterator[Neovim]:
    """A Neovim that reads and writes nothing of the person's own."""
    folders = [f"XDG_{name}_HOME={home / name}" for name in ("CONFIG", "DATA", "STATE", "CACHE")]
    command = [
        *("env", *folders, f"HOME={home}", program, "--embed", "--headless", "--clean", "-n"),
        *("--cmd", "let g:loaded_python3_provider=0"),  # Else opening a Python file takes seconds.
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    neovim = Neovim(process)
    try:
        yield neovim
        neovim.close()
    finally:
        process.kill()
        process.wait()
