"""Say whether an answer was good: the choice of models learns from it.

    bandmaster feedback last good
    bandmaster feedback 4f0c2a9d81be 0.3

The id of a task stands in the last line that a command prints, and in the outcome of `--json`.
"""

from __future__ import annotations

import argparse

from bandmaster import Engine, UsageError
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import open_engine
from bandmaster_cli.printable import one_line
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal

_WORDS = {"good": 1.0, "bad": 0.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", metavar="ID", help="the task, or `last`: the latest one here")
    parser.add_argument("rating", metavar="RATING", help="`good`, `bad`, or a number from 0 to 1")


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    score = read_rating(arguments.rating)
    engine = open_engine(arguments, terminal)
    return run_to_end(_rate(engine, arguments.task, score, terminal))


def read_rating(text: str) -> float:
    """The rating that a person wrote. Raises `UsageError`."""
    if text in _WORDS:
        return _WORDS[text]
    try:
        score = float(text)
    except ValueError:
        raise UsageError(f"a rating is good, bad or a number from 0 to 1, not {text!r}") from None
    if not 0 <= score <= 1:
        raise UsageError(f"a rating is from 0 (bad) to 1 (good), not {text}")
    return score


async def _rate(engine: Engine, task: str, score: float, terminal: Terminal) -> int:
    async with engine:
        model = await engine.feedback(task, score)
    if terminal.json:
        terminal.write(json_text({"task": task, "model": model, "rating": score}))
    else:
        terminal.out.put(f"{one_line(model)}: {score:g} for task {one_line(task)} is remembered.")
    return DONE
