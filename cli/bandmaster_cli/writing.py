"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bandmaster import UsageError


def write_whole(target: Path, text: str) -> None:
    """Put `text` at `target` in one step: an interruption leaves the old file, or none.

    Raises `UsageError` where it cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    if target.exists() and not target.is_file():
        _write_device(target, data)
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).chmod(_mode(target))
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{str(target)!r} cannot be written: {error.strerror}") from error


def write_new(target: Path, text: str) -> None:
    """Make the file `target`, and its folder, with `text`.

    Raises `FileExistsError` where it is there, `UsageError` where it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
                file.flush()
            except BaseException:
                target.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise
    except OSError as error:
        raise UsageError(f"{str(target)!r} cannot be written: {error.strerror}") from error


def _write_device(target: Path, data: bytes) -> None:
    """`/dev/stdout` and named pipes are written to, not replaced."""
    try:
        with target.open("wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"{str(target)!r} cannot be written: {error.strerror}") from error


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those that a new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
