"""Show what was spent, on which models, tasks and days, and how far forecasts were off."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from rich.text import Text

from bandmaster import Engine, ForecastError, Group, Spent
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.table import dollars, exact, print_table, sparkline
from bandmaster_cli.opening import open_engine
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal

_DAYS = 30
_ALL = 0
_MOST_DAYS = 36_500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    groups = [one.value for one in Group]
    parser.add_argument("--by", choices=groups, default=Group.MODEL.value, help="default: model")
    parser.add_argument(
        "--days", type=_days, metavar="N", default=_DAYS, help=f"default: {_DAYS}; 0: all time"
    )
    parser.add_argument("--everywhere", action="store_true", help="in all your projects")


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    engine = open_engine(arguments, terminal)
    return run_to_end(_show(engine, arguments, terminal))


async def _show(engine: Engine, arguments: argparse.Namespace, terminal: Terminal) -> int:
    since = _since(arguments.days)
    by, everywhere = Group(arguments.by), arguments.everywhere
    async with engine:
        lines = await engine.ledger.stats(by, since=since, everywhere=everywhere)
        days = await engine.ledger.stats(Group.DAY, since=since, everywhere=everywhere)
        error = await engine.ledger.forecast_error()
    if terminal.json:
        terminal.write(json_text(_document(by, since, lines, days, error)))
        return DONE
    if not lines:
        terminal.out.put("No model was asked yet." if since is None else "No model was asked.")
        return DONE
    _print_summary(terminal, lines, days, since)
    terminal.out.put()
    rows = [_row(line) for line in lines]
    print_table(terminal.out, (by.value, *_HEAD), rows)
    if error.words:
        terminal.out.put()
        terminal.out.put(Text(f"{error.words.capitalize()}.", style="dim"))
    return DONE


_HEAD = ("calls", "failed", "input", "output", "cached", "cost", "saved", "mean s")


def _print_summary(
    terminal: Terminal, lines: Sequence[Spent], days: Sequence[Spent], since: datetime | None
) -> None:
    calls, failed = sum(one.calls for one in lines), sum(one.failures for one in lines)
    when = f"since {since:%Y-%m-%d}" if since else "ever"
    parts = [f"{dollars(_total(lines))} {when}", f"{calls:,} calls"]
    parts += [f"{failed:,} failed"] if failed else []
    saved = sum((one.saved for one in lines), Decimal(0))
    parts += [f"{dollars(saved)} saved by the cache"] if saved else []
    unpriced = sum(one.unpriced for one in lines)
    parts += [f"{unpriced:,} calls without a known price"] if unpriced else []
    terminal.out.put(Text(" · ".join(parts), style="bold"))
    if len(days) > 1:
        spread = _every_day(days)
        drawn = sparkline([float(amount) for _, amount in spread])
        terminal.out.put(f"{drawn}  {spread[0][0]} to {spread[-1][0]}, cost a day")


def _every_day(days: Sequence[Spent]) -> list[tuple[str, Decimal]]:
    """What each day cost, those without a call included; the last sixty at most."""
    known = {one.name: one.dollars for one in days}
    first, last = (datetime.fromisoformat(one.name) for one in (days[0], days[-1]))
    count = (last - first).days + 1
    names = [f"{first + timedelta(days=number):%Y-%m-%d}" for number in range(count)]
    return [(name, known.get(name, Decimal(0))) for name in names][-60:]


def _row(one: Spent) -> tuple[str, ...]:
    cost = dollars(one.dollars) if one.dollars or not one.unpriced else "not known"
    numbers = (one.calls, one.failures, one.input, one.output, one.cached)
    counts = (f"{number:,}" for number in numbers)
    return (one.name, *counts, cost, dollars(one.saved), f"{one.seconds:.1f}")


def _document(
    by: Group,
    since: datetime | None,
    lines: Sequence[Spent],
    days: Sequence[Spent],
    error: ForecastError,
) -> dict[str, object]:
    return {
        "since": since.isoformat() if since else None,
        "dollars": exact(_total(lines)),
        "by": by.value,
        "rows": [_line(one) for one in lines],
        "days": [_line(one) for one in days],
        "forecast_error": {
            "calls": error.calls,
            "dollars": _share(error.dollars),
            "seconds": _share(error.seconds),
        },
    }


def _share(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 4)


def _line(one: Spent) -> dict[str, object]:
    return {
        "name": one.name,
        "calls": one.calls,
        "failures": one.failures,
        "input_tokens": one.input,
        "output_tokens": one.output,
        "cached_tokens": one.cached,
        "dollars": exact(one.dollars),
        "unpriced": one.unpriced,
        "saved": exact(one.saved),
        "mean_seconds": round(one.seconds, 3),
    }


def _total(lines: Sequence[Spent]) -> Decimal:
    return sum((one.dollars for one in lines), Decimal(0))


def _since(days: int) -> datetime | None:
    """The beginning of the first of so many days, today included."""
    if days == _ALL:
        return None
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def _days(text: str) -> int:
    if not (text.isdecimal() and int(text) <= _MOST_DAYS):
        raise argparse.ArgumentTypeError(f"must be a number from 0 to {_MOST_DAYS}")
    return int(text)
