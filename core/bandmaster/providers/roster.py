"""Everyone who can be asked: a model agent for each configured model, and `builtin` last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from bandmaster.agents import ModelAgent, Personas
from bandmaster.engine import Performer, ProviderState
from bandmaster.errors import Failure, ModelError, UnknownName
from bandmaster.ledger.prices import own_price, price
from bandmaster.models import (
    Cache,
    Calibration,
    Catalog,
    Describes,
    Endpoint,
    Facts,
    Health,
    ModelClient,
)
from bandmaster.providers.builtin import Builtin
from bandmaster.providers.defaults import address, key_variable
from bandmaster.providers.host import Lent, free
from bandmaster.providers.listing import listed_in
from bandmaster.providers.naming import named_models
from bandmaster.providers.opening import open_provider
from bandmaster.providers.place import is_loopback
from bandmaster.settings import Provider, ProviderKind, Settings

_log = logging.getLogger(__name__)
_DISCOVERY_SECONDS = 2.0
_TELL_NOTHING = (ProviderKind.OPENAI, ProviderKind.ANTHROPIC)
"""Protocols without a word for what a model can do: their SDKs are not loaded to ask for it."""
_NOBODY_THERE = (Failure.CONNECTION, Failure.TIMEOUT)


class Providers:
    """The engine's `Roster`: opens each provider when it is first needed, once."""

    def __init__(
        self,
        settings: Settings,
        keys: Mapping[str, str],
        personas: Personas,
        calibration: Calibration,
        cache: Cache | None = None,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._personas = personas
        self._calibration = calibration
        self.catalog = Catalog(settings.catalog, listed_in(settings))
        self._keys = keys
        self._endpoints: dict[str, asyncio.Task[Endpoint]] = {}
        self._performers: tuple[Performer, ...] | None = None
        self._lent = Lent()
        self._asked: set[str] = set()
        """Models whose servers were asked what they can do."""
        self._silent: set[str] = set()
        """Providers whose servers do not answer."""

    async def performers(self, wanted: str) -> tuple[Performer, ...]:
        """In the order of `models.order`, then as the providers list them; `builtin` last."""
        if wanted == Builtin.name:
            return (Builtin(),)
        if self._performers is None:
            names = await self._names()
            self._performers = tuple(self._agent(name) for name in names)
        known = (*self._performers, *self._lent_agents(), Builtin())
        provider, _, model = wanted.partition("/")
        if not model or provider not in self._settings.providers:
            return known
        if any(one.name == wanted for one in known):
            return known
        await self._require(provider, model)
        return (self._agent(wanted), *known)

    def lend(self, client: ModelClient) -> None:
        self._lent.lend(client)

    def take_back(self, name: str) -> None:
        self._lent.take_back(name)

    async def probe(self, provider: str) -> Health:
        if provider not in self._settings.providers:
            raise UnknownName("provider", provider, self._settings.providers)
        try:
            return await (await self._endpoint(provider)).health()
        except ModelError as error:  # It cannot even be opened.
            return Health(problem=str(error))

    def providers(self) -> tuple[ProviderState, ...]:
        return tuple(
            ProviderState(
                name=name,
                kind=str(provider.kind),
                base_url=address(name, provider),
                local=is_loopback(address(name, provider)),
                key_variable=key_variable(name, provider) or "",
                key_found=name in self._keys,
                models=provider.models,
            )
            for name, provider in self._settings.providers.items()
        )

    async def list_models(self, provider: str) -> tuple[str, ...]:
        if provider not in self._settings.providers:
            raise UnknownName("provider", provider, self._settings.providers)
        return await (await self._endpoint(provider)).list_models()

    async def facts(self, model: str) -> Facts:
        """What is known of `provider/model`; a server on this machine is asked for it, once."""
        provider = model.partition("/")[0]
        if provider not in self._settings.providers and model not in self._lent.clients:
            raise UnknownName("provider", provider, self._settings.providers)
        if model not in self._asked and model not in self._lent.clients:
            self._asked.add(model)
            await self._learn(model)
        await self.catalog.prepare([model])
        await self._calibration.ready()
        return _measured(self.catalog.facts(model), self._calibration)

    async def _learn(self, model: str) -> None:
        name, _, called = model.partition("/")
        provider = self._settings.providers[name]
        if name in self._silent or provider.kind in _TELL_NOTHING:
            return
        if not is_loopback(address(name, provider)):
            return
        try:
            async with asyncio.timeout(_DISCOVERY_SECONDS):
                endpoint = await self._endpoint(name)
                if isinstance(endpoint, Describes):
                    self.catalog.learn(model, await endpoint.facts(called))
        except (ModelError, TimeoutError) as error:
            if isinstance(error, TimeoutError) or error.failure in _NOBODY_THERE:
                self._silent.add(name)
            _log.debug("%s did not tell what %s can do: %s", name, called, error)

    async def close(self) -> None:
        opened, self._endpoints = self._endpoints, {}
        for task in opened.values():
            if task.done() and not task.cancelled() and task.exception() is None:
                await task.result().close()
            else:
                task.cancel()

    async def _names(self) -> list[str]:
        """All models as `provider/model`, each once."""
        listed = [
            f"{name}/{model}"
            for name, provider in self._settings.providers.items()
            for model in provider.models or await self._discover(name, provider)
        ]
        in_order, elsewhere = named_models(self._settings)
        return list(dict.fromkeys((*in_order, *listed, *elsewhere)))

    async def _require(self, provider: str, model: str) -> None:
        """Raises `UnknownName` where the server lists its models and `model` is none of them.

        A server that does not answer now is left to say so itself when it is asked.
        """
        try:
            async with asyncio.timeout(_DISCOVERY_SECONDS):
                offered = await self.list_models(provider)
        except (ModelError, TimeoutError):
            return
        if offered and model not in offered:
            raise UnknownName(
                "model", f"{provider}/{model}", [f"{provider}/{one}" for one in offered]
            )

    async def _discover(self, name: str, provider: Provider) -> tuple[str, ...]:
        """The models of a local server that lists none in the settings."""
        if provider.kind != ProviderKind.OLLAMA and not is_loopback(address(name, provider)):
            return ()
        try:
            async with asyncio.timeout(_DISCOVERY_SECONDS):
                return await (await self._endpoint(name)).list_models()
        except (ModelError, TimeoutError) as error:
            _log.warning("the models of %s could not be listed: %s", name, error)
            return ()

    def _agent(self, name: str) -> ModelAgent:
        provider_name, _, model = name.partition("/")
        provider = self._settings.providers[provider_name]
        local = is_loopback(address(provider_name, provider))
        own = self._settings.catalog.get(name)
        return ModelAgent(
            name,
            local=local,
            connect=self._connector(provider_name, model),
            price=partial(own_price, own.prices)
            if own and own.prices
            else partial(price, name, provider.kind, local),
            personas=self._personas,
            facts=partial(self.facts, name),
            calibration=self._calibration,
            embeds=self.catalog.abilities(name).embeds,
            continues=self.catalog.abilities(name).continues,
            cache=self._cache,
            address=address(provider_name, provider),
        )

    def _lent_agents(self) -> Iterator[ModelAgent]:
        for name, client in self._lent.clients.items():
            yield ModelAgent(
                name,
                local=client.local,
                connect=partial(_at_once, client),
                price=free,
                personas=self._personas,
                facts=partial(self.facts, name),
                calibration=self._calibration,
            )

    def _connector(self, provider: str, model: str) -> Callable[[], Awaitable[ModelClient]]:
        async def connect() -> ModelClient:
            return (await self._endpoint(provider)).client(model)

        return connect

    async def _endpoint(self, name: str) -> Endpoint:
        """The opened provider; several that ask at once wait for one opening.

        An opening that failed is tried again by the next who asks.
        """
        opened = self._endpoints.get(name)
        if opened is None or (opened.done() and (opened.cancelled() or opened.exception())):
            provider = self._settings.providers[name]
            opening = open_provider(name, provider, self._keys.get(name), self._settings.limits)
            self._endpoints[name] = asyncio.create_task(opening)
        return await asyncio.shield(self._endpoints[name])


async def _at_once(client: ModelClient) -> ModelClient:
    return client


def _measured(facts: Facts, calibration: Calibration) -> Facts:
    """The facts with what calls have taught of the model's count of tokens."""
    calls = round(calibration.weight(facts.model))
    if not calls:
        return facts
    source = f"measured in {calls} call{'' if calls == 1 else 's'}"
    return replace(
        facts,
        tokens=round(calibration.ratio(facts.model), 3),
        sources={**facts.sources, "tokens": source},
        unknown=facts.unknown - {"tokens"},
    )
