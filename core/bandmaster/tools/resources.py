"""The paths that an action touches: as written, and every place that links on the way lead to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bandmaster.workspace import Snapshot


def resources(snapshot: Snapshot, paths: Iterable[str]) -> tuple[str, ...]:
    """Each path relative to the root, followed by what it is behind links, so that a rule for
    either counts. Raises `OutsideWorkspace` or `WorkspaceError`."""
    found: dict[str, None] = {}
    for path in paths:
        inside = snapshot.relative(path)
        found[inside] = None
        for hop in _hops(snapshot, inside):
            found[hop] = None
    return tuple(found)


def _hops(snapshot: Snapshot, inside: str) -> Iterable[str]:
    """`inside` with one link after another replaced by its target."""
    steps = inside.split("/")
    for number in range(1, len(steps) + 1):
        prefix = snapshot.root.joinpath(*steps[:number])
        if prefix.is_symlink():
            near = Path(os.path.normpath(prefix.parent / prefix.readlink()))
            for target in (near, prefix.resolve()):
                yield snapshot.relative(str(target.joinpath(*steps[number:])))
