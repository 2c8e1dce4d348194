"""Writing a change set to disk: all files or none, and never over somebody else's change."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bandmaster.changes import ChangeSet, FileChange, digest
from bandmaster.errors import Conflict, Unreadable, WorkspaceError
from bandmaster.workspace.documents import encode, read_bytes
from bandmaster.workspace.workspace import Snapshot

_ANY_SIZE = 1 << 40


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file ready to be put in place: `new` is None where the target goes away."""

    target: Path
    shown: str
    sha256: str | None
    new: Path | None
    old: Path | None
    """A copy of the target as it was, for the way back."""


def apply_changes(snapshot: Snapshot, changes: ChangeSet) -> tuple[str, ...]:
    """Write `changes` and return the paths that were written.

    Blocking; call it in a thread, where Ctrl-C cannot cut it in two. Every path is checked again
    against the workspace, every file against the hash that the change was made from, just before
    the first one is replaced; new texts are written beside their targets and renamed. Raises
    `Conflict` when a file changed meanwhile, is held unsaved by an editor, or was to be new and
    is there; `OutsideWorkspace` and `WorkspaceError` where a file cannot be written. Then nothing
    has changed.
    """
    wanted = [change for change in changes.files if change.changed]
    for change in wanted:
        _refuse_unsaved(snapshot, change)
    with _staged(snapshot, wanted) as staged:
        for one in staged:
            _refuse_changed(one)
        _replace_all(staged)
    return tuple(change.path for change in wanted)


def _refuse_unsaved(snapshot: Snapshot, change: FileChange) -> None:
    overlay = snapshot.overlays.get(snapshot.relative(change.path))
    if overlay is not None and overlay.text != change.before:
        raise Conflict(f"{change.path!r} has other unsaved changes in an editor")


@contextmanager
def _staged(snapshot: Snapshot, changes: list[FileChange]) -> Generator[list[_Staged]]:
    """New texts and copies of the old ones, beside their targets; removed again at the end."""
    staged: list[_Staged] = []
    made: list[Path] = []
    try:
        for change in changes:
            staged.append(_stage(snapshot, change, made))
        yield staged
    except OSError as error:
        raise WorkspaceError(f"cannot write: {error}") from error
    finally:
        for one in staged:
            for leftover in (one.new, one.old):
                if leftover is not None:
                    leftover.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()  # Only where it is still empty: nothing was written after all.


def _stage(snapshot: Snapshot, change: FileChange, made: list[Path]) -> _Staged:
    inside = snapshot.relative(change.path)
    target = snapshot.root / inside
    if target.is_symlink():
        raise WorkspaceError(f"{change.path!r} is a link; edit the file that it leads to")
    data = None if change.after is None else encode(change.after, change.encoding, change.path)
    before = _read_old(target, change.path) if target.exists() else None
    made.extend(_make_folders(target.parent))
    old = None if before is None else _copy(target, before)
    try:
        new = None if data is None else _copy(target, data)
    except OSError:
        if old is not None:
            old.unlink(missing_ok=True)
        raise
    return _Staged(target, change.path, change.sha256, new, old)


def _read_old(target: Path, shown: str) -> bytes:
    if target.stat().st_nlink > 1:
        raise WorkspaceError(f"{shown!r} has several hard links; it is not replaced")
    return read_bytes(target, shown, _ANY_SIZE)


def _make_folders(folder: Path) -> list[Path]:
    """Make `folder` and return the ones that were not there, outermost first."""
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir()
    return missing[::-1]


def _copy(target: Path, data: bytes) -> Path:
    """A file beside `target` with `data` and the target's permissions, safely on disk."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path = Path(name)
    path.chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
    return path


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _refuse_changed(one: _Staged) -> None:
    try:
        now = digest(read_bytes(one.target, one.shown, _ANY_SIZE))
    except Unreadable as error:
        if one.sha256 is None and error.reason == "no such file":
            return
        raise Conflict(f"{one.shown!r} is gone or cannot be read any more") from error
    if one.sha256 is None:
        raise Conflict(f"{one.shown!r} was to be a new file, but is there already")
    if now != one.sha256:
        raise Conflict(f"{one.shown!r} changed since the edit was made; run it again")


def _replace_all(staged: list[_Staged]) -> None:
    """Put every file in place; if one fails, put back those that were done."""
    done: list[_Staged] = []
    try:
        for one in staged:
            done.append(one)
            if one.new is None:
                one.target.unlink()
            else:
                one.new.replace(one.target)
    except OSError:
        for one in reversed(done):
            if one.old is None:
                one.target.unlink(missing_ok=True)
            else:
                one.old.replace(one.target)
        raise
