"""Models that a front door lends: its host's own, as `host/…`, for as long as the door is there.

What the door gets from its host is watched like the answer of any server: without an end it is no
answer, and a host that falls silent is given up.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from bandmaster.errors import Failure, UsageError
from bandmaster.models import Embedded, Gap, ModelClient, Prompt, Stop
from bandmaster.providers.asking import WiredModel
from bandmaster.providers.failures import Complaint
from bandmaster.providers.place import Place
from bandmaster.providers.wire import Piece, lacks
from bandmaster.settings import Limits
from bandmaster.tasks import Cost, Usage

HOST = "host"
_PREFIX = f"{HOST}/"


@dataclass(frozen=True, slots=True)
class HostSaid:
    """A part of what a host's model says; the one with a `stop` is the last that matters."""

    text: str = ""
    stop: Stop | None = None
    model: str = ""
    """The model's name as the host reports it."""


Say = Callable[[Prompt], AsyncGenerator[HostSaid, None]]
"""How a door asks its host: parts as they come. Raises `ModelUnavailable` or `ModelRefused`."""


class HostModel(WiredModel):
    """A `ModelClient` over the way that a door has to its host's model; `name` is `host/…`."""

    def __init__(self, name: str, say: Say, limits: Limits, *, local: bool = False) -> None:
        if not name.startswith(_PREFIX) or name == _PREFIX:
            raise UsageError(f"a model that a door lends is called 'host/…', not {name!r}")
        place = Place(name=HOST, url="")
        super().__init__(place, _Host(say), limits, name.removeprefix(_PREFIX))
        self._local = local

    @property
    def local(self) -> bool:
        return self._local


class Lent:
    """The models that doors lend now, in the order in which they came."""

    def __init__(self) -> None:
        self._clients: dict[str, ModelClient] = {}

    def lend(self, client: ModelClient) -> None:
        """`client` can be asked from now on; one of its name is replaced."""
        self._clients[client.name] = client

    def take_back(self, name: str) -> None:
        """The model called `name` cannot be asked any more; idempotent."""
        self._clients.pop(name, None)

    @property
    def clients(self) -> Mapping[str, ModelClient]:
        return self._clients


def free(usage: Usage) -> Cost:  # noqa: ARG001 - whatever it is
    """What a lent model costs the person: nothing here; the host has its own account."""
    return Cost(source="lent by the host, free here")


class _Host:
    """The `Wire` over a door."""

    errors: tuple[type[Exception], ...] = ()

    def __init__(self, say: Say) -> None:
        self._say = say

    async def ask(self, model: str, prompt: Prompt) -> Piece:
        text: list[str] = []
        stop: Stop | None = None
        async with aclosing(self.stream(model, prompt)) as pieces:
            async for piece in pieces:
                text.append(piece.text)
                stop, model = piece.stop or stop, piece.model or model
        return Piece("".join(text), stop, model=model)

    async def stream(
        self,
        model: str,  # noqa: ARG002 - a door knows its model
        prompt: Prompt,
    ) -> AsyncGenerator[Piece, None]:
        if prompt.tools:
            raise lacks("tool calls")
        async with aclosing(self._say(prompt)) as parts:
            async for part in parts:
                yield Piece(part.text, part.stop, model=part.model)

    async def list_models(self) -> tuple[str, ...]:
        return ()

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:  # noqa: ARG002 - none
        raise lacks("embeddings")

    async def fill(self, model: str, gap: Gap) -> Piece:  # noqa: ARG002 - none
        raise lacks("fill-in-the-middle")

    def complaint(self, error: Exception) -> Complaint:  # noqa: ARG002 - it has no errors
        return Complaint(failure=Failure.UNKNOWN)

    async def close(self) -> None:
        """The door closes its host."""
