"""From a patch to a change set: every hunk in its place, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bandmaster.changes import ChangeSet, FileChange, split_lines
from bandmaster.errors import ToolFailed, Unreadable
from bandmaster.tools.patches.patch import FilePatch, Mark, Patch, Step
from bandmaster.tools.patches.placing import Placed, Unplaced, place
from bandmaster.tools.patches.rewriting import rewritten
from bandmaster.tools.patches.telling import misfit
from bandmaster.workspace import Document, Snapshot

_MOST_FAULTS = 5


@dataclass(slots=True)
class _Draft:
    """The files of the patch as they were and as they are after the parts so far."""

    snapshot: Snapshot
    may_read: Callable[[str], bool]
    before: dict[str, Document | None] = field(default_factory=dict[str, Document | None])
    after: dict[str, str | None] = field(default_factory=dict[str, str | None])
    faults: list[str] = field(default_factory=list[str])

    def text(self, path: str) -> str | None:
        """The text at `path` now; None where there is no file. Raises `Unreadable`."""
        if path not in self.after:
            try:
                document = self.snapshot.read(path)
            except Unreadable as error:
                if error.reason != "no such file":
                    raise
                document = None
            self.before[path] = document
            self.after[path] = None if document is None else document.text
        return self.after[path]


def changes_of(patch: Patch, snapshot: Snapshot, may_read: Callable[[str], bool]) -> ChangeSet:
    """What `patch` makes of the files.

    Raises `ToolFailed` with every hunk that has no sure place and the nearest text to it, as far
    as `may_read` allows to show it; or `WorkspaceError` for a file that cannot be patched.
    """
    draft = _Draft(snapshot, may_read)
    for file in patch.files:
        _change(file, draft)
    if draft.faults:
        more = len(draft.faults) - _MOST_FAULTS
        told = [*draft.faults[:_MOST_FAULTS], *([f"… and {more} more"] if more > 0 else [])]
        raise ToolFailed("\n\n".join(["the patch does not fit; nothing was changed", *told]))
    changes = (_file_change(draft, path) for path in draft.after)
    return ChangeSet("patch", tuple(change for change in changes if change.changed))


def _change(file: FilePatch, draft: _Draft) -> None:
    path = draft.snapshot.relative(file.path)
    text = draft.text(path)
    if file.step is Step.ADD:
        _add(file, path, text, draft)
    elif text is None:
        draft.faults.append(f"{path!r} does not exist")
    elif file.step is Step.DELETE:
        _delete(file, path, text, draft)
    else:
        draft.after[path] = _updated(file, path, text, draft)
        if file.moved_to is not None:
            _move(path, draft.snapshot.relative(file.moved_to), draft)


def _add(file: FilePatch, path: str, text: str | None, draft: _Draft) -> None:
    rows = [row for hunk in file.hunks for row in hunk.rows]
    if text is not None:
        draft.faults.append(f"{path!r} exists already; update it instead of adding it")
    elif any(row.mark is not Mark.PUT for row in rows):
        draft.faults.append(f"{path!r} is new, but some of its lines do not start with '+'")
    else:
        draft.after[path] = "".join(row.text + row.end for row in rows)


def _delete(file: FilePatch, path: str, text: str, draft: _Draft) -> None:
    if file.hunks and _updated(file, path, text, draft):
        draft.faults.append(f"{path!r} has other lines than those that the patch deletes")
    draft.after[path] = None


def _move(path: str, target: str, draft: _Draft) -> None:
    if target == path:
        return
    if draft.text(target) is not None:
        draft.faults.append(f"{target!r} exists already; {path!r} cannot be moved there")
    else:
        draft.after[target], draft.after[path] = draft.after[path], None


def _updated(file: FilePatch, path: str, text: str, draft: _Draft) -> str:
    """The text with all hunks in their places; each is looked for in the text as it was."""
    lines = split_lines(text)
    placed: list[tuple[Placed, int]] = []
    for number, hunk in enumerate(file.hunks):
        found = place(hunk, lines)
        if isinstance(found, Unplaced):
            shown = lines if draft.may_read(path) else []
            draft.faults.append(misfit(path, number + 1, hunk, found, shown))
        else:
            placed.append((found, number))
    placed.sort(key=lambda one: (one[0].start, one[1]))
    end = 0
    for where, number in placed:
        if where.start < end:
            draft.faults.append(f"hunk {number + 1} of {path!r} overlaps another hunk")
        end = where.start + len(file.hunks[number].old)
    return rewritten(lines, [(where, file.hunks[number]) for where, number in placed])


def _file_change(draft: _Draft, path: str) -> FileChange:
    document = draft.before[path]
    if document is None:
        return FileChange(path=path, before=None, after=draft.after[path])
    return FileChange(
        path=path,
        before=document.text,
        after=draft.after[path],
        sha256=document.sha256,
        version=document.version,
        encoding=document.encoding,
    )
