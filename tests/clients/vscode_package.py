"""The VS Code extension as npm builds it, in a copy so that the checkout stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

SOURCES = Path(__file__).parents[2] / "clients" / "vscode"
BUILD_SECONDS = 600


def need_npm() -> str:
    """The path of npm. Without it a test is skipped, but fails where CI promises it."""
    npm = shutil.which("npm")
    if npm is None:
        without("npm is missing; install Node 20.19 or newer")
    return npm


def without(reason: str) -> NoReturn:
    """Ends a test that lacks a tool."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def build(folder: Path, *scripts: str) -> Path:
    """Copies the extension into `folder`, runs `npm ci` and the scripts; answers the copy."""
    npm = need_npm()
    copy = folder / "vscode"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "*.vsix"))
    for words in (["ci"], *(["run", script] for script in scripts)):
        run = subprocess.run(
            [npm, *words], cwd=copy, capture_output=True, text=True, timeout=BUILD_SECONDS
        )
        assert run.returncode == 0, f"npm {' '.join(words)}\n{run.stdout}{run.stderr}"
    return copy
