"""The program `bandmaster`: picks a command, runs it, and turns what goes wrong into an exit code.

Imports are late on purpose: `--version` and the stdio servers must not wait for the whole house,
and Ctrl-C must be met from the first moment.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

_SERVERS = {"lsp": "bandmaster_lsp.main", "mcp": "bandmaster_mcp.main"}
"""Front doors that are started by name; what follows on the command line is theirs."""


def entry() -> NoReturn:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code (the table is in `exits.py`)."""
    try:
        _open_closed_streams()
        code = _dispatch(list(argv))
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001  The front door: a person reads one line.
        from bandmaster_cli.exits import report

        return report(error, verbose="--verbose" in argv)
    return code


def _open_closed_streams() -> None:
    """What is written to a stream that the caller closed (`>&-`) goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            import os

            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _dispatch(argv: list[str]) -> int:
    if argv in (["--version"], ["-V"]):
        from bandmaster_cli.version import print_version

        return print_version()
    if argv and argv[0] in _SERVERS:
        return _serve(_SERVERS[argv[0]], argv[1:])
    from bandmaster_cli.parsing import parse

    chosen = parse(argv)
    return chosen.run(chosen.arguments)


def _serve(module: str, argv: list[str]) -> int:
    import importlib

    return int(importlib.import_module(module).main(argv))
