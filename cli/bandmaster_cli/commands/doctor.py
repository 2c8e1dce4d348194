"""Say what works here: programs, models, configuration, state.

Keys are looked for but never shown. Ends with 1 where something that is needed fails.
"""

from __future__ import annotations

import argparse
import platform
import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

import bandmaster
from bandmaster import Engine, SettingsError
from bandmaster_cli.checkup import Check, State, check_machine, check_providers, check_settings
from bandmaster_cli.exits import DONE, NO
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.places import find_start
from bandmaster_cli.printable import one_line
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Paper, Terminal, open_terminal

_MARKS = {State.OK: "ok", State.NONE: "–", State.FAIL: "fail"}
_STYLES = {State.OK: "green", State.NONE: "dim", State.FAIL: "bold red"}


def add_arguments(_: argparse.ArgumentParser) -> None:
    """The shared options are enough."""


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    start = find_start(arguments.workspace, ())
    wrong: SettingsError | None = None
    try:
        engine = bandmaster.open(start)
    except SettingsError as error:
        wrong = error
        engine = bandmaster.open(start, lenient=True)
    return run_to_end(_examine(engine, start, wrong, terminal))


async def _examine(
    engine: Engine, start: Path, wrong: SettingsError | None, terminal: Terminal
) -> int:
    async with engine:
        checks = (
            *await check_machine(),
            *await check_providers(engine),
            *check_settings(engine, start, wrong),
        )
    failed = sum(check.state is State.FAIL for check in checks)
    if terminal.json:
        terminal.write(json_text(_document(checks)))
    else:
        _print(terminal.out, checks, failed)
    return NO if failed else DONE


def _document(checks: Sequence[Check]) -> dict[str, object]:
    return {
        "version": bandmaster.__version__,
        "ok": not any(check.state is State.FAIL for check in checks),
        "checks": [
            {
                "group": check.group.lower(),
                "name": check.name,
                "state": check.state.value,
                "detail": check.detail,
            }
            for check in checks
        ],
    }


def _print(paper: Paper, checks: Sequence[Check], failed: int) -> None:
    system = f"{platform.system()} {platform.machine()}"
    paper.put(Text(f"Bandmaster {bandmaster.__version__} on {system}", style="bold"))
    for group in dict.fromkeys(check.group for check in checks):
        paper.put()
        paper.put(Text(group, style="bold underline"))
        for check in checks:
            if check.group == group:
                _print_check(paper, check)
    paper.put()
    if failed:
        things = "1 thing does" if failed == 1 else f"{failed} things do"
        paper.put(Text(f"{things} not work.", style="bold red"))
    else:
        paper.put(Text("Everything that is needed works.", style="green"))


def _print_check(paper: Paper, check: Check) -> None:
    lead = Text("  ").append(f"{_MARKS[check.state]:<5}", style=_STYLES[check.state])
    lead.append(f"{one_line(check.name):<15} ")
    indent = len(lead)
    words = one_line(check.detail)
    width = max(paper.columns - indent, 30)
    for line in textwrap.wrap(words, width, break_on_hyphens=False, break_long_words=False):
        paper.put(lead.append(line))
        lead = Text(" " * indent)
