"""The envelope format: `*** Begin Patch` with add, update, move and delete sections."""

from __future__ import annotations

from dataclasses import dataclass, field

from bandmaster.errors import ToolFailed
from bandmaster.tools.patches.patch import FilePatch, Hunk, Mark, Step
from bandmaster.tools.patches.rows import is_row, rows_of

BEGIN = "*** Begin Patch"
END = "*** End Patch"
_ADD = "*** Add File: "
_UPDATE = "*** Update File: "
_DELETE = "*** Delete File: "
_MOVE = "*** Move File: "
_MOVE_TO = "*** Move to: "
_END_OF_FILE = "*** End of File"


def parse(lines: list[str]) -> tuple[FilePatch, ...]:
    """The sections between the first begin and its end. Raises `ToolFailed`."""
    begin = next(number for number, line in enumerate(lines) if line.rstrip() == BEGIN)
    body = lines[begin + 1 :]
    ends = [number for number, line in enumerate(body) if line.rstrip() == END]
    if not ends:
        raise ToolFailed(f"the patch was cut off: '{END}' is missing")
    if any(line.strip() for line in body[ends[0] + 1 :]):
        raise ToolFailed(f"there is text behind '{END}'; send one patch at a time")
    return tuple(_file(section) for section in _sections(body[: ends[0]]))


def _sections(body: list[str]) -> list[list[str]]:
    """The body cut before each line that opens a file."""
    sections: list[list[str]] = []
    for line in body:
        if line.startswith((_ADD, _UPDATE, _DELETE, _MOVE)):
            sections.append([line])
        elif sections:
            sections[-1].append(line)
        elif line.strip():
            raise ToolFailed(f"{line.strip()[:80]!r} stands before '*** Add|Update|Delete File: '")
    return sections


def _file(section: list[str]) -> FilePatch:
    opening, rest = section[0].rstrip(), section[1:]
    if opening.startswith(_ADD):
        return _added(opening.removeprefix(_ADD).strip(), rest)
    if opening.startswith(_DELETE):
        if any(line.strip() for line in rest):
            raise ToolFailed(f"{opening!r} has lines below it; a deletion has none")
        return FilePatch(path=opening.removeprefix(_DELETE).strip(), step=Step.DELETE)
    path, moved_to, rest = _moved(opening, rest)
    hunks = _hunks(path, rest)
    if not hunks and moved_to is None:
        raise ToolFailed(f"'{_UPDATE}{path}' has no hunk")
    return FilePatch(path=path, step=Step.UPDATE, hunks=hunks, moved_to=moved_to)


def _moved(opening: str, rest: list[str]) -> tuple[str, str | None, list[str]]:
    """The old path, the new one where there is one, and the lines that are left."""
    moving = opening.startswith(_MOVE)
    path = opening.removeprefix(_MOVE if moving else _UPDATE).strip()
    if rest and rest[0].startswith(_MOVE_TO):
        return path, rest[0].removeprefix(_MOVE_TO).strip(), rest[1:]
    if not moving:
        return path, None, rest
    old, arrow, new = path.partition(" -> ")
    if not arrow:
        raise ToolFailed(f"'{_MOVE}{path}' needs a line '{_MOVE_TO}NEW_PATH' below it")
    return old.strip(), new.strip(), rest


def _added(path: str, rest: list[str]) -> FilePatch:
    for line in rest:
        if line.strip() and not line.startswith(("+", "\\")):
            raise ToolFailed(f"each line of '{_ADD}{path}' starts with '+': {line.strip()[:80]!r}")
    rows = rows_of([line for line in rest if line.strip()])
    hunks = (Hunk(rows=rows),) if rows else ()
    return FilePatch(path=path, step=Step.ADD, hunks=hunks)


@dataclass(slots=True)
class _Chunk:
    """A hunk while it is being read."""

    headers: list[str] = field(default_factory=list[str])
    body: list[str] = field(default_factory=list[str])
    at_end: bool = False


def _hunks(path: str, rest: list[str]) -> tuple[Hunk, ...]:
    """The hunks of an update: `@@` lines, then rows, then perhaps the end-of-file mark."""
    chunks = [_Chunk()]
    for line in rest:
        if chunks[-1].at_end or (line.startswith("@@") and chunks[-1].body):
            chunks.append(_Chunk())
        if line.startswith("@@"):
            chunks[-1].headers.extend([header] if (header := line[2:].strip()) else [])
        elif line.rstrip() == _END_OF_FILE:
            chunks[-1].at_end = True
        elif is_row(line):
            chunks[-1].body.append(line)
        else:
            raise ToolFailed(
                f"{line.strip()[:80]!r} in {path!r} starts with none of ' ', '+', '-' and '@@'"
            )
    hunks = (_hunk(path, number, chunk) for number, chunk in enumerate(chunks, 1))
    return tuple(hunk for hunk in hunks if hunk is not None)


def _hunk(path: str, number: int, chunk: _Chunk) -> Hunk | None:
    while chunk.body and not chunk.body[-1].strip("\r\n"):
        chunk.body.pop()  # Empty lines between sections belong to neither.
    rows = rows_of(chunk.body)
    if not rows and chunk.headers:
        raise ToolFailed(f"'@@ {chunk.headers[-1]}' in {path!r} has no lines below it")
    if not rows:
        return None
    if all(row.mark is Mark.KEEP for row in rows):
        raise ToolFailed(f"hunk {number} of {path!r} changes nothing: no '+' or '-'")
    return Hunk(rows=rows, headers=tuple(chunk.headers), at_end=chunk.at_end)
