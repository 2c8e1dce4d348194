"""Paths of the workspace: from what a person, host or model wrote to a file that is inside it."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath

from bandmaster.errors import OutsideWorkspace, Unreadable, WorkspaceError

_HIDDEN = {"Cc", "Cf", "Zl", "Zp"}
"""Unicode categories that a path must not hold: control, bidirectional and zero-width."""
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


def relative(root: Path, written: str) -> str:
    """`written` as a path relative to `root` with forward slashes (`.` is the root).

    Accepts a relative path (counted from the root), or an absolute one inside it, also where it
    names the root through a link; `root` itself is resolved. Every link on the way must lead to a
    place inside the root. Raises `OutsideWorkspace`, or `WorkspaceError` for a path with control
    or invisible characters.
    """
    refuse_hidden_characters(written)
    if os.name != "nt" and (_DRIVE.match(written) or written.startswith("\\\\")):
        raise OutsideWorkspace(f"{written!r} is a Windows path; this machine has none")
    native = written if os.name == "nt" else str(PurePosixPath(written))
    joined = Path(os.path.normpath(root / native))
    inside = _under(root, joined)
    if inside is None:
        inside = _under_another_name(root, joined)
    if inside is None:
        raise OutsideWorkspace(f"{written!r} is outside the workspace {str(root)!r}")
    try:
        refuse_escape(root, inside, written)
    except OSError as error:  # A name may be too long for this machine.
        raise Unreadable(written, str(error.strerror).lower()) from error
    return inside.as_posix()


def refuse_hidden_characters(written: str) -> None:
    """Raises `WorkspaceError` for an empty path, or one with invisible characters."""
    if not written:
        raise WorkspaceError("a path is empty")
    if any(unicodedata.category(character) in _HIDDEN for character in written):
        raise WorkspaceError(f"{written!r} holds control or invisible characters")


def refuse_escape(root: Path, inside: Path, written: str) -> None:
    """Raises `OutsideWorkspace` where a link on the way to `root / inside` leads out of `root`.

    Each hop is looked at: a link to a place outside counts even where it would come back in.
    `root` itself holds no link.
    """
    current, linked = root, False
    for part in inside.parts:
        current = current / part
        if current.is_symlink():
            linked = True
            if _under(root, _target(current)) is None:
                raise OutsideWorkspace(f"{written!r} leads out of the workspace through a link")
    if linked and _under(root, Path(os.path.realpath(current))) is None:
        raise OutsideWorkspace(f"{written!r} leads out of the workspace through a link")


def _target(link: Path) -> Path:
    """Where one link points, made absolute and normal, without following further links."""
    return Path(os.path.normpath(link.parent / link.readlink()))


def _under(root: Path, path: Path) -> Path | None:
    """`path` relative to `root`, or None when it is not below it."""
    try:
        return path.relative_to(root)
    except ValueError:
        return None


def _under_another_name(root: Path, path: Path) -> Path | None:
    """`path` relative to the one of its parents that really is `root`, or None."""
    for parent in (path, *path.parents):
        if os.path.realpath(parent) == str(root):
            return path.relative_to(parent)
    return None
