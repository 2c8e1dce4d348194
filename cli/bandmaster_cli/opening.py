"""Opening the engine for a command: from the shared options to a project and a task."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import bandmaster
from bandmaster import Constraints, Engine, Kind, Preferences, Task, Weighing
from bandmaster_cli.places import Place, find_start, focus
from bandmaster_cli.terminal import Terminal


def open_engine(
    arguments: argparse.Namespace, terminal: Terminal, places: Sequence[Place] = ()
) -> Engine:
    """The engine for the project that is meant; what is to be known of it is noted on stderr."""
    engine = bandmaster.open(find_start(arguments.workspace, [one.path for one in places]))
    for note in engine.notes:
        terminal.note(f"note: {note}")
    return engine


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that may ask a model."""
    words = "ask a model anew even where the same was asked before"
    parser.add_argument("--no-cache", action="store_true", help=words)
    words = "what the task may cost at most, in US dollars"
    parser.add_argument("--max-dollars", metavar="AMOUNT", type=_amount, help=words)
    choices, words = [one.value for one in Weighing], "how models are weighed for this task"
    parser.add_argument("--policy", choices=choices, help=words)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not (amount.is_finite() and amount >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of dollars, such as 0.50")
    return amount


def make_task(
    kind: Kind,
    arguments: argparse.Namespace,
    engine: Engine,
    *,
    places: Sequence[Place] = (),
    instruction: str = "",
) -> Task:
    """The task that a command line asks for."""
    given = vars(arguments)
    return Task(
        kind=kind,
        instruction=instruction,
        focus=tuple(focus(engine.workspace, place) for place in places),
        constraints=Constraints(local_only=arguments.local_only, dollars=given.get("max_dollars")),
        preferences=Preferences(
            model=arguments.model or _usual_model(kind, instruction),
            cache=not given.get("no_cache"),
            policy=given.get("policy") or "",
        ),
        session=given.get("session") or "",
    )


def _usual_model(kind: Kind, instruction: str) -> str:
    """Who does a task where the person names nobody.

    `review` and `fix` read whole projects, and Bandmaster's own checks answer them in a second: a
    model is asked for these only when it is named, or told in words what to mend.
    """
    return "builtin" if kind in (Kind.REVIEW, Kind.FIX) and not instruction else "auto"


def shown_path(root: Path, path: str) -> str:
    """A path of the workspace as a person here would write it."""
    here = Path.cwd()
    if here.is_relative_to(root):
        return os.path.relpath(root / path, here)
    if root.is_relative_to(here):
        return str((root / path).relative_to(here))
    return path
