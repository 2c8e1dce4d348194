"""Explanations without a model: facts of the index about a file, a symbol or a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event as Flag

from bandmaster.engine.performer import Desk, Performance
from bandmaster.errors import UsageError
from bandmaster.findings import Span
from bandmaster.providers.builtin.explanation import (
    explain_file,
    explain_folder,
    explain_symbol,
    take_survey,
)
from bandmaster.tasks import Answer, Focus, Task
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.symbols import Symbol, find, last_line, symbol_at, symbols


async def explain(task: Task, desk: Desk) -> Performance:
    """Say what the focus is; without one, what the workspace is.

    Raises `WorkspaceError` for a path that is not to be had, `UnknownName` for a symbol that is
    not there.
    """
    stop = Flag()
    focus = task.focus or (Focus("."),)
    try:
        texts = await asyncio.to_thread(_explain_all, desk.snapshot, focus, stop)
    finally:
        stop.set()
    return Performance(Answer("\n".join(texts)))


def _explain_all(snapshot: Snapshot, focus: Sequence[Focus], stop: Flag) -> list[str]:
    return [_explain(snapshot, part, stop) for part in focus]


def _explain(snapshot: Snapshot, part: Focus, stop: Flag) -> str:
    path = snapshot.relative(part.path)
    if path not in snapshot.overlays and (snapshot.root / path).is_dir():
        if part.symbol is not None:
            raise UsageError(f"{path!r} is a folder; name the file that holds {part.symbol!r}")
        return explain_folder(snapshot, path, take_survey(snapshot, ["."], stop))
    document = snapshot.read(path)
    symbol = _pointed_at(document, part)
    survey = take_survey(snapshot, ["."], stop)
    if symbol is None:
        return explain_file(snapshot, document, survey)
    return explain_symbol(snapshot, document, symbol, survey)


def _pointed_at(document: Document, part: Focus) -> Symbol | None:
    """The symbol that the focus names or lies in; None: the file as a whole."""
    if part.symbol is not None:
        return find(symbols(document), part.symbol)
    if part.span is None:
        return None
    defined = symbols(document)
    return symbol_at(defined, part.span.start.line) or _first_inside(defined, part.span)


def _first_inside(defined: Sequence[Symbol], span: Span) -> Symbol | None:
    last = last_line(span)
    inside = (one for one in defined if span.start.line <= one.span.start.line <= last)
    return next(inside, None)
