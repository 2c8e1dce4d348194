"""The tool `apply_patch`: edits, new, moved and deleted files, all of them or none."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bandmaster.changes import ChangeSet, FileChange
from bandmaster.policy import Action, ActionKind
from bandmaster.tools.patches import Patch, Step, changes_of, parse
from bandmaster.tools.resources import resources
from bandmaster.tools.tool import Desk, Hints, Limits, ToolResult
from bandmaster.workspace import apply_changes

_LONGEST_PATCH = 1_000_000


class ApplyPatchInput(BaseModel):
    """What `apply_patch` takes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    patch: Annotated[
        str,
        Field(
            min_length=1,
            max_length=_LONGEST_PATCH,
            description=(
                "A unified diff, or '*** Begin Patch' with '*** Update File: p', '@@ line above' "
                "and rows starting with ' ', '-' or '+', '*** Add File: p', '*** Delete File: p', "
                "'*** Move to: p', then '*** End Patch'"
            ),
        ),
    ]
    dry_run: Annotated[bool, Field(description="Only show the diff; write nothing")] = False


class ApplyPatch:
    """Writes a patch to the workspace."""

    name = "apply_patch"
    description = (
        "Edit, add, move or delete files of the workspace with one patch: all of it is applied "
        "or nothing. Give three lines of context around each change."
    )
    input = ApplyPatchInput
    hints = Hints(read_only=False, destructive=True, idempotent=False, open_world=False)
    limits = Limits(seconds=60, output_bytes=48_000)

    def action(self, given: ApplyPatchInput, desk: Desk) -> Action:
        patch = parse(given.patch)
        kind = ActionKind.READ if given.dry_run else _kind(patch)
        return desk.action(self.name, kind, resources(desk.snapshot, patch.paths))

    def preview(self, given: ApplyPatchInput, desk: Desk) -> str:
        return _changes(given, desk).diff()

    async def run(self, given: ApplyPatchInput, desk: Desk) -> ToolResult:
        changes = await asyncio.to_thread(_changes, given, desk)
        if not changes:
            return ToolResult("The files already are as the patch wants them; nothing to write")
        if given.dry_run:
            return ToolResult(f"The patch fits; nothing was written.\n{changes.diff()}")
        await asyncio.shield(asyncio.to_thread(apply_changes, desk.snapshot, changes))
        return ToolResult("Applied:\n" + "\n".join(_line(change) for change in changes.files))


def _changes(given: ApplyPatchInput, desk: Desk) -> ChangeSet:
    return changes_of(parse(given.patch), desk.snapshot, desk.may_read)


def _kind(patch: Patch) -> ActionKind:
    """The gravest thing that the patch does."""
    if any(file.step is Step.DELETE for file in patch.files):
        return ActionKind.DELETE
    if any(file.moved_to is not None for file in patch.files):
        return ActionKind.MOVE
    return ActionKind.WRITE


def _line(change: FileChange) -> str:
    added, removed = change.size
    what = "edited"
    if change.before is None:
        what = "added"
    elif change.after is None:
        what = "deleted"
    return f"{what} {change.path} (+{added} -{removed})"
