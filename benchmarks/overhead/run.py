"""What each way to ask a model costs over the same upstream: ours, the bare SDK, and its peers.

Every row runs in a process of its own, each peer in an environment of its own, and all take turns
in short bursts, so that a busy machine is equally busy for everybody. Compare only rows of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PEERS = {
    "litellm_router": "litellm==1.106.2",
    "pydantic_ai_fallback": "pydantic-ai-slim[openai]==2.68.0",
    "langchain_openai": "langchain-openai==1.7.3",
}
ROWS = ("ours", "sdk", "sdk_aiohttp", *PEERS)
CACHE = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "bandmaster-overhead"
FIRST_BODY: dict[str, Any] = {
    "model": "served",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
    "max_tokens": 100,
}
_FLAT = 5.0
"""Megabytes that may stay after many calls."""

_EACH = 1000 / 200
"""From milliseconds of a whole stream to microseconds of one of its chunks: what a stream costs
more than a plain call."""

AIMS = (
    ("call_cpu_ms", "sdk", 1.0),
    ("call_p50_ms", "sdk", 1.0),
    ("call_cpu_ms", "litellm_router", 0.5),
    ("chunk_cpu_us", "sdk", 0.6),
    ("chunk_us", "sdk", 0.6),
    ("chunk_cpu_us", "litellm_router", 0.25),
    ("failover_p50_ms", "pydantic_ai_fallback", 0.5),
)
"""What of ours is to be at most how much of whose."""


@dataclass
class Worker:
    """A row's process, and everything that it measured."""

    name: str
    process: subprocess.Popen[str]
    figures: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def told(self, order: dict[str, Any] | None = None) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if order is not None:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended")
        return json.loads(line)

    def note(self, **figures: float) -> None:
        for name, value in figures.items():
            self.figures.setdefault(name, []).append(value)

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def python_of(row: str) -> str:
    """The interpreter of a row, with what it needs; made when it is first needed."""
    if row not in PEERS:
        return sys.executable
    place = CACHE / row
    interpreter = place / "bin" / "python"
    if not interpreter.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [str(interpreter), "-m", "pip", "install", "--quiet", PEERS[row]]
        subprocess.run(pip, check=True)
    return str(interpreter)


def started(row: str, url: str, body: dict[str, Any]) -> Worker:
    program = [python_of(row), str(HERE / "worker.py"), row, url, json.dumps(body)]
    process = subprocess.Popen(
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "127.0.0.1", "OPENAI_API_KEY": "none"},
    )
    worker = Worker(row, process)
    worker.note(**worker.told())
    return worker


def last_body(url: str) -> dict[str, Any]:
    """The prompt that our engine sent: everybody else sends the same."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url + "/last", timeout=10) as response:
        return json.load(response)


def one_round(worker: Worker, scale: float) -> None:
    def count(usual: int) -> int:
        return max(1, round(usual * scale))

    call = worker.told({"do": "call", "count": count(100)})
    worker.note(
        call_cpu_ms=call["cpu_ms"],
        call_p50_ms=_median(call),
        call_p99_ms=_share(call["walls_ms"], 0.99),
    )
    stream = worker.told({"do": "stream", "count": count(10)})
    worker.note(
        chunk_us=(statistics.median(stream["walls_ms"]) - _median(call)) * _EACH,
        chunk_cpu_us=(stream["cpu_ms"] - call["cpu_ms"]) * _EACH,
    )
    first = worker.told({"do": "first", "count": count(10)})
    worker.note(first_p50_ms=_median(first))
    together = worker.told({"do": "together", "count": count(320)})
    worker.note(c64_cpu_ms=together["cpu_ms"], c64_per_second=together["per_second"])
    failover = worker.told({"do": "failover", "count": count(30)})
    worker.note(failover_p50_ms=_median(failover))
    worker.note(failover_cpu_ms=failover["cpu_ms"])
    worker.note(memory_mb=worker.told({"do": "memory"})["memory_mb"])


def _median(told: dict[str, Any]) -> float:
    return statistics.median(told["walls_ms"])


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def summary(workers: list[Worker]) -> dict[str, dict[str, float]]:
    """The median of all rounds; of memory the last."""
    return {
        worker.name: {
            name: values[-1] if name == "memory_mb" else statistics.median(values)
            for name, values in worker.figures.items()
        }
        for worker in workers
    }


def table(figures: dict[str, dict[str, float]]) -> str:
    names = list(next(iter(figures.values())))
    lines = ["| row | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row, values in figures.items():
        lines.append(f"| {row} | " + " | ".join(f"{values[name]:.3g}" for name in names) + " |")
    return "\n".join(lines)


def ratios(figures: dict[str, dict[str, float]]) -> tuple[str, bool]:
    lines, all_met = list[str](), True
    for name, other, aim in AIMS:
        if other not in figures or "ours" not in figures:
            continue
        ratio = figures["ours"][name] / figures[other][name]
        all_met = all_met and ratio <= aim
        lines.append(f"{name:18} ours / {other:22} {ratio:6.2f}   (aim: at most {aim:g})"
                     f"{'' if ratio <= aim else '   NOT MET'}")  # fmt: skip
    return "\n".join(lines), all_met


def soak(url: str, calls: int, aborts: int) -> int:
    """Whether our memory stays where it is over many calls and many aborted streams.

    The first fifth fills caches of a known size and does not count.
    """
    worker = started("ours", url, FIRST_BODY)
    flat = True
    for do, count in (("soak", calls), ("aborts", aborts)):
        marks = worker.told({"do": do, "count": count})["memory_mb"]
        grown = marks[-1] - marks[2]
        flat = flat and grown < _FLAT
        print(f"{do:8} {count:7}  {' '.join(f'{one:.1f}' for one in marks)} MB  grown {grown:+.1f}")
    worker.end()
    return 0 if flat else 1


def compare(url: str, rows: list[str], rounds: int, scale: float, report: Path | None) -> int:
    workers = [started("ours", url, FIRST_BODY)]
    body = last_body(url)
    workers += [started(row, url, body) for row in rows if row != "ours"]
    for worker in workers:
        one_round(worker, 0.3)  # Warms up; its figures do not count.
        worker.figures = {
            name: values
            for name, values in worker.figures.items()
            if name in ("import_ms", "import_mb", "first_call_ms")
        }
    for number in range(rounds):
        for worker in workers if number % 2 else reversed(workers):
            one_round(worker, scale)
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    for worker in workers:
        worker.end()
    figures = summary(workers)
    told, all_met = ratios(figures)
    print(table(figures), "", told, sep="\n")
    if report is not None:
        report.write_text(json.dumps({"figures": figures, "load": os.getloadavg()}, indent=1))
    return 0 if all_met else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS), help="which, of: " + ", ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual counts")
    parser.add_argument("--report", type=Path, help="write all figures as JSON here")
    parser.add_argument("--soak", action="store_true", help="look at memory instead, ours only")
    parser.add_argument("--calls", type=int, default=100_000, help="with --soak")
    parser.add_argument("--aborts", type=int, default=10_000, help="with --soak")
    options = parser.parse_args()
    program = [sys.executable, str(HERE / "upstream.py")]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as upstream:
        try:
            assert upstream.stdout is not None
            url = f"http://127.0.0.1:{upstream.stdout.readline().strip()}"
            if options.soak:
                return soak(url, options.calls, options.aborts)
            rows = options.rows.split(",")
            return compare(url, rows, options.rounds, options.scale, options.report)
        finally:
            upstream.kill()


if __name__ == "__main__":
    raise SystemExit(main())
