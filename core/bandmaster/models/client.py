"""The seams through which models are asked. Implementations live in `bandmaster.providers`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from bandmaster.models.messages import ChatChunk, Prompt, Reply


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
        """Text as it arrives; the last chunk, and only the last, is `Done`.

        Who stops reading before the end closes it (`contextlib.aclosing`).
        """
        ...


class Endpoint(Protocol):
    """An opened provider: an address with its key and its connections."""

    def client(self, model: str) -> ModelClient:
        """The model called `model` by the server; nothing is sent yet."""
        ...

    async def list_models(self) -> tuple[str, ...]:
        """The names of the models that the server offers. Raises `ModelError`."""
        ...

    async def close(self) -> None:
        """Close all connections; idempotent."""
        ...
