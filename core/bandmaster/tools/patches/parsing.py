"""Which format a patch is written in; each has its own file."""

from __future__ import annotations

from bandmaster.errors import ToolFailed
from bandmaster.tools.patches import envelope, unified
from bandmaster.tools.patches.patch import Patch
from bandmaster.tools.patches.rows import lines_of


def parse(text: str) -> Patch:
    """The patch in `text`. Raises `ToolFailed` with the fault and the line where it is."""
    lines = lines_of(text)
    if any(line.rstrip() == envelope.BEGIN for line in lines):
        files = envelope.parse(lines)
    elif any(line.startswith(("--- ", "diff --git ")) for line in lines):
        files = unified.parse(lines)
    else:
        raise ToolFailed(
            "this is no patch: send a unified diff (---, +++, @@ lines), or "
            f"'{envelope.BEGIN}' … '{envelope.END}' with '*** Update File: PATH' and @@ hunks"
        )
    if not files:
        raise ToolFailed("the patch names no file")
    return Patch(files)
