"""How long a review takes, beside `ruff check` with the same rules on the same files.

    python benchmarks/review.py [PATH…]     default: textual and httpx2, where they are installed

Each command runs several times, in turns; the fastest run of each counts. Times are seconds of
the clock, the start of the interpreter included.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ruff import find_ruff_bin

from bandmaster.providers.builtin.ruff_rules import RUFF_RULES

ROUNDS = 5
_REVIEW = """
import asyncio, sys
from pathlib import Path
from bandmaster.engine.metering import RunMeter
from bandmaster.engine.performer import Desk
from bandmaster.providers.builtin import Builtin
from bandmaster.providers.builtin.review import review
from bandmaster.ledger import Ledger
from bandmaster.models import Calibration
from bandmaster.settings import Settings
from bandmaster.store import Database
from bandmaster.tasks import Kind, Task
from bandmaster.workspace import Workspace
snapshot = Workspace(Path(sys.argv[1]), 1_000_000).snapshot()
task, ledger = Task(kind=Kind.REVIEW), Ledger(Database(Path("unused")), Path("."))
meter = RunMeter(Builtin(), task, ledger, Calibration())
desk = Desk(snapshot, Settings(), lambda event: None, meter)
done = asyncio.run(review(task, desk))
print(done.result.examined, len(done.result.findings))
"""


def review_of(folder: Path) -> str:
    return _output([sys.executable, "-c", _REVIEW, str(folder)])


def ruff_check_of(folder: Path) -> str:
    codes = ",".join(sorted(code for code in RUFF_RULES if code != "invalid-syntax"))
    options = ["--isolated", "--no-cache", "--exit-zero", "--output-format=json"]
    return _output([find_ruff_bin(), "check", *options, f"--select={codes}", str(folder)])


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def seconds(work: Callable[[Path], str], folder: Path) -> float:
    start = time.perf_counter()
    work(folder)
    return time.perf_counter() - start


def installed(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found is not None and found.origin else None


def main() -> None:
    named = [Path(argument).resolve() for argument in sys.argv[1:]]
    folders = named or [one for one in map(installed, ("textual", "httpx2")) if one is not None]
    print(f"{'folder':<24}{'files':>7}{'findings':>10}{'review s':>10}{'ruff s':>9}{'ratio':>8}")
    for folder in folders:
        examined, findings = review_of(folder).split()
        times = [
            (seconds(review_of, folder), seconds(ruff_check_of, folder)) for _ in range(ROUNDS)
        ]
        ours, ruffs = (min(column) for column in zip(*times, strict=True))
        ratio = ours / ruffs
        print(
            f"{folder.name:<24}{examined:>7}{findings:>10}{ours:>10.2f}{ruffs:>9.2f}{ratio:>8.1f}"
        )


if __name__ == "__main__":
    main()
