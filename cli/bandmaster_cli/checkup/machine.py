"""Programs and abilities of this machine."""

from __future__ import annotations

import asyncio
import ctypes
import platform
import re
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version

from bandmaster_cli.checkup.check import Check, State

_GROUP = "Machine"
_SECONDS = 5.0
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ASK_VERSION = 1


async def check_machine() -> tuple[Check, ...]:
    """All programs at once; none may hang."""
    python = f"{platform.python_version()} ({sys.executable})"
    programs = await asyncio.gather(
        _program("git", ("git", "--version"), needed="the files of a project are git's list"),
        _program("ruff", (sys.executable, "-m", "ruff", "--version"), needed="review and fix"),
        _program("Node.js", ("node", "--version"), otherwise="only to build the VS Code client"),
        _program("Neovim", ("nvim", "--version"), otherwise="only as one of the editors"),
    )
    return (
        Check(_GROUP, "Python", State.OK, python),
        *programs,
        _grammars(),
        await asyncio.to_thread(_sandbox),
    )


async def _program(
    name: str, command: Sequence[str], *, needed: str = "", otherwise: str = ""
) -> Check:
    """Whether a program answers with its version; one that is `needed` for something must."""
    answer = await _first_line(command)
    if found := re.search(r"\d+(\.\d+)+\S*", answer):
        return Check(_GROUP, name, State.OK, found[0])
    if needed:
        return Check(_GROUP, name, State.FAIL, f"not found; needed: {needed}")
    return Check(_GROUP, name, State.NONE, f"not found; {otherwise}")


async def _first_line(command: Sequence[str]) -> str:
    if shutil.which(command[0]) is None:
        return ""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode("utf-8", "replace").partition("\n")[0]


def _grammars() -> Check:
    """The tree-sitter grammars that this distribution asks for, and which of them are there."""
    names = {re.split(r"[^\w.-]", line)[0] for line in requires("bandmaster") or ()}
    wanted = sorted(name for name in names if name.startswith("tree-sitter-"))
    missing: list[str] = []
    for name in wanted:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check(_GROUP, "grammars", State.FAIL, f"not installed: {', '.join(missing)}")
    languages = ", ".join(name.removeprefix("tree-sitter-") for name in wanted)
    return Check(_GROUP, "grammars", State.OK, languages)


def _sandbox() -> Check:
    """What commands of models can be locked into."""
    found = [name for name in ("bwrap", "firejail", "sandbox-exec") if shutil.which(name)]
    if sys.platform == "linux" and (level := _landlock()) > 0:
        found.append(f"Landlock (version {level})")
    if found:
        return Check(_GROUP, "sandbox", State.OK, ", ".join(found))
    return Check(_GROUP, "sandbox", State.NONE, "neither bwrap nor Landlock is there")


def _landlock() -> int:
    """The version of Landlock that the kernel speaks; 0 or less where it has none."""
    with suppress(OSError, AttributeError):
        ask = ctypes.CDLL(None).syscall
        return int(ask(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_ASK_VERSION))
    return 0
