"""Ask a model about the project."""

from __future__ import annotations

import argparse

from bandmaster import Kind
from bandmaster_cli.answering import answer
from bandmaster_cli.places import parse_place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="TEXT", nargs="+", help="the question")
    parser.add_argument(
        "--file",
        metavar="PATH",
        action="append",
        default=[],
        help="PATH, PATH:LINE or PATH:SYMBOL that it is about; may be given several times",
    )


def run(arguments: argparse.Namespace) -> int:
    places = [parse_place(path) for path in arguments.file]
    return answer(Kind.ASK, arguments, places, " ".join(arguments.words))
