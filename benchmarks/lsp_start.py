"""What `bandmaster lsp` costs beside a bare pygls server, and how fast it answers at work.

    python benchmarks/lsp_start.py [rounds]

Start: from spawning the process to the answer to `initialize`, in turns, with the CPU time of
both. Code actions: how long a list takes while a call to a model hangs.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
START_AIM = 1.15
ACTIONS_AIM_MS = 50.0
BARE = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
server = LanguageServer("bare", "1")
@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(params): pass
@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(params): return []
server.start_io()
"""
SERVERS = {
    "bare pygls": (sys.executable, "-c", BARE),
    "bandmaster lsp": (sys.executable, "-m", "bandmaster_cli", "lsp"),
}
CAPABILITIES = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}},
        "publishDiagnostics": {},
    },
    "window": {"workDoneProgress": True},
}


class Client:
    """A blocking client over the pipes of a process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out = process.stdin, process.stdout
        self._number = 0

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def start(self, method: str, params: Any) -> int:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._number

    def request(self, method: str, params: Any = None) -> Any:
        number = self.start(method, params)
        while True:
            message = self.read()
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def until(self, method: str) -> Any:
        while (message := self.read()).get("method") != method:
            pass
        return message["params"]

    def read(self) -> Any:
        """The next message; questions of the server are answered with nothing."""
        length = 0
        while header := self._out.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message = json.loads(self._out.read(length))
        if "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._in.flush()


def initialize(client: Client, root: Path | None = None) -> None:
    uri = None if root is None else root.as_uri()
    client.request("initialize", {"processId": None, "rootUri": uri, "capabilities": CAPABILITIES})


def time_start(command: tuple[str, ...], env: dict[str, str]) -> tuple[float, float]:
    """Seconds of wall and of CPU until `initialize` is answered."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    client = Client(process)
    initialize(client)
    wall, cpu = time.perf_counter() - began, cpu_of(process.pid)
    client.request("shutdown")
    client.notify("exit", None)
    process.communicate()
    return wall, cpu


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, from Linux; elsewhere not a number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def hanging_model() -> Iterator[tuple[str, threading.Event]]:
    """An address where calls are taken and never answered; and when one is there."""
    listener, called = socket.create_server(("127.0.0.1", 0)), threading.Event()
    held: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return
            called.set()

    threading.Thread(target=take, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", called
    listener.close()
    for connection in held:
        connection.close()


def time_actions(home: Path, env: dict[str, str], rounds: int) -> list[float]:
    """Milliseconds of code action lists while a model call hangs."""
    with hanging_model() as (url, called):
        (home / "config").mkdir(parents=True)
        (home / "config" / "bandmaster.toml").write_text(
            f'[providers.hanging]\nkind = "openai"\nbase_url = "{url}"\nmodels = ["m"]\n'
        )
        text = "import os\n" * 500
        (home / "a.py").write_text(text)
        process = subprocess.Popen(
            SERVERS["bandmaster lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**env, "BANDMASTER_HOME": str(home)},
        )
        client = Client(process)
        initialize(client, home)
        client.notify("initialized", {})
        uri = (home / "a.py").as_uri()
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": item})
        client.until("textDocument/publishDiagnostics")
        spot = {"line": 0, "character": 0}
        place = {"uri": uri, "version": 1, "range": {"start": spot, "end": spot}}
        command = {"command": "bandmaster.task.fix", "arguments": [place]}
        client.start("workspace/executeCommand", command)
        client.until("window/workDoneProgress/create")
        while not called.wait(0.05):
            pass
        asked = {
            "textDocument": {"uri": uri},
            "range": place["range"],
            "context": {"diagnostics": []},
        }
        times: list[float] = []
        for _ in range(rounds):
            began = time.perf_counter()
            client.request("textDocument/codeAction", asked)
            times.append(1000 * (time.perf_counter() - began))
        client.request("shutdown")
        client.notify("exit", None)
        process.communicate()
        return times


def main(rounds: int) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / one) for one in
           ("core", "server", "cli", "mcp_tools"))}  # fmt: skip
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in SERVERS}
    for number in range(rounds + 1):
        for name, command in SERVERS.items():
            measured = time_start(command, env)
            if number:  # The first round warms the caches.
                taken[name].append(measured)
    print(f"start until `initialize` is answered, median of {rounds} in turns")
    middle: dict[str, tuple[float, float]] = {}
    for name, times in taken.items():
        wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        middle[name] = wall, cpu
        print(f"  {name:15} wall {1000 * wall:6.0f} ms   CPU {1000 * cpu:6.0f} ms")
    wall, cpu = (ours / bare for bare, ours in zip(*middle.values(), strict=True))
    print(f"  ratio           wall {wall:6.2f}      CPU {cpu:6.2f}      (aim {START_AIM})")
    with tempfile.TemporaryDirectory() as folder:
        actions = sorted(time_actions(Path(folder), env, 200))
    print("code action list while a model hangs, 200 requests")
    print(f"  median {statistics.median(actions):.1f} ms, 99 % {actions[197]:.1f} ms, "
          f"worst {actions[-1]:.1f} ms   (aim {ACTIONS_AIM_MS:g} ms)")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
