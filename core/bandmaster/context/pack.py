"""What goes into a prompt: the focus of a task, cut to a token budget, with what was used.

Pure but for reading the snapshot. A file that does not fit is cut to a window around its span,
and says so; nothing is cut silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bandmaster.changes import digest, split_lines
from bandmaster.errors import Unreadable
from bandmaster.models import estimate_tokens
from bandmaster.policy import is_secret_path
from bandmaster.tasks import Focus, Source, Task
from bandmaster.workspace import Document, Snapshot

_OVERVIEW = ("README.md", "README.rst", "pyproject.toml", "package.json", "Cargo.toml", "go.mod")
_LISTED = 400


@dataclass(frozen=True, slots=True)
class Packed:
    """The prompt's part that comes from the workspace, and a record of it."""

    text: str
    sources: tuple[Source, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file as it is shown: lines `first` to `last` of it, counted from 1."""

    document: Document
    first: int
    last: int
    total: int
    lines: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return self.first == 1 and self.last == self.total


def pack(task: Task, snapshot: Snapshot, tokens: int, *, numbered: bool, private: bool) -> Packed:
    """The focus of `task` as text of at most `tokens` (estimated).

    `numbered` puts line numbers before the lines. Unless `private`, files that hold secrets by
    their name are left out, and the notes say so. Raises `Unreadable` where the focus is a file
    that cannot be read, `UnknownName` where its symbol is not there.
    """
    left = tokens
    parts: list[str] = []
    sources: list[Source] = []
    notes: list[str] = []
    for focus in _expand(task, snapshot, notes):
        if not private and is_secret_path(focus.path):
            notes.append(f"{focus.path} may hold secrets and was not sent")
            continue
        document = _read(snapshot, focus, task, notes)
        if document is None:
            continue
        fitting = _fit(document, focus, left, numbered)
        if fitting is None:
            notes.append(f"{focus.path} did not fit into the context and was left out")
            continue
        piece, text, cost = fitting
        left -= cost
        parts.append(text)
        sources.append(
            Source(document.path, digest(document.text.encode("utf-8", "surrogatepass")), cost,
                   unsaved=document.version is not None)
        )  # fmt: skip
        if not piece.whole:
            notes.append(f"of {focus.path} only lines {piece.first} to {piece.last} were sent")
    return Packed("\n".join(parts), tuple(sources), _merged(notes))


def _expand(task: Task, snapshot: Snapshot, notes: list[str]) -> list[Focus]:
    """Folders as their files; no focus at all as the files that introduce a project."""
    if not task.focus:
        files, _ = snapshot.list(["."])
        notes.append(f"no file was named: an overview of {len(files)} files was sent")
        return [Focus(path) for path in _OVERVIEW if path in files]
    expanded: list[Focus] = []
    for focus in task.focus:
        if (snapshot.root / focus.path).is_dir():
            files, _ = snapshot.list([focus.path])
            expanded.extend(Focus(path) for path in files)
        else:
            expanded.append(focus)
    return expanded


def _read(snapshot: Snapshot, focus: Focus, task: Task, notes: list[str]) -> Document | None:
    """The document; an unreadable one is an error if the person named it, else a note."""
    try:
        return snapshot.read(focus.path)
    except Unreadable as error:
        if any(named.path == focus.path for named in task.focus):
            raise
        notes.append(f"{error.path} was left out: {error.reason}")
        return None


def _fit(
    document: Document, focus: Focus, left: int, numbered: bool
) -> tuple[_Piece, str, int] | None:
    """As much of the document as fits, as text and tokens: whole, or a window at the focus."""
    lines = split_lines(document.text)
    whole = _Piece(document, 1, len(lines), len(lines), tuple(lines))
    text = _show(whole, focus, numbered)
    cost = estimate_tokens(text)
    if cost <= left:
        return whole, text, cost
    piece = _window(whole, focus, left, numbered)
    if piece is None:
        return None
    text = _show(piece, focus, numbered)
    return piece, text, estimate_tokens(text)


def _window(whole: _Piece, focus: Focus, left: int, numbered: bool) -> _Piece | None:
    """The lines that the focus names and as many around them as fit."""
    lines = whole.lines
    first, last = _wanted(whole.document, focus, len(lines))
    costs = [estimate_tokens(line) + (3 if numbered else 1) for line in lines]
    budget = left - 60 - sum(costs[first - 1 : last])
    if budget < 0:
        last = _prefix(costs, first, left - 60)
        if last < first:
            return None
    else:
        first, last = _grow(costs, first, last, budget)
    return _Piece(whole.document, first, last, len(lines), lines[first - 1 : last])


def _wanted(document: Document, focus: Focus, count: int) -> tuple[int, int]:
    """First and last line of what the focus names; the top of the file if it names nothing."""
    span = focus.span
    if focus.symbol is not None:
        from bandmaster.workspace.symbols import find, symbols  # Loads the parsers.

        span = find(symbols(document), focus.symbol).span
    if span is None:
        return 1, 1
    first = min(max(span.start.line, 1), max(count, 1))
    last = span.end.line - (1 if span.end.column == 1 and span.end.line > first else 0)
    return first, max(first, min(last, count))


def _prefix(costs: list[int], first: int, budget: int) -> int:
    """The last line of those from `first` on that fit into `budget`."""
    last = first - 1
    while last < len(costs) and costs[last] <= budget:
        budget -= costs[last]
        last += 1
    return last


def _grow(costs: list[int], first: int, last: int, budget: int) -> tuple[int, int]:
    """Widen a window line by line, above and below in turn, while it fits."""
    grown = True
    while grown:
        grown = False
        if first > 1 and costs[first - 2] <= budget:
            first -= 1
            budget -= costs[first - 1]
            grown = True
        if last < len(costs) and costs[last] <= budget:
            budget -= costs[last]
            last += 1
            grown = True
    return first, last


def _show(piece: _Piece, focus: Focus, numbered: bool) -> str:
    """The piece in a fence that its own text does not hold."""
    lines: Iterable[str] = piece.lines
    if numbered:
        lines = [f"{number:5d}|{line}" for number, line in enumerate(piece.lines, piece.first)]
    body = "".join(lines)
    fence = "```"
    while fence in body:
        fence += "`"
    part = "" if piece.whole else f" (lines {piece.first}-{piece.last})"
    wish = _wish(focus)
    end = "" if body.endswith("\n") or not body else "\n"
    return f"File: {piece.document.path}{part}{wish}\n{fence}\n{body}{end}{fence}\n"


def _wish(focus: Focus) -> str:
    if focus.symbol is not None:
        return f" - it is about `{focus.symbol}`"
    if focus.span is not None:
        return f" - it is about lines {focus.span.start.line} to {focus.span.end.line}"
    return ""


def listing(snapshot: Snapshot) -> str:
    """The workspace's files, one a line, the first `_LISTED` of them, without those of secrets."""
    files = [path for path in snapshot.list(["."])[0] if not is_secret_path(path)]
    more = f"\n… and {len(files) - _LISTED} more" if len(files) > _LISTED else ""
    return "\n".join(files[:_LISTED]) + more


def _merged(notes: list[str]) -> tuple[str, ...]:
    """At most five notes; the rest is counted."""
    if len(notes) <= 5:
        return tuple(notes)
    return (*notes[:4], f"and {len(notes) - 4} more files were left out or cut")
