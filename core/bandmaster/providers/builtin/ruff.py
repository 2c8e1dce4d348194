"""Asking ruff: a process that sees a private copy of the texts and none of their configuration.

The copy makes unsaved text, any encoding and any file name equal, and keeps ruff from following
links, reading a repository's settings or writing into the workspace.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

from bandmaster.errors import ToolFailed
from bandmaster.providers.builtin.ruff_rules import RUFF_RULES

TIMEOUT_SECONDS = 120.0
MOST_CRASHES = 40
"""So many runs may crash while the texts at fault are looked for."""
_WRONG_USE = 2
"""Ruff's exit code for options that it does not know, and for failures of its own."""
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


Text = tuple[str, str]
"""The path of a file, and what is in it."""


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


@dataclass(frozen=True, slots=True)
class Answer:
    """Reports with the index of their text, and the indexes of texts that ruff gave up on."""

    reports: tuple[tuple[int, Report], ...] = ()
    refused: tuple[int, ...] = ()


async def check(texts: Sequence[Text]) -> Answer:
    """What ruff says of `texts`.

    Code that is nested too deeply makes ruff crash: then the texts are halved until the one at
    fault is found. Raises `ToolFailed` where ruff is missing, fails or takes too long.
    Cancelling ends ruff.
    """
    return await _check(list(enumerate(texts)), _Patience(MOST_CRASHES))


async def _check(texts: Sequence[tuple[int, Text]], patience: _Patience) -> Answer:
    arguments = ["check", *_ALONE, f"--select={','.join(_CODES)}", "--output-format=json", "."]
    try:
        with _private_folder() as folder:
            await _copy(texts, Path(folder))
            printed = await _run(arguments, folder)
    except _Crashed as crash:
        patience.wear(crash)
        if len(texts) == 1:
            return Answer(refused=(texts[0][0],))
        middle = len(texts) // 2
        first, second = [await _check(half, patience) for half in (texts[:middle], texts[middle:])]
        return Answer(first.reports + second.reports, first.refused + second.refused)
    return Answer(tuple((_index(one, folder), one) for one in _reports(printed)))


class _Crashed(ToolFailed):
    """Ruff ended itself: one of the texts is too much for it."""


class _Patience:
    """How many crashes are borne before ruff counts as broken."""

    def __init__(self, crashes: int) -> None:
        self._left = crashes

    def wear(self, crash: _Crashed) -> None:
        self._left -= 1
        if self._left < 0:
            raise ToolFailed(str(crash)) from None


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="bandmaster-", ignore_cleanup_errors=True)


def _copied(index: int, path: str) -> str:
    """The name of a copy; ruff looks at the suffix and at `__init__` only."""
    suffix = ".pyi" if path.endswith(".pyi") else ".py"
    if path.rpartition("/")[2] == f"__init__{suffix}":
        return f"{index}/__init__{suffix}"
    return f"{index}{suffix}"


async def _copy(texts: Sequence[tuple[int, Text]], folder: Path) -> None:
    """Write the texts into `folder`; when cancelled, not before nothing is written any more."""
    stop = threading.Event()
    writing = asyncio.create_task(asyncio.to_thread(_write, texts, folder, stop))
    try:
        await asyncio.shield(writing)
    finally:
        stop.set()
        await asyncio.wait([writing])


def _write(texts: Sequence[tuple[int, Text]], folder: Path, stop: threading.Event) -> None:
    for index, (path, text) in texts:
        if stop.is_set():
            return
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


async def _run(arguments: Sequence[str], folder: str) -> bytes:
    """What ruff prints when it is started in `folder`."""
    try:
        process = await asyncio.create_subprocess_exec(
            _program(),
            *arguments,
            cwd=folder,
            env={key: value for key, value in os.environ.items() if not key.startswith("RUFF_")},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise ToolFailed(f"ruff could not be started: {error.strerror}") from None
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            printed, complaint = await process.communicate()
    except TimeoutError:
        raise ToolFailed(f"ruff took longer than {TIMEOUT_SECONDS:.0f} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == _WRONG_USE:
        raise ToolFailed(f"ruff failed: {_first_line(complaint)}")
    if process.returncode:
        raise _Crashed("ruff crashes on this code")
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
