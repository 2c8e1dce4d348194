"""Tasks whose answer is text: asked, shown as it arrives, and told with its envelope."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bandmaster import Answer, Engine, Kind, UsageError, outcome_document
from bandmaster_cli.envelope import print_envelope
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import add_model_arguments, make_task, open_engine
from bandmaster_cli.places import Place
from bandmaster_cli.running import run
from bandmaster_cli.streaming import render
from bandmaster_cli.terminal import Terminal, open_terminal
from bandmaster_cli.watching import Performed, perform


def add_question_arguments(parser: argparse.ArgumentParser, words: str) -> None:
    """TEXT, described by `words`, and the files that it is about."""
    parser.add_argument("words", metavar="TEXT", nargs="+", help=words)
    parser.add_argument(
        "--file",
        metavar="PATH",
        action="append",
        default=[],
        help="PATH, PATH:LINE or PATH:SYMBOL that it is about; may be given several times",
    )
    add_session_argument(parser)
    add_model_arguments(parser)


def question(arguments: argparse.Namespace) -> str:
    """TEXT as one; without a word in it no model is paid for an answer."""
    text = " ".join(arguments.words)
    if not text.strip():
        raise UsageError("TEXT is empty")
    return text


def add_session_argument(parser: argparse.ArgumentParser) -> None:
    """The conversation that a question belongs to."""
    words = "go on with the conversation NAME, or begin it: `bandmaster sessions` lists them"
    parser.add_argument("--session", metavar="NAME", default="", help=words)


def answer(
    kind: Kind, arguments: argparse.Namespace, places: Sequence[Place], instruction: str
) -> int:
    """Do a task of `kind` and print its text: Markdown drawn on a screen, as it is in a pipe."""
    terminal = open_terminal(arguments)
    engine = open_engine(arguments, terminal, places)
    return run(_answer(kind, arguments, engine, places, instruction, terminal))


async def _answer(
    kind: Kind,
    arguments: argparse.Namespace,
    engine: Engine,
    places: Sequence[Place],
    instruction: str,
    terminal: Terminal,
) -> int:
    async with engine:
        task = make_task(kind, arguments, engine, places=places, instruction=instruction)
        performed = await perform(engine, task, Answer, terminal)
    _print(performed, terminal)
    print_envelope(performed.outcome, terminal)
    return DONE


def _print(performed: Performed[Answer], terminal: Terminal) -> None:
    """Print what is not on the screen yet; a pipe gets text that is certain, once."""
    text = performed.result.text
    if terminal.json:
        terminal.write(json_text(outcome_document(performed.outcome)))
    elif not terminal.live:
        terminal.write(text if text.endswith("\n") else text + "\n")
    elif performed.shown.strip() != text.strip():
        terminal.out.print(render(text), width=terminal.out.columns)
