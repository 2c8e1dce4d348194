"""The command line's grammar: the table of commands, the options that all share, and the help."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from bandmaster_cli.exits import DONE, USAGE
from bandmaster_cli.version import print_version


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, the file that holds it, and what the help says of it."""

    name: str
    group: str
    summary: str
    module: str = ""
    """Under `bandmaster_cli.commands`; empty for the servers, which `main.py` starts."""


CODE, SERVERS, SETUP = "Work on code", "Front doors (stdio servers)", "Set up and inspect"
COMMANDS = (
    Command("review", CODE, "find defects and say why they matter and how to mend them", "review"),
    Command("fix", CODE, "propose fixes as a diff; --apply writes them", "fix"),
    Command("docs", CODE, "write docstrings for a file or a symbol", "docs"),
    Command("explain", CODE, "explain a file, a line or a symbol", "explain"),
    Command("ask", CODE, "ask a model about the project", "ask"),
    Command("plan", CODE, "have a model plan a change, step by step", "plan"),
    Command("test", CODE, "have a model write tests", "test"),
    Command("run", CODE, "do a task that is written as JSON, for scripts", "run"),
    Command("lsp", SERVERS, "language server for editors"),
    Command("mcp", SERVERS, "tool server for MCP hosts"),
    Command("doctor", SETUP, "say what works here and what does not", "doctor"),
    Command("models", SETUP, "list the models in the order in which they are tried", "models"),
    Command("chains", SETUP, "show who is tried for which tasks, and what is left out", "chains"),
    Command("route", SETUP, "explain who would do a task, and why; nobody is asked", "route"),
    Command("feedback", SETUP, "rate an answer; the choice of models learns from it", "feedback"),
    Command("trial", SETUP, "compare two models on a share of a kind of task", "trial"),
    Command("stats", SETUP, "show what models cost, and on what", "stats"),
    Command("budget", SETUP, "show what may be spent, and what is left", "budget"),
    Command("cache", SETUP, "show or clear what is kept of models' answers", "cache"),
    Command("personas", SETUP, "show, write and reset who a model is told to be", "personas"),
    Command("sessions", SETUP, "list, show and reset conversations", "sessions"),
    Command("init", SETUP, "write a commented bandmaster.toml", "init"),
    Command("policy", SETUP, "trust this workspace, or show what it may set", "policy"),
)
_EPILOG = """\
Exit codes: 0 done · 1 the answer is "no" (findings at --fail-on, denied, a conflict) ·
2 wrong usage or configuration · 3 no model could do it · 70 a bug ·
74 no room for the output · 130 interrupted
`bandmaster COMMAND --help` tells more."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A command line that was understood."""

    run: Callable[[argparse.Namespace], int]
    arguments: argparse.Namespace


class _First(argparse.ArgumentParser):
    """Understands what comes before the command."""

    def error(self, message: str) -> NoReturn:
        raise _usage(f"{message}; `bandmaster --help` lists the commands")


def parse(argv: Sequence[str]) -> Chosen:
    """Understand `argv`; argparse ends the process with 2 and a message where it cannot."""
    first = _First(prog="bandmaster", add_help=False, parents=[_shared()])
    first.add_argument("-h", "--help", action="store_true")
    first.add_argument("-V", "--version", action="store_true")
    first.add_argument("command", nargs="?")
    first.add_argument("rest", nargs=argparse.REMAINDER)
    arguments = first.parse_args(argv)
    if arguments.version:
        return Chosen(_print_version, arguments)
    if arguments.command is None or arguments.help:
        return Chosen(_print_help, arguments)
    module = importlib.import_module(f"bandmaster_cli.commands.{_find(arguments.command).module}")
    parser = argparse.ArgumentParser(
        prog=f"bandmaster {arguments.command}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_shared()],
    )
    module.add_arguments(parser)
    return Chosen(module.run, parser.parse_args(arguments.rest, _decided(arguments)))


def _shared() -> argparse.ArgumentParser:
    """The options that every command takes, before its name or behind it."""
    shared = argparse.ArgumentParser(
        add_help=False, argument_default=argparse.SUPPRESS, usage=argparse.SUPPRESS
    )
    group = shared.add_argument_group("options of all commands")
    group.add_argument("--workspace", metavar="PATH", help="the project (else: the one of PATH)")
    group.add_argument("--model", metavar="NAME", help="`provider/model`, `builtin` or `auto`")
    group.add_argument("--local-only", action="store_true", help="only models on this machine")
    group.add_argument("--json", action="store_true", help="print one JSON document")
    group.add_argument("--quiet", action="store_true", help="no progress, no notes")
    group.add_argument("--verbose", action="store_true", help="say more; tracebacks of bugs")
    group.add_argument("--color", choices=("auto", "always", "never"), help="default: auto")
    return shared


def _decided(arguments: argparse.Namespace) -> argparse.Namespace:
    """The shared options, with a default for each that was not given."""
    defaults: dict[str, object] = {
        "workspace": None,
        "model": None,
        "local_only": False,
        "json": False,
        "quiet": False,
        "verbose": False,
        "color": "auto",
    }
    given = vars(arguments)
    return argparse.Namespace(**{name: given.get(name, value) for name, value in defaults.items()})


def _find(name: str) -> Command:
    for command in COMMANDS:
        if command.name == name and command.module:
            return command
        if command.name == name:
            raise _usage(f"{name!r} comes first on the command line: `bandmaster {name} …`")
    from bandmaster import UnknownName

    raise UnknownName("command", name, [command.name for command in COMMANDS])


def _usage(message: str) -> Exception:
    from bandmaster import UsageError

    return UsageError(message)


def help_text() -> str:
    """What `bandmaster --help` prints."""
    lines = ["usage: bandmaster COMMAND …", ""]
    lines.append("Reviews, fixes, documents and explains code, with models and without.")
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", f"{group}:"]
        lines += [f"  {one.name:<9} {one.summary}" for one in COMMANDS if one.group == group]
    lines += ["", _shared().format_help().strip(), "", _EPILOG]
    return "\n".join(lines)


def _print_help(arguments: argparse.Namespace) -> int:
    """Asked for, it is the answer; instead of a command, it is a hint and wrong usage."""
    (sys.stdout if arguments.help else sys.stderr).write(help_text() + "\n")
    return DONE if arguments.help else USAGE


def _print_version(_: argparse.Namespace) -> int:
    return print_version()
