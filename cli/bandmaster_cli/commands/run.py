"""Do a task that is written as JSON (docs/schema/task.json); the outcome is one JSON document.

    echo '{"kind": "ask", "instruction": "What is this?"}' | bandmaster run -

Nothing is written to the workspace: a proposal holds its diff. The `task` of an outcome is a
request too, so what was asked once can be asked again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bandmaster import Engine, Task, UsageError, outcome_document, read_task
from bandmaster_cli.envelope import print_envelope
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import open_engine
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal
from bandmaster_cli.watching import perform_any

_MOST_BYTES = 10_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", metavar="FILE", help="the request; `-` is standard input")


def run(arguments: argparse.Namespace) -> int:
    arguments.json = True
    task = read_request(arguments.request)
    terminal = open_terminal(arguments)
    return run_to_end(_perform(open_engine(arguments, terminal), task, terminal))


def read_request(where: str) -> Task:
    """The task in the file `where`. Raises `UsageError`."""
    try:
        data = _bytes(where)
    except OSError as error:
        raise UsageError(f"the request {where!r} cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"the request {where!r} is larger than {_MOST_BYTES:,} bytes")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the request {where!r} is not JSON: {error}") from error
    return read_task(document)


def _bytes(where: str) -> bytes:
    if where == "-":
        return sys.stdin.buffer.read(_MOST_BYTES + 1)
    with Path(where).open("rb") as stream:
        return stream.read(_MOST_BYTES + 1)


async def _perform(engine: Engine, task: Task, terminal: Terminal) -> int:
    async with engine:
        performed = await perform_any(engine, task, terminal)
    terminal.write(json_text(outcome_document(performed)))
    print_envelope(performed, terminal)
    return DONE
