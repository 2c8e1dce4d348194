"""The language models that the editor lends, as `host/…`: asked by a request of our own, whose
answer comes piece by piece in notifications before the request itself is answered."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Iterable, Mapping
from functools import partial
from typing import Protocol, cast

from bandmaster import (
    Failure,
    HostModel,
    HostSaid,
    ModelClient,
    ModelUnavailable,
    Prompt,
    Role,
    Settings,
    Stop,
)
from bandmaster_lsp.client import Client
from bandmaster_lsp.hardened import NoReply

FAILURES: Mapping[int, Failure] = {
    -32001: Failure.CANCELLED,  # The person did not agree.
    -32002: Failure.RATE_LIMIT,
    -32003: Failure.NOT_FOUND,
}
"""The codes of `LENDING_ERRORS` in the client's `protocol.ts`."""


class Borrower(Protocol):
    """What is needed of an engine."""

    settings: Settings

    def lend(self, client: ModelClient) -> None: ...
    def take_back(self, name: str) -> None: ...


class Lending:
    """What the editor lends now."""

    def __init__(self, client: Client, models: Iterable[str]) -> None:
        self._client = client
        self._models = _named(models)
        self._heard: dict[str, asyncio.Queue[str | None]] = {}

    @property
    def has_models(self) -> bool:
        return bool(self._models)

    def lend_to(self, engine: Borrower) -> None:
        """The engine can ask what the editor lends."""
        limits = engine.settings.limits
        for name, model in self._models.items():
            say = partial(self._say, model, limits.request_seconds)
            engine.lend(HostModel(name, say, limits))

    def change(self, models: Iterable[str], engines: Iterable[Borrower]) -> None:
        """The editor lends other models from now on."""
        gone, self._models = self._models, _named(models)
        for engine in engines:
            for name in gone:
                engine.take_back(name)
            self.lend_to(engine)

    def said(self, answer: str, text: str) -> None:
        """A piece of an answer has come; one that nobody waits for any more is dropped."""
        if answer in self._heard:
            self._heard[answer].put_nowait(text)

    async def _say(
        self, model: str, seconds: float, prompt: Prompt
    ) -> AsyncGenerator[HostSaid, None]:
        name = str(uuid.uuid4())
        heard = self._heard[name] = asyncio.Queue()
        question = {"answer": name, "model": model, "messages": _messages(prompt)}
        asking = asyncio.ensure_future(self._client.ask_model(question, seconds))
        asking.add_done_callback(lambda _: heard.put_nowait(None))
        try:
            while (text := await heard.get()) is not None:
                yield HostSaid(text)
            try:
                await asking
            except NoReply as error:
                failure = FAILURES.get(error.code, Failure.UNKNOWN)
                raise ModelUnavailable(failure, str(error)) from None
            yield HostSaid(stop=Stop.END, model=model)
        finally:
            del self._heard[name]
            asking.cancel()
            await asyncio.wait([asking])


def read_models(options: object) -> tuple[str, ...]:
    """The models that `{models: [...]}` names, as the editor calls them."""
    given = cast("dict[str, object]", options).get("models") if isinstance(options, dict) else None
    models = cast("list[object]", given) if isinstance(given, list) else []
    return tuple(one for one in models if isinstance(one, str) and one)


def _named(models: Iterable[str]) -> Mapping[str, str]:
    """Our name of each model -> the editor's."""
    return {f"host/{slug}": one for one in models if (slug := _slug(one))}


def _slug(model: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")[:60]


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    """The prompt for an editor, whose models know two roles."""
    roles = {Role.ASSISTANT: "assistant"}
    return [{"role": roles.get(one.role, "user"), "text": one.text} for one in prompt.messages]
