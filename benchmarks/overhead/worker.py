"""Measures one row in a process of its own, as it is told on stdin; needs nothing but the row.

Commands are `{"do": …, "count": …}`, one a line; each is answered with one line of figures.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Doing = Callable[[], Awaitable[object]]
_AT_ONCE = 64
_CHUNKS = 200


def memory() -> float:
    """Megabytes that this process holds."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def sequential(doing: Doing, count: int) -> dict[str, Any]:
    walls = list[float]()
    cpu = time.process_time()
    for _ in range(count):
        begun = time.perf_counter()
        await doing()
        walls.append((time.perf_counter() - begun) * 1000)
    return {"cpu_ms": (time.process_time() - cpu) / count * 1000, "walls_ms": walls}


async def concurrent(doing: Doing, count: int) -> dict[str, Any]:
    left, walls = count, list[float]()

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            begun = time.perf_counter()
            await doing()
            walls.append((time.perf_counter() - begun) * 1000)

    cpu, begun = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    took = time.perf_counter() - begun
    return {
        "cpu_ms": (time.process_time() - cpu) / count * 1000,
        "walls_ms": walls,
        "per_second": count / took,
    }


async def first_words(row: Any, count: int) -> dict[str, Any]:
    """How long the first text takes, where the rest comes later."""
    walls = list[float]()
    for _ in range(count):
        heard: list[float] = []
        begun = time.perf_counter()
        await row.stream(lambda _, heard=heard: heard.append(time.perf_counter()), late=True)
        walls.append((heard[0] - begun) * 1000)
    return {"walls_ms": walls}


def streamed(row: Any) -> Doing:
    """A whole stream, of which every piece is looked at."""

    async def doing() -> None:
        said: list[str] = []
        await row.stream(said.append, late=False)
        assert len(said) == _CHUNKS, len(said)

    return doing


async def soak(doing: Doing, count: int) -> dict[str, Any]:
    """Memory before and after, with a round of warming up that nobody counts."""
    marks = list[float]()
    for part in range(11):
        for _ in range(max(1, count // 10 if part else count // 20)):
            await doing()
        gc.collect()
        marks.append(memory())
    return {"memory_mb": marks}


async def obey(row: Any, order: dict[str, Any]) -> dict[str, Any]:
    count = int(order.get("count", 1))
    match order["do"]:
        case "call":
            return await sequential(row.call, count)
        case "together":
            return await concurrent(row.call, count)
        case "stream":
            return await sequential(streamed(row), count)
        case "first":
            return await first_words(row, count)
        case "failover":
            return await sequential(row.failover, count)
        case "soak":
            return await soak(row.call, count)
        case "aborts":
            return await soak(row.abort, count)
        case _:
            return {"memory_mb": memory(), "threads": len(os.listdir("/proc/self/task"))}


async def main(url: str, body: dict[str, Any], imported: dict[str, Any]) -> None:
    begun = time.perf_counter()
    row = imported["module"].Row(url, body)
    await row.call()
    first = (time.perf_counter() - begun) * 1000
    figures = {name: imported[name] for name in ("import_ms", "import_mb")}
    print(json.dumps(figures | {"first_call_ms": first}), flush=True)
    for line in iter(sys.stdin.readline, ""):
        print(json.dumps(await obey(row, json.loads(line))), flush=True)
    await row.close()


def start() -> None:
    name, url, body = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    sys.path.insert(0, str(Path(__file__).parent))
    begun = time.perf_counter()
    module = importlib.import_module(f"rows.{name}")
    took = (time.perf_counter() - begun) * 1000
    imported = {"module": module, "import_ms": took, "import_mb": memory()}
    asyncio.run(main(url, body, imported))


if __name__ == "__main__":
    start()
