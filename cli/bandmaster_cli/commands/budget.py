"""Show what may be spent, what is spent and reserved, and what is left; nothing is changed."""

from __future__ import annotations

import argparse

from rich.text import Text

from bandmaster import Engine, Level, LimitState
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.table import dollars, exact, print_table
from bandmaster_cli.opening import open_engine
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal

_STYLES = {Level.FINE: "", Level.WARN: "yellow", Level.DOWNGRADE: "yellow", Level.SPENT: "red"}
_WORDS = {
    Level.FINE: "",
    Level.WARN: "nearly spent",
    Level.DOWNGRADE: "cheaper models are preferred",
    Level.SPENT: "spent",
}
_HEAD = ("budget", "limit", "spent", "reserved", "left", "used", "set by")


def add_arguments(_: argparse.ArgumentParser) -> None:
    """The shared options are enough."""


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    return run_to_end(_show(open_engine(arguments, terminal), terminal))


async def _show(engine: Engine, terminal: Terminal) -> int:
    async with engine:
        limits = await engine.ledger.budget()
    for_one = [
        (name, most)
        for name in ("call", "task")
        if (most := getattr(engine.settings.budget, name)) is not None
    ]
    if terminal.json:
        document = {
            "limits": [_document(one) for one in limits],
            "each": {name: exact(most) for name, most in for_one},
        }
        terminal.write(json_text(document))
        return DONE
    for name, most in for_one:
        terminal.out.put(f"Each {name} may cost {dollars(most)} at most (budget.{name}).")
    if limits:
        rows = [_row(one) for one in limits]
        print_table(terminal.out, _HEAD, rows, styles=[_STYLES[one.level] for one in limits])
    for one in limits:
        if one.level is not Level.FINE:
            terminal.out.put(Text(f"{one.name}: {_WORDS[one.level]}", style=_STYLES[one.level]))
    if not limits and not for_one:
        terminal.out.put("No budget is set: nothing limits what models cost.")
        terminal.note("for five dollars a day: [budget] day = 5.00 in bandmaster.toml")
    return DONE


def _row(one: LimitState) -> tuple[str, ...]:
    amounts = (one.most, one.spent, one.reserved, one.left)
    return (one.name, *map(dollars, amounts), f"{one.share:.0%}", one.setting)


def _document(one: LimitState) -> dict[str, object]:
    return {
        "name": one.name,
        "setting": one.setting,
        "dollars": exact(one.most),
        "spent": exact(one.spent),
        "reserved": exact(one.reserved),
        "left": exact(one.left),
        "share": round(one.share, 4),
        "level": one.level.name.lower(),
    }
