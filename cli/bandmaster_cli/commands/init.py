"""Write a commented bandmaster.toml into the workspace, or with --user for all your projects.

A file that is there already is never overwritten.
"""

from __future__ import annotations

import argparse

import bandmaster
from bandmaster import UsageError
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.places import find_start
from bandmaster_cli.template import template
from bandmaster_cli.terminal import open_terminal
from bandmaster_cli.writing import write_new


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", action="store_true", help="into your configuration folder")


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    own, workspace = bandmaster.configuration_files(find_start(arguments.workspace, ()))
    target = own if arguments.user else workspace
    try:
        write_new(target, template())
    except FileExistsError:
        raise UsageError(f"{str(target)!r} is there already and is not overwritten") from None
    if terminal.json:
        terminal.write(json_text({"written": str(target)}))
        return DONE
    terminal.out.put(f"Wrote {target}")
    if not arguments.user:
        terminal.note("endpoints, keys and commands in it count after `bandmaster policy trust`")
    return DONE
