"""Which models the settings name outside their provider's list, and what tells endpoints apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from bandmaster.errors import UnknownName
from bandmaster.providers.defaults import address
from bandmaster.providers.host import HOST
from bandmaster.settings import Settings

POOL = "pool"
"""Stands where a provider's name stands, in the names of pools."""


def named_models(settings: Settings) -> tuple[list[str], list[str]]:
    """The models of `models.order`, and those of chains and pools, each `provider/model`.

    Those of chains and pools whose provider is not there are left out: their links say so.
    Raises `UnknownName` where `models.order` names a provider that is not there.
    """
    links = [link.model for chain in settings.chains.values() for link in chain.links]
    members = [member for pool in settings.pools.values() for member in pool.members]
    order = [name for name in settings.models.order if _provider(name) not in (POOL, HOST)]
    for name in order:
        if _provider(name) not in settings.providers:
            raise UnknownName("provider", _provider(name), settings.providers)
    others = [name for name in (*links, *members) if _provider(name) in settings.providers]
    return order, others


def endpoint_identity(settings: Settings, keys: Mapping[str, str]) -> Callable[[str], str]:
    """What identifies the endpoint of `provider/model` to all doors; empty where it has none.

    The key is part of it: who mends a refused key is not left alone for the old one. It is a
    digest, for addresses can hold passwords.
    """

    def identity(name: str) -> str:
        provider = _provider(name)
        known = settings.providers.get(provider)
        if known is None:
            return ""
        parts = (name, address(provider, known), keys.get(provider, ""))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    return identity


def _provider(name: str) -> str:
    return name.partition("/")[0]
