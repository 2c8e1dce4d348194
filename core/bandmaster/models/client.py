"""The seams through which models are asked. Implementations live in `bandmaster.providers`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bandmaster.models.facts import Told
from bandmaster.models.messages import ChatChunk, Embedded, Gap, Prompt, Reply


class ModelClient(Protocol):
    """One model that can be asked.

    Both ways raise `ModelUnavailable` (another model may answer) or `ModelRefused` (none should
    be tried), and nothing else but `asyncio.CancelledError`. An answer without an end (a cut body,
    a stream without a finish reason, a page that is not the protocol's) is `ModelUnavailable`.
    SDK retries are off: whoever calls decides what is tried again. Cancelling closes the
    connection.
    """

    @property
    def name(self) -> str:
        """`provider/model`."""
        ...

    @property
    def local(self) -> bool:
        """Whether the model runs on this machine (its address is loopback)."""
        ...

    async def ask(self, prompt: Prompt) -> Reply:
        """The whole answer at once."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        """Text and calls as they arrive; the last chunk, and only the last, is `Done`.

        Who stops reading before the end closes it (`contextlib.aclosing`).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether a server answers now: `problem` is empty when it does."""

    problem: str = ""
    seconds: float = 0.0
    """How long the answer took."""
    models: tuple[str, ...] = ()
    """What it offers, where it said so."""


class Endpoint(Protocol):
    """An opened provider: an address with its key and its connections.

    What a kind of server cannot do raises `ModelUnavailable` with `Failure.NOT_FOUND`.
    """

    def client(self, model: str) -> ModelClient:
        """The model called `model` by the server; nothing is sent yet."""
        ...

    async def list_models(self) -> tuple[str, ...]:
        """The names of the models that the server offers. Raises `ModelError`."""
        ...

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        """A vector for each text. Raises `ModelError`."""
        ...

    async def fill(self, model: str, gap: Gap) -> Reply:
        """What belongs between `gap.before` and `gap.after`. Raises `ModelError`."""
        ...

    async def health(self) -> Health:
        """Whether the server answers and takes the key; never raises a `ModelError`."""
        ...

    async def close(self) -> None:
        """Close all connections; idempotent."""
        ...


@runtime_checkable
class Describes(Protocol):
    """An endpoint whose server can tell what its models hold and can do."""

    async def facts(self, model: str) -> Told:
        """What the server says of its model called `model`. Raises `ModelError`."""
        ...
