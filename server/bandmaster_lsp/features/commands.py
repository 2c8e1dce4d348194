"""The five tasks as commands, `bandmaster.task.*` with one argument `{uri, version, range}`;
`bandmaster.feedback`, which rates an answer; and the pages of `money`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from bandmaster import BandmasterError, Focus, Kind, Outcome, Task, outcome_document
from bandmaster_lsp.convert import from_range, on_lines
from bandmaster_lsp.features.money import PAGES, show, warn_near_limit
from bandmaster_lsp.menu import BY_COMMAND, FEEDBACK, Entry
from bandmaster_lsp.outcomes import deliver
from bandmaster_lsp.place import Place
from bandmaster_lsp.progress import ProgressBar, open_progress
from bandmaster_lsp.runs import perform
from bandmaster_lsp.session import Session

_WHERE = "the one argument is {uri, version or null, range}"


@dataclass(frozen=True, slots=True)
class Argument:
    """Which document a task is about, as the person saw it when they chose the task."""

    uri: str
    version: int | None
    range: types.Range


async def execute(session: Session, params: types.ExecuteCommandParams) -> dict[str, Any] | None:
    """Run a task; the answer, its outcome as JSON, comes when it has ended.

    An editor that shows no progress is one that may stand still until the answer comes, so it
    has the answer at once.
    """
    if params.command == FEEDBACK:
        return await _rate(session, read_rating(params.arguments))
    if params.command in PAGES:
        return await show(session, params)
    entry = BY_COMMAND.get(params.command)
    if entry is None:
        raise JsonRpcInvalidParams(f"{params.command!r} is no command of this server")
    argument = read_argument(params.arguments)
    token = params.work_done_token
    work = _run(session, entry, argument, token)
    if token is None and not session.client.abilities.progress:
        session.runs.start_alone(work)
        return None
    try:
        return await session.runs.start(work)
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise  # The request was cancelled; otherwise the person did, by the progress.
        return None


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person thinks of an answer."""

    uri: str
    task: str
    rating: float


def read_rating(given: object) -> Rating:
    """Raises `JsonRpcInvalidParams` where the argument is not `{uri, task, rating}`."""
    match given:
        case [{"uri": str(uri), "task": str(task), "rating": float() | int() as rating}]:
            return Rating(uri, task, float(rating))
        case _:
            raise JsonRpcInvalidParams("the one argument is {uri, task, rating}")


async def _rate(session: Session, given: Rating) -> dict[str, Any] | None:
    try:
        place = await session.place(given.uri)
        model = await place.project.engine.feedback(given.task, given.rating)
    except BandmasterError as error:
        session.client.fail(str(error))
        return None
    session.answers.pop(given.uri, None)
    return {"task": given.task, "model": model, "rating": given.rating}


def read_argument(given: object) -> Argument:
    """Raises `JsonRpcInvalidParams` where the argument is not `{uri, version, range}`."""
    match given:
        case [
            {
                "uri": str(uri),
                "version": int() | None as version,
                "range": {
                    "start": {"line": int(line), "character": int(character)},
                    "end": {"line": int(end_line), "character": int(end_character)},
                },
            }
        ]:
            start, end = types.Position(line, character), types.Position(end_line, end_character)
            return Argument(uri, version, types.Range(start, end))
        case _:
            raise JsonRpcInvalidParams(_WHERE)


async def _run(
    session: Session, entry: Entry, argument: Argument, token: types.ProgressToken | None
) -> dict[str, Any] | None:
    """Whatever goes wrong is told to the person in one line."""
    progress = await open_progress(session.client, token)
    session.runs.name(progress.token)
    ending = "failed"
    try:
        place = await session.place(argument.uri)
        progress.begin(f"{entry.doing} {place.name}")
        outcome = await _perform(session, entry, argument, place, progress)
        if outcome is None:
            ending = "not run"
            return None
        if outcome.model != "builtin":
            session.answers[place.uri] = outcome.task.id
        ending = await deliver(session, place, outcome)
        await warn_near_limit(session, place.project, outcome.task)
        return outcome_document(outcome)
    except BandmasterError as error:
        session.client.fail(str(error))
        return None
    except asyncio.CancelledError:
        ending = "cancelled"
        raise
    finally:
        progress.end(ending)


async def _perform(
    session: Session, entry: Entry, argument: Argument, place: Place, progress: ProgressBar
) -> Outcome | None:
    if argument.version is not None and place.version not in (None, argument.version):
        session.client.warn(f"{place.name} changed meanwhile; run it again")
        return None
    task = _task(session, entry, argument, place)
    return await perform(place.project.engine, task, progress.follow)


def _task(session: Session, entry: Entry, argument: Argument, place: Place) -> Task:
    span = from_range(place.text, argument.range)
    cursor = span.start == span.end
    focus = Focus(place.path, None if cursor and entry.whole_file else span)
    kind = Kind(entry.kind)
    known = () if place.version is None else session.board.current(place.uri, place.version)
    findings = tuple(one for one in known if on_lines(one.span, span))
    return Task(kind=kind, focus=(focus,), findings=findings if kind is Kind.FIX else ())
