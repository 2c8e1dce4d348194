"""`bandmaster.stats` and `bandmaster.budget`: what models cost, and what may still be spent, as a
page; and a word to the person when a limit is near. The commands take nothing, or `{uri}`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from bandmaster import BandmasterError, ForecastError, Group, Level, LimitState, Spent, Task
from bandmaster_lsp.convert import real_path
from bandmaster_lsp.engines import Engine, Project
from bandmaster_lsp.menu import BUDGET, STATS
from bandmaster_lsp.outcomes import show_page
from bandmaster_lsp.session import Session

_DAYS = 30
_MOST_LINES = 40


async def show(session: Session, params: types.ExecuteCommandParams) -> dict[str, Any] | None:
    """Show a page of the project that the document is in, or of the nearest one.

    Its text is the answer, too, and comes first: an editor may stand still until it has that.
    """
    uri = read_uri(params.arguments)
    try:
        project = await session.engines.nearest(None if uri is None else real_path(uri))
        page = await PAGES[params.command](project.engine)
    except BandmasterError as error:
        session.client.fail(str(error))
        return None
    name = params.command.rpartition(".")[2]
    session.runs.start_alone(show_page(session, f"{name}.md", page))
    return {"page": page}


async def warn_near_limit(session: Session, project: Project, task: Task) -> None:
    """Tell the person once of each limit that is near, and again when it is nearer."""
    try:
        standing = await project.engine.ledger.standing(task)
    except BandmasterError as error:
        session.client.log(str(error))
        return
    if standing.limit is None or standing.level is Level.FINE:
        return
    told = (standing.limit.name, standing.level)
    if told not in session.warned:
        session.warned.add(told)
        session.client.warn(standing.note)


def read_uri(given: object) -> str | None:
    """Raises `JsonRpcInvalidParams` where the argument is not `{uri}`."""
    match given:
        case None | [] | [{"uri": None}]:
            return None
        case [{"uri": str(uri)}]:
            return uri
        case _:
            raise JsonRpcInvalidParams("the one argument, if any, is {uri}")


async def _stats(engine: Engine) -> str:
    since = datetime.now(UTC) - timedelta(days=_DAYS)
    spent = {by: await engine.ledger.stats(by, since=since) for by in _TITLES}
    error = await engine.ledger.forecast_error()
    return "\n".join(_stats_lines(engine.root.name, spent, error))


def _stats_lines(
    project: str, spent: Mapping[Group, Sequence[Spent]], error: ForecastError
) -> Iterator[str]:
    yield f"# What models cost in {project}\n"
    asked = spent[Group.MODEL]
    total = Spent.total(asked).words if asked else "no model was asked"
    yield f"The last {_DAYS} days: {total}."
    for by, title in _TITLES.items():
        if spent[by]:
            yield f"\n## By {title}\n"
        for one in spent[by][-_MOST_LINES:] if by is Group.DAY else spent[by][:_MOST_LINES]:
            yield f"- `{one.name}`: {one.words}"
    if error.words:
        yield f"\n{error.words.capitalize()}."


async def _budget(engine: Engine) -> str:
    limits, budget = await engine.ledger.budget(), engine.settings.budget
    each = (("call", budget.call), ("task", budget.task))
    known = {name: most for name, most in each if most is not None}
    return "\n".join(_budget_lines(engine.root.name, limits, known))


def _budget_lines(
    project: str, limits: Sequence[LimitState], each: Mapping[str, Decimal]
) -> Iterator[str]:
    yield f"# What may be spent in {project}\n"
    for name, most in each.items():
        yield f"- each {name}: ${most} at most; budget.{name} sets it"
    for one in limits:
        yield f"- {one.words}"
    if not limits and not each:
        yield "No budget is set: nothing limits what models cost."
        yield "For five dollars a day, write this into your bandmaster.toml:"
        yield "\n```toml\n[budget]\nday = 5.00\n```"


_TITLES = {Group.MODEL: "model", Group.KIND: "kind of task", Group.DAY: "day"}
PAGES: dict[str, Callable[[Engine], Awaitable[str]]] = {STATS: _stats, BUDGET: _budget}
"""Command -> the Markdown that it shows."""
