"""Asking ruff: a process that sees a private copy of the texts and none of their configuration.

The copy makes unsaved text, any encoding and any file name equal, and keeps ruff from following
links, reading a repository's settings or writing into the workspace.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict, cast

from bandmaster.errors import ToolFailed
from bandmaster.providers.builtin.ruff_rules import RUFF_RULES

TIMEOUT_SECONDS = 120.0
COMPLEXITY = 20
"""Functions with more paths than this are reported."""

_ALONE = (
    "--isolated",
    "--no-cache",
    "--quiet",
    "--exit-zero",
    "--no-respect-gitignore",
    "--config=exclude=[]",
    f"--config=lint.mccabe.max-complexity={COMPLEXITY}",
    # The newest stable Python: syntax that a project may use is not an error here.
    "--target-version=py314",
)
_CODES = tuple(sorted(code for code in RUFF_RULES if code != "invalid-syntax"))


class Place(TypedDict):
    """A place as ruff writes it; columns count code points."""

    row: int
    column: int


class Edit(TypedDict):
    """An edit as ruff writes it."""

    content: str
    location: Place
    end_location: Place


class Mending(TypedDict):
    """A fix as ruff writes it."""

    applicability: str
    edits: list[Edit]
    message: str | None


class Report(TypedDict):
    """One finding as ruff writes it."""

    code: str | None
    name: str
    message: str
    filename: str
    location: Place
    end_location: Place
    fix: Mending | None
    url: str | None


async def check(texts: Sequence[tuple[str, str]]) -> list[tuple[int, Report]]:
    """What ruff says of `texts` (pairs of path and text), each with the index of its text.

    Raises `ToolFailed` where ruff is missing, fails or takes too long. Cancelling ends ruff.
    """
    arguments = ["check", *_ALONE, f"--select={','.join(_CODES)}", "--output-format=json", "."]
    with tempfile.TemporaryDirectory(prefix="bandmaster-", ignore_cleanup_errors=True) as folder:
        await asyncio.to_thread(_copy, texts, Path(folder))
        printed = await _run(arguments, b"", folder)
    return [(_index(report, folder), report) for report in _reports(printed)]


async def fix(path: str, text: str, codes: Iterable[str]) -> str:
    """`text` with ruff's safe fixes for the rules `codes`, until nothing more changes.

    Raises `ToolFailed` where ruff is missing, fails or takes too long. Cancelling ends ruff.
    """
    select = f"--select={','.join(sorted(codes))}"
    name = f"--stdin-filename={_copied(0, path)}"
    with tempfile.TemporaryDirectory(prefix="bandmaster-", ignore_cleanup_errors=True) as folder:
        arguments = ["check", *_ALONE, select, "--fix-only", name, "-"]
        printed = await _run(arguments, _encoded(text), folder)
    return printed.decode("utf-8")


def _copied(index: int, path: str) -> str:
    """The name of a copy; ruff looks at the suffix and at `__init__` only."""
    suffix = ".pyi" if path.endswith(".pyi") else ".py"
    if path.rpartition("/")[2] == f"__init__{suffix}":
        return f"{index}/__init__{suffix}"
    return f"{index}{suffix}"


def _copy(texts: Sequence[tuple[str, str]], folder: Path) -> None:
    for index, (path, text) in enumerate(texts):
        target = folder / _copied(index, path)
        if target.parent != folder:
            target.parent.mkdir()
        target.write_bytes(_encoded(text))


def _encoded(text: str) -> bytes:
    """Lone surrogates, which an editor may send, count as one character like any other."""
    return text.encode("utf-8", "replace")


def _index(report: Report, folder: str) -> int:
    inside = Path(report["filename"]).relative_to(Path(folder).resolve())
    return int(inside.parts[0].partition(".")[0])


def _reports(printed: bytes) -> list[Report]:
    try:
        return cast("list[Report]", json.loads(printed))
    except ValueError:
        raise ToolFailed("ruff printed something that is not JSON") from None


async def _run(arguments: Sequence[str], stdin: bytes, folder: str) -> bytes:
    """What ruff prints when it is started in `folder`."""
    try:
        process = await asyncio.create_subprocess_exec(
            _program(),
            *arguments,
            cwd=folder,
            env={key: value for key, value in os.environ.items() if not key.startswith("RUFF_")},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise ToolFailed(f"ruff could not be started: {error.strerror}") from None
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            printed, complaint = await process.communicate(stdin)
    except TimeoutError:
        raise ToolFailed(f"ruff took longer than {TIMEOUT_SECONDS:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ToolFailed(f"ruff failed: {_first_line(complaint)}")
    return printed


def _program() -> str:
    """The ruff that was installed with us. Raises `ToolFailed` where it is missing."""
    try:
        # Ruff's package ships no types. It is imported here so that its absence can be told.
        from ruff import find_ruff_bin  # pyright: ignore[reportMissingTypeStubs]

        return find_ruff_bin()
    except (ImportError, FileNotFoundError):
        raise ToolFailed("ruff is not installed; put it right with: pip install ruff") from None


def _first_line(complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else "it gave no reason"
