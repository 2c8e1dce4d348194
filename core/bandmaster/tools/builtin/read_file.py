"""The tool `read_file`: lines of a file as the person sees it, unsaved text included."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bandmaster.changes import split_lines
from bandmaster.errors import ToolFailed
from bandmaster.policy import Action, ActionKind
from bandmaster.tools.resources import resources
from bandmaster.tools.tool import Desk, Hints, Limits, ToolResult
from bandmaster.workspace import Document

_MOST_BYTES = 48_000
_LONGEST_PATH = 1000


class ReadFileInput(BaseModel):
    """What `read_file` takes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    path: Annotated[str, Field(max_length=_LONGEST_PATH, description="File in the workspace")]
    start: Annotated[int, Field(ge=1, description="First line, from 1")] = 1
    limit: Annotated[int, Field(ge=1, le=5000, description="Most lines to show")] = 1000


class ReadFile:
    """Shows part of a text file, and says how to go on."""

    name = "read_file"
    description = (
        "Read a text file of the workspace, unsaved editor text included. "
        "Long files come in parts; the first line of the answer says how to go on."
    )
    input = ReadFileInput
    hints = Hints(read_only=True, destructive=False, idempotent=True, open_world=False)
    limits = Limits(seconds=30, output_bytes=_MOST_BYTES + 2000)

    def action(self, given: ReadFileInput, desk: Desk) -> Action:
        return desk.action(self.name, ActionKind.READ, resources(desk.snapshot, [given.path]))

    def preview(self, given: ReadFileInput, _: Desk) -> str:
        return f"read {given.path}"

    async def run(self, given: ReadFileInput, desk: Desk) -> ToolResult:
        document = await asyncio.to_thread(desk.snapshot.read, given.path)
        lines = split_lines(document.text)
        if given.start > max(len(lines), 1):
            raise ToolFailed(f"{document.path!r} has only {len(lines)} lines")
        shown = _fitting(lines[given.start - 1 : given.start - 1 + given.limit])
        last = given.start - 1 + len(shown)
        return ToolResult(f"{_header(document, given.start, last, len(lines))}\n{''.join(shown)}")


def _fitting(lines: list[str]) -> list[str]:
    """As many of `lines` as the answer holds; a first one that is longer is cut."""
    size = 0
    for number, line in enumerate(lines):
        size += len(line.encode("utf-8", "replace"))
        if size > _MOST_BYTES:
            return lines[:number] or [
                f"{line[: _MOST_BYTES // 4]}… [cut: {len(line):,} characters]"
            ]
    return lines


def _header(document: Document, first: int, last: int, total: int) -> str:
    unsaved = ", unsaved text of an editor" if document.version is not None else ""
    if total == 0:
        return f"[{document.path}: empty{unsaved}]"
    more = f"; go on with start={last + 1}" if last < total else ""
    return f"[{document.path}: lines {first}-{last} of {total}{unsaved}{more}]"
