"""Find defects: bugs, security, resource leaks, dead code, complexity.

Bandmaster's own checks answer in a second; `--model NAME` (or `--model auto`) asks a model. The
worst findings come first, each with why it matters and how to mend it.
"""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from pathlib import Path

from bandmaster import Engine, FailOn, Kind, Outcome, Review, Severity, Usage, outcome_document
from bandmaster_cli.envelope import print_envelope
from bandmaster_cli.exits import DONE, NO
from bandmaster_cli.formats.excerpts import Excerpts
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.sarif import sarif_document
from bandmaster_cli.formats.text import View, print_review
from bandmaster_cli.opening import add_model_arguments, make_task, open_engine
from bandmaster_cli.places import Place, parse_place
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Paper, Terminal, open_terminal
from bandmaster_cli.watching import perform
from bandmaster_cli.writing import write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="files or folders (else: the current folder)")
    add("--all", action="store_true", help="show every finding and every skipped file")
    add("--format", choices=("text", "json", "sarif"), default="text", help="default: text")
    add("--output", metavar="FILE", type=Path, help="write the review there, not to stdout")
    add(
        "--fail-on",
        choices=[one.value for one in FailOn],
        help="end with 1 where a finding is at least this bad",
    )
    add("--ignore", metavar="RULE", action="append", default=[], help="leave a rule out")
    add("--exclude", metavar="GLOB", action="append", default=[], help="leave files out")
    add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    places = [parse_place(path) for path in arguments.paths or [arguments.workspace or "."]]
    engine = open_engine(arguments, terminal, places)
    reviewing = engine.settings.review
    reviewing = replace(
        reviewing,
        ignore=(*reviewing.ignore, *arguments.ignore),
        exclude=(*reviewing.exclude, *arguments.exclude),
        fail_on=FailOn(arguments.fail_on or reviewing.fail_on),
    )
    engine.settings = replace(engine.settings, review=reviewing)
    return run_to_end(_review(engine, places, arguments, terminal))


async def _review(
    engine: Engine, places: list[Place], arguments: argparse.Namespace, terminal: Terminal
) -> int:
    async with engine:
        task = make_task(Kind.REVIEW, arguments, engine, places=places)
        performed = await perform(engine, task, Review, terminal)
    outcome, review = performed.outcome, performed.result
    if arguments.output is None:
        _print(terminal, engine, outcome, review, arguments)
    else:
        text = _written(engine, outcome, review, arguments)
        write_whole(arguments.output, text)
        terminal.note(f"the review is in {arguments.output}")
    told = arguments.output is None and _format(arguments) == "text"
    if not told or outcome.notes or outcome.usage != Usage():
        print_envelope(outcome, terminal)
    return _judge(review, engine.settings.review.fail_on)


def _format(arguments: argparse.Namespace) -> str:
    return "json" if arguments.json and arguments.format == "text" else arguments.format


def _print(
    terminal: Terminal,
    engine: Engine,
    outcome: Outcome,
    review: Review,
    arguments: argparse.Namespace,
) -> None:
    if _format(arguments) == "text":
        print_review(terminal.out, outcome, review, _view(engine, arguments))
    else:
        terminal.write(_written(engine, outcome, review, arguments))


def _written(
    engine: Engine, outcome: Outcome, review: Review, arguments: argparse.Namespace
) -> str:
    match _format(arguments):
        case "json":
            return json_text(outcome_document(outcome))
        case "sarif":
            read = Excerpts(engine.workspace.snapshot()).of
            return json_text(sarif_document(outcome, review, engine.root, read))
        case _:
            sheet = io.StringIO()
            paper = Paper(file=sheet, width=100, color_system=None)
            print_review(paper, outcome, review, _view(engine, arguments))
            return sheet.getvalue()


def _view(engine: Engine, arguments: argparse.Namespace) -> View:
    return View(
        root=engine.root,
        show=engine.settings.review.show,
        everything=arguments.all,
        read=Excerpts(engine.workspace.snapshot()).of,
    )


def _judge(review: Review, fail_on: FailOn) -> int:
    """Whether a finding is as bad as the person will not have it."""
    if fail_on is FailOn.NEVER:
        return DONE
    lowest = Severity[fail_on.name]
    return NO if any(one.severity >= lowest for one in review.findings) else DONE
