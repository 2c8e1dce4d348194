"""Show what is kept of models' answers and what that saved, or clear it.

An answer is given again to who asks the very same: model, question, files and all. `--no-cache`
asks anew, once; `[cache] enabled = false` in bandmaster.toml always does.
"""

from __future__ import annotations

import argparse
from decimal import Decimal

from bandmaster import Engine, Group, Held, Settings
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.table import dollars, exact
from bandmaster_cli.opening import open_engine
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("show", "clear"), nargs="?", default="show")


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    engine = open_engine(arguments, terminal)
    return run_to_end(
        _clear(engine, terminal) if arguments.action == "clear" else _show(engine, terminal)
    )


async def _clear(engine: Engine, terminal: Terminal) -> int:
    async with engine:
        count = await engine.forget_answers()
    if terminal.json:
        terminal.write(json_text({"cleared": count}))
    else:
        terminal.out.put(f"Cleared {_answers(count)}.")
        seconds = engine.settings.cache.memory_seconds
        terminal.note(f"a server that runs now keeps what it has at hand for up to {seconds:g} s")
    return DONE


async def _show(engine: Engine, terminal: Terminal) -> int:
    async with engine:
        held = await engine.answers_held()
        spent = await engine.ledger.stats(Group.PROJECT, everywhere=True)
    saved = sum((one.saved for one in spent), Decimal(0))
    settings = engine.settings
    if terminal.json:
        terminal.write(json_text(_document(held, saved, settings)))
        return DONE
    most = _megabytes(settings.cache.bytes)
    terminal.out.put(f"{_answers(held.answers)}, {_megabytes(held.bytes)} of {most}.")
    money = f"; {dollars(saved)} saved so far" if saved else ""
    times = "1 time" if held.hits == 1 else f"{held.hits:,} times"
    terminal.out.put(f"Given again {times}{money}.")
    if not settings.cache.enabled:
        terminal.note("the cache is switched off (cache.enabled)")
    return DONE


def _document(held: Held, saved: Decimal, settings: Settings) -> dict[str, object]:
    return {
        "enabled": settings.cache.enabled,
        "answers": held.answers,
        "bytes": held.bytes,
        "most_bytes": settings.cache.bytes,
        "hits": held.hits,
        "saved": exact(saved),
    }


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count:,} answers"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
