"""`bandmaster mcp`: serves one workspace to one MCP client over stdin and stdout."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from mcp.server.stdio import stdio_server

import bandmaster
from bandmaster import Engine, UsageError
from bandmaster_mcp.server import Session, build_server

_ENDINGS = (signal.SIGTERM, signal.SIGINT)


def main(argv: list[str]) -> int:
    """Serve until the client closes its end; returns the exit code."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if arguments.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        start = _workspace(arguments.workspace)
    except UsageError as error:
        print(f"bandmaster mcp: {error}", file=sys.stderr)  # noqa: T201 - before there is a protocol
        return 2
    asyncio.run(_serve(start))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bandmaster mcp", description="Serve a workspace to an MCP host over stdio."
    )
    parser.add_argument(
        "--workspace", metavar="PATH", help="the project folder (default: the current folder)"
    )
    parser.add_argument("--verbose", action="store_true", help="log everything to stderr")
    return parser


def _workspace(written: str | None) -> Path:
    """The folder to serve. Raises `UsageError` where nobody can have meant it."""
    start = Path(written).expanduser() if written else Path.cwd()
    if not start.is_dir():
        raise UsageError(f"{str(start)!r} is not a folder; give one with --workspace PATH")
    real = start.resolve()
    if real == Path(real.anchor) or (written is None and real == Path.home().resolve()):
        raise UsageError(f"{str(real)!r} is no project; give its folder with --workspace PATH")
    return real


async def _serve(start: Path) -> None:
    session = Session(lambda: _open(start))
    server = build_server(session)
    _end_on_signal(session)
    try:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
    finally:
        await session.close()


def _open(start: Path) -> Engine:
    return bandmaster.open(start, lenient=True)


def _end_on_signal(session: Session) -> None:
    """On SIGTERM or Ctrl-C end all calls, with what they started, and leave.

    The reader of stdin sits in a thread that nothing can interrupt, hence the hard exit.
    """
    loop = asyncio.get_running_loop()
    endings: list[asyncio.Task[None]] = []

    async def end(code: int) -> None:
        try:
            await session.end_calls()
        finally:
            os._exit(code)

    def begin(number: int) -> None:
        endings.append(loop.create_task(end(128 + number)))

    if sys.platform != "win32":
        for number in _ENDINGS:
            loop.add_signal_handler(number, begin, number)
