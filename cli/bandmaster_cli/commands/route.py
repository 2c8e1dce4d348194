"""Explain who would do a task, in which order and why; nobody is asked and nothing is sent.

    bandmaster route explain "why does this crash?" --file a.py --policy cost
    bandmaster route whatif --policy cost --days 7
    bandmaster route predict --train FILE --suite FILE --out FILE
    bandmaster route replay --stdio

`whatif` judges past tasks again under another policy. `predict` learns one file of recorded
outcomes and answers another; `replay` does so over JSON lines, one query at a time.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.text import Text

from bandmaster import (
    Candidate,
    Engine,
    Kind,
    Task,
    UsageError,
    predict_files,
    profile_document,
    route_document,
    serve_replay,
)
from bandmaster_cli.exits import DONE, NO
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import make_task, open_engine
from bandmaster_cli.places import parse_place
from bandmaster_cli.printable import one_line
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal
from bandmaster_cli.writing import write_whole

_POLICIES = "quality, balanced, speed, cost, local or order; default: as the settings say"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("explain", "whatif", "predict", "replay"))
    parser.add_argument("words", metavar="TEXT", nargs="*", help="what the task would say")
    parser.add_argument("--policy", default="", metavar="P", help=_POLICIES)
    parser.add_argument("--days", type=float, default=7.0, help="whatif: how far back; default: 7")
    parser.add_argument("--stdio", action="store_true", help="replay: read and write JSON lines")
    parser.add_argument("--train", metavar="FILE", type=Path, help="predict: what to learn from")
    parser.add_argument("--suite", metavar="FILE", type=Path, help="predict: what to answer")
    parser.add_argument("--out", metavar="FILE", type=Path, help="predict: where to write")
    kinds = [kind.value for kind in Kind]
    parser.add_argument("--kind", choices=kinds, default=Kind.ASK.value, help="default: ask")
    parser.add_argument("--file", metavar="PATH", action="append", default=[], help="as for ask")
    checked = "explain: whom to ask in turn where tests or another check can judge the answer"
    parser.add_argument("--check", action="store_true", help=checked)


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "replay":
        return _replay(arguments)
    if arguments.action == "predict":
        return _predict(arguments)
    terminal = open_terminal(arguments)
    if arguments.action == "whatif":
        return run_to_end(_what_if(open_engine(arguments, terminal), arguments, terminal))
    places = [parse_place(path) for path in arguments.file]
    engine = open_engine(arguments, terminal, places)
    kind, words = Kind(arguments.kind), " ".join(arguments.words)
    task = make_task(kind, arguments, engine, places=places, instruction=words)
    preferences = replace(task.preferences, policy=arguments.policy)
    task = replace(task, preferences=preferences)
    return run_to_end(_explain(engine, task, terminal, check=arguments.check))


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


async def _explain(engine: Engine, task: Task, terminal: Terminal, *, check: bool) -> int:
    async with engine:
        route = await engine.route(task)
        cascade = (await engine.cascade(task)).models if check else ()
        profile = await engine.profile(task)
    if terminal.json:
        judged = profile_document(profile.reasons)
        more = {"cascade": list(cascade)} if check else {}
        terminal.write(json_text({**route_document(route), "profile": judged, **more}))
        return DONE if route.links else NO
    terminal.out.put(Text(f"{task.kind.value}: {route.policy}", style="bold"))
    position = 0
    for one in route.candidates:
        position += not one.ruled_out
        _print_candidate(one, position, terminal)
    for name, value, why in profile.reasons if terminal.verbose else ():
        terminal.out.put(Text(f"  {name}: {value} ({one_line(why)})", style="dim"))
    if cascade:
        terminal.out.put(f"Checked: {', and if that is rejected '.join(map(one_line, cascade))}.")
    if not route.links:
        terminal.out.put(Text("Nobody can do it; `bandmaster doctor` says why.", style="yellow"))
    return DONE if route.links else NO


def _print_candidate(one: Candidate, position: int, terminal: Terminal) -> None:
    mark = Text("  –  " if one.ruled_out else f"{position:>3}  ", style="dim")
    line = mark.append(one_line(one.model), style="dim" if one.ruled_out else "not dim bold")
    said: list[str] = []
    if (expected := one.expected) is not None:
        said.append(f"{expected.words}, worth {expected.utility:.2f}")
        if terminal.verbose:
            said.append(expected.because)
    if one.ruled_out:
        said.append(one.ruled_out)
    if said:
        line = line.append(f"  {one_line(', '.join(said))}", style="not bold dim")
    terminal.out.put(line)


async def _what_if(engine: Engine, arguments: argparse.Namespace, terminal: Terminal) -> int:
    if not arguments.policy:
        raise UsageError("a what-if wants --policy")
    since = datetime.now(UTC) - timedelta(days=arguments.days)
    async with engine:
        found = await engine.what_if(arguments.policy, since)
    if terminal.json:
        terminal.write(json_text({"policy": arguments.policy, **asdict(found)}))
        return DONE
    if not found.tasks:
        terminal.out.put(f"No model did a task in the last {arguments.days:g} days.")
        return DONE
    terminal.out.put(
        f"{found.tasks} tasks in {arguments.days:g} days; under {arguments.policy!r} "
        f"{found.changed} of them would have gone to another model."
    )
    for name, side in (("was", found.was), ("would be", found.would)):
        models = ", ".join(f"{one_line(model)} {count}" for model, count in side.models.items())
        terminal.out.put(
            f"{name:>9}  ${side.dollars:.4f}  {side.seconds:.0f} s  "
            f"quality {side.quality:.0%}  ({models})"
        )
    return DONE
