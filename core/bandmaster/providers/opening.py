"""Opening a provider: its SDK is imported now, in a thread, and not before."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, cast

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import Endpoint
from bandmaster.providers.custom import custom_kinds, opener
from bandmaster.providers.defaults import address, key_variable
from bandmaster.providers.place import Place, host_of
from bandmaster.settings import Limits, Provider, ProviderKind

_PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        ProviderKind.OPENAI: "bandmaster.providers.openai",
        ProviderKind.ANTHROPIC: "bandmaster.providers.anthropic",
        ProviderKind.OLLAMA: "bandmaster.providers.ollama",
    }
)


class _Module(Protocol):
    """What each module of the table offers."""

    def endpoint(self, place: Place, limits: Limits) -> Endpoint: ...


async def open_provider(name: str, provider: Provider, key: str | None, limits: Limits) -> Endpoint:
    """The provider, ready to be asked; nothing is sent yet.

    Raises `ModelUnavailable` where its SDK is missing, or its address or key cannot be used.
    """
    place = Place(
        name=name,
        url=_usable(address(name, provider), name, provider.kind),
        key=_checked(key, name, provider),
        key_variable=key_variable(name, provider),
        api=provider.api,
    )
    return await asyncio.to_thread(_open, provider.kind, place, limits)


def known_kinds() -> tuple[str, ...]:
    """All kinds of provider: ours and those of installed packages."""
    return tuple(sorted({*_PROVIDERS, *custom_kinds()}))


def is_ours(kind: str) -> bool:
    """Whether `kind` is one of our own, whatever is installed."""
    return kind in _PROVIDERS


def _open(kind: str, place: Place, limits: Limits) -> Endpoint:
    if not is_ours(kind):
        return opener(kind)(place, limits)
    try:
        module = cast("_Module", importlib.import_module(_PROVIDERS[kind]))
    except ModuleNotFoundError as missing:
        pip = f"{str(kind)!r} needs its SDK: pip install {kind}"
        raise ModelUnavailable(Failure.UNKNOWN, f"{pip} ({missing.name!r} is missing)") from None
    return module.endpoint(place, limits)


def _usable(url: str, name: str, kind: str) -> str:
    """The address as it stands; a stranger's provider may need none."""
    if not host_of(url) and (url or is_ours(kind)):
        words = f"the address of provider {name!r} cannot be used: base_url wants http://HOST:PORT"
        raise ModelUnavailable(Failure.CONNECTION, words)
    return url


def _checked(key: str | None, name: str, provider: Provider) -> str | None:
    """The key without the white space that comes with copying."""
    key = (key or "").strip()
    if not key.isascii() or not key.isprintable():
        where = key_variable(name, provider) or f"the key of {name!r}"
        raise ModelUnavailable(Failure.AUTHENTICATION, f"{where} holds characters no key can have")
    return key or None
