"""`bandmaster lsp`: the language server on standard input and output."""

from __future__ import annotations

import argparse
import logging
import sys

from bandmaster_lsp.hardened import run_on_stdio
from bandmaster_lsp.server import VERSION, build


def main(argv: list[str]) -> int:
    """Serve one editor; the exit code is 1 where it left without `shutdown`."""
    parser = argparse.ArgumentParser(
        prog="bandmaster lsp",
        description="The Bandmaster language server; an editor starts it and speaks LSP to it "
        "over standard input and output.",
    )
    parser.add_argument("--version", action="version", version=f"bandmaster {VERSION}")
    parser.add_argument(
        "--stdio", action="store_true", help="what it does anyway; some editors say so"
    )
    parser.add_argument(
        "--clientProcessId", type=int, metavar="PID", help="accepted from VS Code; not needed"
    )
    parser.add_argument(
        "--log-level", default="warning", choices=["debug", "info", "warning", "error"]
    )
    options = parser.parse_args(argv)
    _log_to_stderr(options.log_level)
    return run_on_stdio(build())


def _log_to_stderr(level: str) -> None:
    """Standard output belongs to the protocol."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Only our own: model SDKs log whole prompts when they are asked for more.
    logging.getLogger("bandmaster").setLevel(level.upper())
    # pygls logs whole messages, at the level of errors too; what matters is logged by `hardened`.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
