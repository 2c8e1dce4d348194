"""The seam between us and an SDK: what it is asked, what it says, and what it may raise."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from bandmaster.errors import Failure
from bandmaster.models import Embedded, Gap, Prompt, Stop
from bandmaster.providers.failures import Complaint
from bandmaster.tasks import Usage

CONNECT_SECONDS = 10.0
KEPT_CONNECTIONS = 8
"""A larger pool makes every call slower: the transport looks through all of it."""
_NOT_REACHED = frozenset(
    {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "ClientConnectorError"}
)
"""Errors of several libraries that say the same; this floor knows none of them."""
_ADDRESS = ": is its address right?"

MALFORMED = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What an SDK raises, or our reading of what it returns, when a body is not its protocol's."""


class NoAnswer(Exception):
    """A body that is the protocol's but holds no answer; raised by a `Wire`."""

    def __init__(self, failure: Failure, words: str) -> None:
        super().__init__(words)
        self.failure = failure


def page() -> NoAnswer:
    """For an SDK that takes a web page for an answer."""
    return NoAnswer(
        Failure.MALFORMED, "the server sent plain text or a page, not an answer" + _ADDRESS
    )


def lacks(what: str) -> NoAnswer:
    """For something that a kind of server does not do: `lacks("embeddings")`."""
    return NoAnswer(Failure.NOT_FOUND, f"this provider offers no {what}")


def silent_stream(kind: str) -> NoAnswer:
    """For an SDK that finds no event in a body of the content type `kind` and says nothing."""
    if not kind or "event-stream" in kind:
        return NoAnswer(Failure.TRUNCATED, "the server closed the connection without an answer")
    words = f"the server sent {kind[:40]!r} instead of a stream"
    return NoAnswer(Failure.MALFORMED, words + _ADDRESS)


def as_text(said: object) -> str:
    """Text of a server; nothing is an empty one, and anything else is not the protocol's."""
    if said is None:
        return ""
    if not isinstance(said, str):
        raise TypeError
    return said


def had_begun(lost: BaseException) -> bool:
    """Whether a connection was lost in the middle of an answer: not before the server was reached,
    and not where it hung up without a word, as it does with a connection that we had kept."""
    error: BaseException | None = lost
    while error is not None:
        if type(error).__name__ in _NOT_REACHED or "disconnected" in str(error).lower():
            return False
        error = error.__cause__ or error.__context__
    return True


def as_object(arguments: str) -> dict[str, object]:
    """The arguments of an earlier call, for a protocol that has them as an object; what is none is
    shown to the model as it wrote it."""
    try:
        value = json.loads(arguments)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    return {"unreadable": arguments}


def as_count(said: object) -> int:
    """A server's number of tokens; what is none counts as not said."""
    return said if isinstance(said, int) and said > 0 else 0


@dataclass(frozen=True, slots=True)
class CallPart:
    """A part of a call of a tool: the parts of one call have the same `index`.

    `id` and `name` stand in its first part; `arguments` is more of its JSON text.
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a server said: a whole answer, or one event of a stream (perhaps only a sign of life).

    `usage` is the count so far, the last one is the whole.
    """

    text: str = ""
    stop: Stop | None = None
    usage: Usage | None = None
    model: str = ""
    calls: tuple[CallPart, ...] = ()


class Wire(Protocol):
    """One SDK at one address. It raises what the SDK raises, `NoAnswer` or one of `MALFORMED`."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """Everything that the SDK raises."""
        ...

    async def ask(self, model: str, prompt: Prompt) -> Piece: ...

    def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]: ...

    async def list_models(self) -> tuple[str, ...]: ...

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        """Raises `NoAnswer` with `Failure.NOT_FOUND` where the server has no such thing."""
        ...

    async def fill(self, model: str, gap: Gap) -> Piece:
        """Raises `NoAnswer` with `Failure.NOT_FOUND` where the server has no such thing."""
        ...

    def complaint(self, error: Exception) -> Complaint:
        """What one of `errors` means."""
        ...

    async def close(self) -> None: ...
