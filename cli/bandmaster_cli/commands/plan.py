"""Have a model plan a change, step by step; nothing is written."""

from __future__ import annotations

import argparse

from bandmaster import Kind
from bandmaster_cli.answering import add_question_arguments, answer, question
from bandmaster_cli.places import parse_place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_question_arguments(parser, "the change that is wanted")


def run(arguments: argparse.Namespace) -> int:
    places = [parse_place(path) for path in arguments.file]
    return answer(Kind.PLAN, arguments, places, question(arguments))
