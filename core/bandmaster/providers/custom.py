"""Providers of installed packages: an entry point of the group `bandmaster.providers`.

Its name is the kind that `[providers.NAME]` asks for; its value is a function
`endpoint(place, limits) -> Endpoint`, or a module that has one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar, cast

from bandmaster.errors import BandmasterError, Failure, ModelUnavailable
from bandmaster.models import (
    ChatChunk,
    Embedded,
    Endpoint,
    Gap,
    Health,
    ModelClient,
    Prompt,
    Reply,
)
from bandmaster.providers.place import Place
from bandmaster.settings import Limits

GROUP = "bandmaster.providers"
Open = Callable[[Place, Limits], Endpoint]
_T = TypeVar("_T")


def custom_kinds() -> tuple[str, ...]:
    """The kinds that installed packages bring; reads the list of all that is installed."""
    return tuple(sorted(entry_points(group=GROUP).names))


def opener(kind: str) -> Open:
    """What opens providers of `kind`. Imports the package that brings it.

    Raises `ModelUnavailable` where there is none, more than one, or it cannot be loaded.
    """
    found = list(entry_points(group=GROUP, name=kind))
    if not found:
        raise _failed(f"no installed package brings providers of kind {kind!r}")
    if len(found) > 1:
        packages = ", ".join(sorted(map(_package, found)))
        raise _failed(f"kind {kind!r} is brought by several packages: {packages}; keep one")
    entry = found[0]
    try:
        value = entry.load()
        opens = cast("Open", getattr(value, "endpoint", value))
    except Exception as error:
        raise _broken(entry, error) from error
    if not callable(opens):
        raise _failed(f"kind {kind!r} of {_package(entry)!r} is no function and no module with one")

    def open_contained(place: Place, limits: Limits) -> Endpoint:
        try:
            return Contained(opens(place, limits), kind)
        except BandmasterError:
            raise
        except Exception as error:
            raise _broken(entry, error) from error

    return open_contained


class Contained:
    """A stranger's endpoint: what it raises besides our errors is a failure like any other, so
    that the next model is tried."""

    def __init__(self, endpoint: Endpoint, kind: str) -> None:
        self._endpoint = endpoint
        self._kind = kind

    def client(self, model: str) -> ModelClient:
        return _Client(self._endpoint.client(model), self._kind)

    async def list_models(self) -> tuple[str, ...]:
        return await _contained(self._kind, self._endpoint.list_models())

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        return await _contained(self._kind, self._endpoint.embed(model, texts))

    async def fill(self, model: str, gap: Gap) -> Reply:
        return await _contained(self._kind, self._endpoint.fill(model, gap))

    async def health(self) -> Health:
        try:
            return await _contained(self._kind, self._endpoint.health())
        except BandmasterError as error:
            return Health(problem=str(error))

    async def close(self) -> None:
        await self._endpoint.close()


class _Client:
    """A stranger's model, contained likewise."""

    def __init__(self, client: ModelClient, kind: str) -> None:
        self._client = client
        self._kind = kind

    @property
    def name(self) -> str:
        return self._client.name

    @property
    def local(self) -> bool:
        return self._client.local

    async def ask(self, prompt: Prompt) -> Reply:
        return await _contained(self._kind, self._client.ask(prompt))

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk, None]:
        try:
            async with aclosing(self._client.stream(prompt)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except (BandmasterError, asyncio.CancelledError):
            raise
        except Exception as error:
            raise _fault(self._kind, error) from error


async def _contained(kind: str, asked: Awaitable[_T]) -> _T:
    try:
        return await asked
    except BandmasterError:
        raise
    except Exception as error:
        raise _fault(kind, error) from error


def _fault(kind: str, error: Exception) -> ModelUnavailable:
    """Without the words of `error`, which may hold what was sent."""
    return _failed(f"the provider of kind {kind!r} failed with {type(error).__name__}")


def _broken(entry: EntryPoint, error: Exception) -> ModelUnavailable:
    words = f"kind {entry.name!r} of package {_package(entry)!r} cannot be opened"
    return _failed(f"{words}: {type(error).__name__}: {str(error)[:120]}")


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value


def _failed(words: str) -> ModelUnavailable:
    return ModelUnavailable(Failure.UNKNOWN, words)
