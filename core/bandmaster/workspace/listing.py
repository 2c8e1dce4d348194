"""Which files a workspace holds: git's view, and outside git the same rules read by pathspec."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bandmaster.errors import Unreadable
from bandmaster.findings import Skipped

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NEVER = frozenset(
    ".git .hg .svn .tox .nox .venv venv node_modules __pycache__ .mypy_cache .pytest_cache"
    " .ruff_cache .eggs .idea".split()
)
"""Folders that are not entered outside git, where no ignore file may say so."""
_GIT_SECONDS = 30
_SOON_SECONDS = 2.0
"""For what is nice to know, and goes unknown where git takes longer."""
_MOST_WALKED = 3000
MOST_COMMITS = 100
"""More commits than this are not counted."""


def git_root(start: Path) -> Path | None:
    """The top of the git work tree that holds `start` and does not ignore it, else None."""
    folder = start if start.is_dir() else start.parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None or not top.strip():
        return None
    if _git(folder, "check-ignore", "-q", "--", str(start)) is not None:
        return None
    return Path(os.fsdecode(top.rstrip(b"\r\n")))


def committed(root: Path, path: str) -> bytes | None:
    """The file at `path`, relative to `root`, as it was last committed; None where it was not."""
    return _git(root, "cat-file", "blob", f"HEAD:./{path}")


@dataclass(frozen=True, slots=True)
class Naming:
    """Files that hold a word, and whether all files were looked at."""

    paths: tuple[str, ...]
    complete: bool


def recent_commits(root: Path, path: str, days: int) -> int | None:
    """How many commits changed `path` within so many days; None where that is not to be had soon.

    At most `MOST_COMMITS` are counted.
    """
    log = ("log", f"--since={days}.days", "--format=%h", f"--max-count={MOST_COMMITS}")
    printed = _git(root, "--literal-pathspecs", *log, "--", path, seconds=_SOON_SECONDS)
    return None if printed is None else len(printed.split())


def files_naming(
    root: Path, words: Iterable[str], extensions: Iterable[str], *, git: bool
) -> Naming:
    """Files with these extensions that hold one of `words`, perhaps a few more.

    Outside git the files are only listed, and a large tree not to its end.
    """
    ends = tuple(extensions)
    if git:
        sought = [part for word in words for part in ("-e", word)]
        only = [f"*{end}" for end in ends]
        grep = ("grep", "--untracked", "-lzIFw", *sought, "--", *only)
        done = _run_git(root, *grep, seconds=_SOON_SECONDS)
        if done is None or done.returncode > 1:
            return Naming((), complete=False)
        return Naming(
            tuple(os.fsdecode(one) for one in done.stdout.split(b"\0") if one), complete=True
        )
    walked = list(islice(_walk(root, root, []), _MOST_WALKED))
    found = tuple(one for one in walked if one.endswith(ends))
    return Naming(found, complete=len(walked) < _MOST_WALKED)


def list_files(root: Path, inside: str) -> tuple[list[str], list[Skipped]]:
    """Files at or below `root / inside`, relative to `root`, sorted; and folders not entered.

    A file that is named itself is always listed, ignored or not. Below a folder that git ignores,
    or outside git, ignore files and the usual folders of tools and caches are respected.
    Raises `Unreadable` when there is nothing at `inside`.
    """
    place = root / inside
    if place.is_symlink() or not place.is_dir():
        if not os.path.lexists(place):
            raise Unreadable(inside, "no such file or folder")
        return [inside], []
    if git_root(place) is not None:
        listed = _git(place, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        if listed is not None:
            return _from_git(root, inside, place, listed)
    skipped: list[Skipped] = []
    found = sorted(_walk(root, place, skipped))
    return found, skipped


def _from_git(
    root: Path, inside: str, place: Path, listed: bytes
) -> tuple[list[str], list[Skipped]]:
    """Git's listing; repositories inside this one (submodules) are listed by themselves."""
    found: set[str] = set()
    skipped: list[Skipped] = []
    for raw in listed.split(b"\0"):
        name = os.fsdecode(raw).rstrip("/")
        if not name:
            continue
        path = name if inside == "." else f"{inside}/{name}"
        target = root / path
        if not os.path.lexists(target):
            continue  # Deleted, but still in git's index.
        if target.is_dir() and not target.is_symlink():
            more, odd = list_files(root, path) if target != place else ([], [])
            found.update(more)
            skipped.extend(odd)
        else:
            found.add(path)
    return sorted(found), skipped


def _walk(root: Path, place: Path, skipped: list[Skipped]) -> Iterator[str]:
    """Files below `place` that no ignore file on the way names."""
    from pathspec import GitIgnoreSpec  # Only outside git.

    def refused(error: OSError) -> None:
        shown = Path(error.filename).relative_to(root).as_posix()
        skipped.append(Skipped(shown, "no permission to read"))

    specs: dict[Path, GitIgnoreSpec] = {}
    for folder, folders, files in os.walk(place, onerror=refused):
        here = Path(folder)
        if ".gitignore" in files:
            text = (here / ".gitignore").read_text("utf-8", "replace")
            specs[here] = GitIgnoreSpec.from_lines(text.splitlines())
        chain = [(base, specs[base]) for base in (here, *here.parents) if base in specs]
        folders[:] = sorted(
            name for name in folders if name not in _NEVER and not _ignored(here / name, chain, "/")
        )
        for name in files:
            if not _ignored(here / name, chain, ""):
                yield (here / name).relative_to(root).as_posix()


def _ignored(path: Path, chain: list[tuple[Path, GitIgnoreSpec]], suffix: str) -> bool:
    return any(spec.match_file(path.relative_to(base).as_posix() + suffix) for base, spec in chain)


def _git(folder: Path, *arguments: str, seconds: float = _GIT_SECONDS) -> bytes | None:
    """What git prints, or None where git is missing or says no."""
    done = _run_git(folder, *arguments, seconds=seconds)
    return done.stdout if done is not None and done.returncode == 0 else None


def _run_git(
    folder: Path, *arguments: str, seconds: float
) -> subprocess.CompletedProcess[bytes] | None:
    """How git ended; None where it is missing or took too long."""
    # Inside a git hook, GIT_DIR and its like point at the hook's repository, not at this one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**inherited, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(
            ["git", "-c", "core.fsmonitor=false", *arguments],  # noqa: S607 - from PATH
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
