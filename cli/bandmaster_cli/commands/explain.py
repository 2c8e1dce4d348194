"""Explain a file, a line or a symbol.

Without a model this comes from the structure of the code; `--model NAME` asks a model.
"""

from __future__ import annotations

import argparse

from bandmaster import Kind
from bandmaster_cli.answering import add_session_argument, answer
from bandmaster_cli.opening import add_model_arguments
from bandmaster_cli.places import parse_place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="PATH, PATH:LINE or PATH:SYMBOL")
    parser.add_argument("--instruction", metavar="TEXT", default="", help="what a model should say")
    add_session_argument(parser)
    add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    places = [parse_place(path) for path in arguments.paths]
    return answer(Kind.EXPLAIN, arguments, places, arguments.instruction)
