"""Explain who would do a task, in which order and why; nobody is asked and nothing is sent.

`replay --stdio` lets a scorer judge the router on recorded outcomes, over JSON lines; `predict`
learns one file of recorded outcomes and answers another.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.text import Text

from bandmaster import Engine, Kind, Task, UsageError, predict_files, serve_replay
from bandmaster_cli.exits import DONE, NO
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import make_task, open_engine
from bandmaster_cli.outcome import route_document
from bandmaster_cli.places import parse_place
from bandmaster_cli.printable import one_line
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal
from bandmaster_cli.writing import write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("explain", "predict", "replay"))
    parser.add_argument("words", metavar="TEXT", nargs="*", help="what the task would say")
    parser.add_argument("--stdio", action="store_true", help="replay: read and write JSON lines")
    parser.add_argument("--train", metavar="FILE", type=Path, help="predict: what to learn from")
    parser.add_argument("--suite", metavar="FILE", type=Path, help="predict: what to answer")
    parser.add_argument("--out", metavar="FILE", type=Path, help="predict: where to write")
    kinds = [kind.value for kind in Kind]
    parser.add_argument("--kind", choices=kinds, default=Kind.ASK.value, help="default: ask")
    parser.add_argument("--file", metavar="PATH", action="append", default=[], help="as for ask")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "replay":
        return _replay(arguments)
    if arguments.action == "predict":
        return _predict(arguments)
    terminal = open_terminal(arguments)
    places = [parse_place(path) for path in arguments.file]
    engine = open_engine(arguments, terminal, places)
    kind, words = Kind(arguments.kind), " ".join(arguments.words)
    task = make_task(kind, arguments, engine, places=places, instruction=words)
    return run_to_end(_explain(engine, task, terminal))


def _replay(arguments: argparse.Namespace) -> int:
    if not arguments.stdio:
        raise UsageError("a replay speaks JSON lines: add --stdio")
    serve_replay(sys.stdin, _write_line)
    return DONE


def _predict(arguments: argparse.Namespace) -> int:
    train, suite, out = arguments.train, arguments.suite, arguments.out
    if train is None or suite is None or out is None:
        raise UsageError("a prediction wants --train, --suite and --out")
    lines = (
        json.dumps({"id": one.id, "model": one.model, "point": one.point})
        for one in predict_files(train, suite)
    )
    write_whole(out, "".join(f"{line}\n" for line in lines))
    return DONE


def _write_line(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


async def _explain(engine: Engine, task: Task, terminal: Terminal) -> int:
    async with engine:
        route = await engine.route(task)
    if terminal.json:
        terminal.write(json_text(route_document(route)))
        return DONE if route.links else NO
    terminal.out.put(Text(f"{task.kind.value}: {route.policy}", style="bold"))
    position = 0
    for one in route.candidates:
        position += not one.ruled_out
        mark = Text("  –  " if one.ruled_out else f"{position:>3}  ", style="dim")
        line = mark.append(one_line(one.model), style="dim" if one.ruled_out else "bold")
        terminal.out.put(line.append(f"  {one_line(one.ruled_out)}" if one.ruled_out else ""))
    if not route.links:
        terminal.out.put(Text("Nobody can do it; `bandmaster doctor` says why.", style="yellow"))
    return DONE if route.links else NO
