"""Ask a model about the project."""

from __future__ import annotations

import argparse

from bandmaster import Kind
from bandmaster_cli.answering import add_question_arguments, answer, question
from bandmaster_cli.places import parse_place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_question_arguments(parser, "the question")


def run(arguments: argparse.Namespace) -> int:
    places = [parse_place(path) for path in arguments.file]
    return answer(Kind.ASK, arguments, places, question(arguments))
