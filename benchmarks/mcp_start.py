"""How long `bandmaster mcp` takes from its start to initialized, beside a bare MCP server.

Both run in turns in the same run, as the machine's noise is larger than the difference.
CPU is of the server process; wall is what a host waits. Aim: at most 1.25 times the bare server.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

RUNS = 15
AIM = 1.25
BARE = """
from mcp.server.mcpserver import MCPServer

server = MCPServer("bare", version="1")


@server.tool()
async def hello(name: str) -> str:
    return name


server.run()
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start, in milliseconds."""

    wall: float
    cpu: float


def started(command: list[str], folder: Path) -> Start:
    """Start a server, greet it, and see what that took."""
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"},
        },
    }
    environment = {**os.environ, "BANDMASTER_HOME": str(folder / "home")}
    before = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(hello).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        wall = time.perf_counter() - before
        assert "result" in answer
        used = _cpu_seconds(process.pid)
        process.stdin.close()
        process.wait()
    return Start(wall * 1000, used * 1000)


def _cpu_seconds(process: int) -> float:
    """What all threads of a process have used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE)
        commands = {
            "bare mcp server": [sys.executable, str(folder / "bare.py")],
            "bandmaster mcp": [sys.executable, "-m", "bandmaster_cli", "mcp"],
        }
        for command in commands.values():
            started(command, folder)  # Warms the file cache and the byte code.
        starts: dict[str, list[Start]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                starts[name].append(started(command, folder))
    cpu = {name: statistics.median(one.cpu for one in runs) for name, runs in starts.items()}
    wall = {name: statistics.median(one.wall for one in runs) for name, runs in starts.items()}
    for name in commands:
        print(f"{name:16} {wall[name]:7.0f} ms wall {cpu[name]:7.0f} ms CPU")
    bare, ours = commands
    ratio, waiting = cpu[ours] / cpu[bare], wall[ours] / wall[bare]
    print(f"ratio            {waiting:7.2f} wall    {ratio:7.2f} CPU   (medians; aim: {AIM})")
    return 0 if ratio <= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
