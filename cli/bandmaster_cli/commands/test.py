"""Have a model write tests for a file or a symbol, as a diff.

Nothing is written without `--apply`.
"""

from __future__ import annotations

import argparse

from bandmaster import Kind
from bandmaster_cli.places import parse_place
from bandmaster_cli.proposing import add_proposal_arguments, propose


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="PATH or PATH:SYMBOL")
    add_proposal_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    return propose(Kind.TEST, arguments, [parse_place(path) for path in arguments.paths])
