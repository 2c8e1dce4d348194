"""List, show and reset conversations; `--model` means one model's part of it.

A conversation begins with `bandmaster ask --session NAME "…"`; each model remembers its own part.
"""

from __future__ import annotations

import argparse

from rich.text import Text

from bandmaster import Buffer, Engine, Turn, UsageError
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import open_engine
from bandmaster_cli.printable import one_line, printable
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = ("list", "show", "reset")
    parser.add_argument("action", nargs="?", choices=actions, default="list")
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="the conversation")


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    if arguments.action != "list" and not arguments.name:
        raise UsageError(f"`bandmaster sessions {arguments.action}` wants a NAME")
    return run_to_end(_run(open_engine(arguments, terminal), arguments, terminal))


async def _run(engine: Engine, arguments: argparse.Namespace, terminal: Terminal) -> int:
    name, model = arguments.name, arguments.model or ""
    async with engine:
        match arguments.action:
            case "list":
                _list(await engine.sessions.buffers(), terminal)
            case "show":
                _show(name, await engine.sessions.turns(name, model), terminal)
            case _:
                _tell_reset(name, model, await engine.sessions.reset(name, model), terminal)
    return DONE


def _list(buffers: tuple[Buffer, ...], terminal: Terminal) -> None:
    if terminal.json:
        found = [
            {
                "session": one.session,
                "model": one.model,
                "turns": one.turns,
                "tokens": one.tokens,
                "last": one.last,
            }
            for one in buffers
        ]
        terminal.write(json_text({"sessions": found}))
        return
    for one in buffers:
        line = Text(one_line(one.session), style="bold")
        turns = f"{one.turns} turn{'' if one.turns == 1 else 's'}"
        words = f"  {one_line(one.model)}  {turns}, about {one.tokens:,} tokens, {one.last}"
        terminal.out.put(line.append(words, style="not bold"))
    if not buffers:
        terminal.out.put("No conversation is kept: `bandmaster ask --session NAME …` begins one.")


def _show(name: str, turns: tuple[Turn, ...], terminal: Terminal) -> None:
    if terminal.json:
        found = [
            {
                "model": one.model,
                "kind": one.kind.value,
                "question": one.question,
                "answer": one.answer,
                "at": one.at,
            }
            for one in turns
        ]
        terminal.write(json_text({"session": name, "turns": found}))
        return
    for one in turns:
        terminal.out.put(Text(f"{one.at}  {one_line(one.model)}", style="dim"))
        terminal.out.put(Text(f"> {printable(one.question)}", style="bold"))
        terminal.out.put(f"{printable(one.answer)}\n")


def _tell_reset(name: str, model: str, turns: int, terminal: Terminal) -> None:
    if terminal.json:
        terminal.write(json_text({"session": name, "model": model or None, "forgotten": turns}))
        return
    whose = f" with {model}" if model else ""
    count = f"{turns} turn{'' if turns == 1 else 's'}"
    terminal.out.put(f"Forgot {count} of {one_line(name + whose)}.")
