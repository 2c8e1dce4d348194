"""Everything that can go wrong, named for what the caller will do about it.

    BandmasterError
    ├── UsageError             the person's input is wrong: say how to put it right (exit 2)
    │   ├── SettingsError      a configuration file or variable: names file, line and key
    │   └── UnknownName        a model, provider, rule … that is not there: names the nearest
    ├── WorkspaceError         a file is not as the task needs it
    │   ├── OutsideWorkspace   a path leads out of the workspace
    │   ├── Unreadable         a file that cannot be read as text: says why
    │   └── Conflict           a file changed since the edit was made: nothing is written
    ├── ModelError             a model gave no answer
    │   ├── ModelUnavailable   another model may answer
    │   │   ├── BudgetExceeded nothing was sent: it might cost more than is left
    │   │   └── UnusableAnswer it answered, and not what was asked for, not even when told so
    │   └── ModelRefused       no other model should be tried
    ├── NoModel                nobody could do the task (exit 3): carries what was tried
    └── ToolError              a tool did not run
        ├── ToolDenied         the policy or the person said no: carries the reason
        └── ToolFailed         the tool ran into an error that its caller can act on

Messages end without a dot, quote values, and are safe to show: no key, no file content.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum


class BandmasterError(Exception):
    """Something that a person can be told in one line."""


class UsageError(BandmasterError):
    """The person's input is wrong; the message says how to put it right."""


class SettingsError(UsageError, ValueError):
    """A setting is wrong; the message names its file, line and key and the allowed values."""


class UnknownName(UsageError):
    """A name that is not known; the message offers the nearest ones."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        if near:
            hint = "did you mean " + " or ".join(repr(one) for one in near) + "?"
        elif names:
            hint = "known: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        else:
            hint = "none is configured"
        super().__init__(f"{what} {name!r} is not known; {hint}")
        self.near = tuple(near)


class WorkspaceError(BandmasterError):
    """A file of the workspace is not as the task needs it."""


class OutsideWorkspace(WorkspaceError):
    """A path leads out of the workspace, as written or through a link."""


class Unreadable(WorkspaceError):
    """A file cannot be read as text; `reason` is a short noun phrase (`binary file`)."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path!r} cannot be read: {reason}")
        self.path = path
        self.reason = reason


class Conflict(WorkspaceError):
    """A file changed since the edit was made; nothing is written."""


class Failure(StrEnum):
    """Why a model gave no answer."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    RATE_LIMIT = "rate_limit"
    OVERLOAD = "overload"
    AUTHENTICATION = "authentication"
    QUOTA = "quota"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_POLICY = "content_policy"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    CANCELLED = "cancelled"
    BUDGET = "budget"
    UNKNOWN = "unknown"


class ModelError(BandmasterError):
    """A model gave no answer."""

    def __init__(
        self,
        failure: Failure,
        message: str,
        *,
        retry_after: float | None = None,
        window: int | None = None,
        needed: int | None = None,
    ) -> None:
        super().__init__(message)
        self.failure = failure
        self.retry_after = retry_after
        """Seconds that the server asks us to wait, where it said so."""
        self.window = window
        """With `Failure.CONTEXT_TOO_LONG`: the tokens that the model holds, where it was said."""
        self.needed = needed
        """With `Failure.CONTEXT_TOO_LONG`: the tokens that it was given, where it was said."""
        self.counted: tuple[int, int, int, int] | None = None
        """Tokens that the server counted all the same: input, output, and of the input those that
        it had kept from before and those that it keeps for later."""
        self.begun = False
        """Whether the server had begun to answer, and may have counted what we do not know."""


class ModelUnavailable(ModelError):
    """Another model may answer."""


class BudgetExceeded(ModelUnavailable):
    """A call was not made: it might cost more than a limit leaves; a cheaper model may fit.

    The message says what is left and which setting raises it.
    """

    def __init__(self, message: str, *, setting: str, left: Decimal) -> None:
        super().__init__(Failure.BUDGET, message)
        self.setting = setting
        """The limit, as it is written in the configuration: `budget.day`."""
        self.left = left
        """US dollars."""


class UnusableAnswer(ModelUnavailable):
    """The model answered, and its answer was of no use, nor was it when asked to mend it.

    It speaks against the model, not against the server that it runs on.
    """

    def __init__(self, message: str) -> None:
        super().__init__(Failure.MALFORMED, message)


class ModelRefused(ModelError):
    """No other model should be tried: the request itself was refused."""


class NoModel(BandmasterError):
    """Nobody could do the task; the message says what was tried and how to configure a model."""


class ToolError(BandmasterError):
    """A tool did not run to its end."""


class ToolDenied(ToolError):
    """The policy or the person said no; the message carries the reason."""


class ToolFailed(ToolError):
    """The tool met an error that its caller can act on; the message says how."""
