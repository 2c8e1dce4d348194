"""Write docstrings for a file or a symbol, as a diff.

Nothing is written without `--apply`. Without a model these are honest skeletons from signatures,
types and raised exceptions; `--model NAME` asks a model.
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
    return propose(Kind.DOCS, arguments, [parse_place(path) for path in arguments.paths])
