"""Propose edits that mend defects, as a diff.

Nothing is written without `--apply`. The safe fixes of Bandmaster's own checks are proposed; a
model is asked with `--model NAME` (or `--model auto`), or where `--instruction TEXT` says what to
mend.
"""

from __future__ import annotations

import argparse

from bandmaster import Kind
from bandmaster_cli.places import parse_place
from bandmaster_cli.proposing import add_proposal_arguments, propose


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="PATH, PATH:LINE or PATH:SYMBOL")
    add_proposal_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    return propose(Kind.FIX, arguments, [parse_place(path) for path in arguments.paths])
