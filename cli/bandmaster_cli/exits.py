"""Exit codes: what each kind of end means to a script, in one table."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress

DONE = 0
NO = 1
"""The answer is "no": findings at or above `--fail-on`, denied, a file changed meanwhile."""
USAGE = 2
"""Wrong usage or configuration, or a file that is not as the task needs it."""
NO_MODEL = 3
BUG = 70
"""An error that nobody foresaw (`EX_SOFTWARE` of sysexits.h)."""
NO_ROOM = 74
"""The answer could not be written to stdout (`EX_IOERR`)."""
INTERRUPTED = 130
BROKEN_PIPE = 141
"""Whoever read our output went away, as in `bandmaster review | head`."""
TERMINATED = 143


class Terminated(BaseException):
    """The process was asked to end (SIGTERM); everything is cleaned up."""


def report(error: BaseException, *, verbose: bool) -> int:
    """Tell the person about `error` in one line on stderr, and return the exit code."""
    match error:
        case SystemExit():
            return error.code if isinstance(error.code, int) else DONE
        case KeyboardInterrupt():
            return _end("interrupted", INTERRUPTED)
        case Terminated():
            return _end("asked to end (SIGTERM)", TERMINATED)
        case BrokenPipeError():
            _silence_stdout()
            return BROKEN_PIPE
        case OSError(errno=errno.ENOSPC):
            _silence_stdout()
            return _end(f"cannot write: {error.strerror}", NO_ROOM)
        case _:
            return _report_error(error, verbose=verbose)


def _report_error(error: BaseException, *, verbose: bool) -> int:
    from bandmaster import BandmasterError

    if verbose:
        traceback.print_exception(error)
    if isinstance(error, BandmasterError):
        return _end(str(error), code_of(error))
    hint = "" if verbose else "; run it again with --verbose for the traceback"
    shown = f"{type(error).__name__}: {error}".partition("\n")[0]
    return _end(f"{shown}\nthis is a bug in bandmaster, please report it{hint}", BUG)


def code_of(error: BaseException) -> int:
    """The exit code of an error, by the nearest of its classes that the table names."""
    import bandmaster

    table: dict[type[BaseException], int] = {
        bandmaster.UsageError: USAGE,
        bandmaster.WorkspaceError: USAGE,
        bandmaster.Conflict: NO,
        bandmaster.ModelError: NO_MODEL,
        bandmaster.NoModel: NO_MODEL,
        bandmaster.ToolError: NO,
        bandmaster.BandmasterError: BUG,
    }
    return next((table[kind] for kind in type(error).__mro__ if kind in table), BUG)


def _end(message: str, code: int) -> int:
    from bandmaster_cli.printable import printable

    with suppress(OSError, ValueError):  # Perhaps nobody reads stderr; the code still says it.
        sys.stderr.write(f"bandmaster: {printable(message)}\n")
        sys.stderr.flush()
    return code


def _silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    with suppress(OSError, ValueError):  # stdout may be no file of the system.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
