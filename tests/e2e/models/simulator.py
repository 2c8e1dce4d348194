"""The third-party model simulator (`@copilotkit/aimock`) as a real process."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures.json"


@dataclass(frozen=True)
class Simulator:
    """A running simulator."""

    url: str

    def journal(self) -> list[Any]:
        """What it was asked since the last reset, oldest first."""
        return self._call("GET", "/__aimock/journal")

    def asked(self) -> list[str]:
        """The models that were asked, in order; other requests are left out."""
        return [one["body"]["model"] for one in self.journal() if "model" in (one["body"] or ())]

    def reset(self) -> None:
        """Nothing was asked yet, and every sequence begins anew."""
        self._call("POST", "/__aimock/reset")
        self._call("POST", "/__aimock/fixtures", FIXTURES.read_bytes())

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(self.url + path, body, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as response:
            return json.load(response)


def command() -> list[str] | None:
    """The command that starts the simulator; None where it is not installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    tools = Path(os.environ.get("BANDMASTER_TEST_TOOLS") or cache / "bandmaster-tests")
    script = tools / "aimock/node_modules/@copilotkit/aimock/dist/cli.js"
    node = shutil.which("node")
    return [node, str(script)] if node and script.exists() else None


@contextmanager
def running(program: list[str]) -> Generator[Simulator]:
    """A simulator with the fixtures of this folder, ended at the end whatever happens."""
    options = ["--port", "0", "--fixtures", str(FIXTURES), "--strict"]
    process = subprocess.Popen(
        [*program, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield Simulator(_address(process))
    finally:
        process.kill()
        process.communicate(timeout=10)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it listens, from its own words. It ends by itself when it cannot start."""
    assert process.stdout is not None
    heard: list[str] = []
    for line in process.stdout:
        heard.append(line)
        if found := re.search(r"listening on (http://\S+)", line):
            return found[1]
    raise AssertionError("the simulator did not start:\n" + "".join(heard))
