"""Compare two models on a share of a kind of task, until one of them is the better.

    bandmaster trial start cheaper --kind fix anthropic/claude-haiku-5-5 openai/gpt-6-luna
    bandmaster trial report
    bandmaster trial end cheaper

A task's id decides which model it gets. What becomes of the answers (edits kept or taken back,
tests, `bandmaster feedback`) is the score; the report may be looked at as often as you like, and a
trial that is decided ends by itself.
"""

from __future__ import annotations

import argparse

from rich.text import Text

from bandmaster import Engine, Kind, Trial, TrialReport, UsageError
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import open_engine
from bandmaster_cli.printable import one_line
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Paper, Terminal, open_terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("start", "report", "end"))
    parser.add_argument("name", nargs="?", default="", help="of the trial; report: all")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="start: the two models")
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="start: of task")
    parser.add_argument("--share", type=float, default=0.5, help="of the tasks; default: 0.5")


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    return run_to_end(_run(open_engine(arguments, terminal), arguments, terminal))


async def _run(engine: Engine, arguments: argparse.Namespace, terminal: Terminal) -> int:
    async with engine:
        if arguments.action == "start":
            await engine.start_trial(_trial(arguments))
            reports = await engine.trials()
        elif arguments.action == "end":
            reports = (await engine.end_trial(_named(arguments)),)
        else:
            reports = await engine.trials()
    wanted = [one for one in reports if arguments.name in ("", one.trial.name)]
    if terminal.json:
        terminal.write(json_text([_document(one) for one in wanted]))
        return DONE
    for one in wanted:
        _print(one, terminal.out)
    if not wanted:
        terminal.out.put("No trial is running.")
    return DONE


def _named(arguments: argparse.Namespace) -> str:
    if not arguments.name:
        raise UsageError(f"which trial? `bandmaster trial {arguments.action} NAME`")
    return arguments.name


def _trial(arguments: argparse.Namespace) -> Trial:
    name = _named(arguments)
    if len(arguments.models) != 2 or arguments.kind is None:
        raise UsageError("a trial wants two models and a kind: trial start NAME --kind fix A B")
    first, second = arguments.models
    return Trial(name=name, kind=arguments.kind, first=first, second=second, share=arguments.share)


def _document(one: TrialReport) -> dict[str, object]:
    return {
        "name": one.trial.name,
        "kind": one.trial.kind,
        "share": one.trial.share,
        "standing": one.standing.value,
        "difference": round(one.difference, 4),
        "low": round(one.low, 4),
        "high": round(one.high, 4),
        "p_value": round(one.p_value, 6),
        "arms": [
            {
                "model": arm.model,
                "results": arm.results,
                "mean": round(arm.mean, 4),
                "dollars": round(arm.dollars, 6),
            }
            for arm in (one.first, one.second)
        ],
    }


def _print(one: TrialReport, paper: Paper) -> None:
    trial = one.trial
    head = f"{one_line(trial.name)}: {trial.kind} tasks, {trial.share:.0%} of them"
    paper.put(Text(head, style="bold").append(f"  {one.standing.value}", style="default"))
    for arm in (one.first, one.second):
        told = f"{arm.results} results, mean {arm.mean:.2f}, ${arm.dollars:.4f} a task"
        paper.put(f"  {one_line(arm.model)}: {told}")
    paper.put(
        f"  difference {one.difference:+.2f}, between {one.low:+.2f} and {one.high:+.2f}"
        f" (p = {one.p_value:.3g}, valid at every look)"
    )
