"""CPU of `bandmaster --version` beside that of an interpreter that does nothing, in one run.

Run it with the interpreter that has Bandmaster: `python benchmarks/cli_start.py`. Ends with 1
where the command takes 0.15 s of CPU or more.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LIMIT_SECONDS = 0.15
ROUNDS = 15


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of one run."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    bandmaster = str(Path(sys.executable).with_name("bandmaster"))
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        bare.append(cpu_seconds((sys.executable, "-c", "pass")))
        ours.append(cpu_seconds((bandmaster, "--version")))
    took, nothing = statistics.median(ours), statistics.median(bare)
    print(f"python -c pass        {nothing * 1000:6.1f} ms CPU (median of {ROUNDS})")
    print(f"bandmaster --version  {took * 1000:6.1f} ms CPU, {took / nothing:.2f} times as much")
    return int(took >= LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
