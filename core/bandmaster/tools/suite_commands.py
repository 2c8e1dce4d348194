"""How a project runs its tests: the configured command, or the one that its files speak for."""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bandmaster.errors import ToolFailed


@dataclass(frozen=True, slots=True)
class SuiteCommand:
    """A test program. `paths` and `name` say how it takes a selection; None: it takes none."""

    argv: tuple[str, ...]
    paths: Callable[[tuple[str, ...]], tuple[str, ...]] | None
    name: tuple[str, ...] | None
    everything: tuple[str, ...] = ()
    """What is added where nothing is selected."""

    def select(self, paths: tuple[str, ...], name: str) -> tuple[str, ...]:
        """The argument list for these tests. Raises `ToolFailed` where it cannot select so."""
        argv = self.argv
        if name:
            if self.name is None:
                raise ToolFailed(f"{self.argv[0]!r} does not take 'name'; leave it out")
            argv = (*argv, *self.name, name)
        if paths:
            if self.paths is None:
                raise ToolFailed(f"{self.argv[0]!r} does not take 'paths'; leave them out")
            return (*argv, *self.paths(paths))
        return (*argv, *self.everything)


def find_command(root: Path, configured: tuple[str, ...]) -> SuiteCommand:
    """The project's test command. Raises `ToolFailed` where nothing speaks for one."""
    if configured:
        return SuiteCommand(configured, _as_they_are, None)
    for find in (_python, _npm, _go, _cargo, _make):
        if command := find(root):
            return command
    raise ToolFailed(
        "no test command was found; the person can set one in bandmaster.toml: "
        '[testing] command = ["program", "argument"]'
    )


def _as_they_are(paths: tuple[str, ...]) -> tuple[str, ...]:
    return paths


def _python(root: Path) -> SuiteCommand | None:
    if not _has_python_tests(root):
        return None
    python = _interpreter(root)
    if _wants_pytest(root) or _has_pytest(python):
        return SuiteCommand((python, "-m", "pytest", "-q"), _as_they_are, ("-k",))
    return SuiteCommand((python, "-m", "unittest"), _as_they_are, ("-k",), ("discover",))


def _has_python_tests(root: Path) -> bool:
    if _wants_pytest(root):
        return True
    folders = (root, root / "tests", root / "test")
    return any(next(folder.glob("test*.py"), None) for folder in folders if folder.is_dir())


def _wants_pytest(root: Path) -> bool:
    """Whether the project's files speak of pytest."""
    if any((root / name).is_file() for name in ("pytest.ini", "conftest.py", "tests/conftest.py")):
        return True
    tool = _toml(root / "pyproject.toml").get("tool")
    if isinstance(tool, dict) and "pytest" in tool:
        return True
    return any(
        section in _text(root / name)
        for name, section in (("setup.cfg", "[tool:pytest]"), ("tox.ini", "[pytest]"))
    )


def _interpreter(root: Path) -> str:
    """The project's own Python where it has an environment, else the one on the path."""
    for place in (".venv/bin/python", "venv/bin/python", ".venv/Scripts/python.exe"):
        if (root / place).exists():
            return place
    return shutil.which("python3") or sys.executable


def _has_pytest(python: str) -> bool:
    return Path(python).is_absolute() and Path(python).with_name("pytest").exists()


def _npm(root: Path) -> SuiteCommand | None:
    scripts = _json(root / "package.json").get("scripts")
    if not isinstance(scripts, dict):
        return None
    script = cast("dict[str, object]", scripts).get("test")
    if not isinstance(script, str) or "no test specified" in script:
        return None
    return SuiteCommand(("npm", "test", "--silent"), lambda paths: ("--", *paths), None)


def _go(root: Path) -> SuiteCommand | None:
    if not (root / "go.mod").is_file():
        return None
    return SuiteCommand(("go", "test"), _go_packages, ("-run",), ("./...",))


def _go_packages(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Go takes folders: a file stands for its own."""
    folders = (path.rpartition("/")[0] if path.endswith(".go") else path for path in paths)
    return tuple(dict.fromkeys(f"./{folder}".rstrip("/") or "." for folder in folders))


def _cargo(root: Path) -> SuiteCommand | None:
    if not (root / "Cargo.toml").is_file():
        return None
    return SuiteCommand(("cargo", "test"), None, ())


def _make(root: Path) -> SuiteCommand | None:
    text = _text(root / "Makefile") or _text(root / "makefile")
    if not any(line.startswith(("test:", "test :")) for line in text.splitlines()):
        return None
    return SuiteCommand(("make", "test"), None, None)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}


def _json(path: Path) -> dict[str, object]:
    try:
        value: object = json.loads(_text(path) or "{}")
    except ValueError:
        return {}
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
