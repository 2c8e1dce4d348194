"""Where a command writes: the answer on stdout, everything else on stderr."""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console
from rich.text import Text

from bandmaster_cli.printable import one_line, printable

if TYPE_CHECKING:
    from typing import Literal

    ColorSystem = Literal["auto", "truecolor"] | None

_WIDEST = 100
"""Columns after which prose is hard to read, however wide the terminal is."""


class Paper(Console):
    """A console that tells us when its reader went away."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError

    @property
    def columns(self) -> int:
        """The width that prose is wrapped to."""
        return min(self.width, _WIDEST)

    def put(self, text: Text | str = "") -> None:
        """One line as it stands: not wrapped, not read as markup."""
        line = Text(printable(text)) if isinstance(text, str) else text
        self.print(line, soft_wrap=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Terminal:
    """The person's terminal, or the pipes in its place."""

    out: Paper
    err: Paper
    quiet: bool
    verbose: bool
    json: bool

    @property
    def live(self) -> bool:
        """Whether stdout is a screen, so that text may be shown before it is certain."""
        return sys.stdout.isatty() and not self.json

    @property
    def animated(self) -> bool:
        """Whether progress can be drawn on stderr."""
        return self.err.is_terminal and sys.stderr.isatty() and not self.quiet

    def write(self, text: str) -> None:
        """A document on stdout, as it stands."""
        sys.stdout.write(text)

    def note(self, message: str) -> None:
        """A line beside the answer, on stderr."""
        if not self.quiet:
            text = Text(one_line(message), style="dim")
            self.err.print(text, soft_wrap=not self.err.is_terminal)


def open_terminal(arguments: argparse.Namespace) -> Terminal:
    """The terminal that the shared options ask for; our log goes to its stderr."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    terminal = Terminal(
        out=_paper(arguments.color, stderr=False),
        err=_paper(arguments.color, stderr=True),
        quiet=arguments.quiet,
        verbose=arguments.verbose,
        json=arguments.json,
    )
    log = logging.getLogger("bandmaster")
    log.handlers = [_Notes(terminal)]
    log.setLevel(logging.DEBUG if arguments.verbose else logging.WARNING)
    return terminal


class _Notes(logging.Handler):
    """The core's log as lines on stderr; other packages' logs may hold contents and stay out."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        self._terminal.note(f"{record.levelname.lower()}: {record.getMessage()}")


def _paper(color: str, *, stderr: bool) -> Paper:
    system: ColorSystem = None if color == "never" else "auto"
    forced = True if color == "always" else None
    return Paper(stderr=stderr, color_system=system, force_terminal=forced)
