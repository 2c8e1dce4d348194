"""Chains and pools name models: who names a provider or a pool that is nowhere is told where."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bandmaster.configuration.problems import where_of
from bandmaster.errors import SettingsError
from bandmaster.providers.defaults import PRESETS
from bandmaster.providers.host import HOST
from bandmaster.providers.naming import POOL
from bandmaster.settings import Settings

_BUILTIN = "builtin"
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of settings that was read: what it says, and its text."""

    path: Path
    table: dict[str, Any]
    text: str


def check_references(settings: Settings, files: Sequence[ReadFile]) -> None:
    """Raises `SettingsError` for the first model that cannot be meant, with its file and line.

    A usual provider whose variable is not set here is no mistake: its links are left out.
    """
    if POOL in settings.providers:
        place: Place = ("providers", POOL)
        raise SettingsError(f"{_where(place, files)}providers.pool: 'pool' is the word for pools")
    if HOST in settings.providers:
        place = ("providers", HOST)
        words = "'host' is the word for models that an editor or an MCP host lends"
        raise SettingsError(f"{_where(place, files)}providers.host: {words}")
    providers = {*settings.providers, *PRESETS, HOST}
    for name, chain in settings.chains.items():
        if not chain.links:
            place = ("chains", name)
            raise SettingsError(f"{_where(place, files)}chains.{name}: a chain needs links")
    for place, model in _models(settings):
        pools = None if place[0] == "pools" else settings.pools
        problem = _problem(model, providers, pools)
        if problem:
            dotted = ".".join(str(part) for part in place)
            raise SettingsError(f"{_where(place, files)}{dotted}: {problem}")


def _models(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Each model that a chain or a pool names, with the place where it does."""
    for name, chain in settings.chains.items():
        for number, link in enumerate(chain.links):
            if link.model != _BUILTIN:
                yield ("chains", name, "links", number, "model"), link.model
    for name, pool in settings.pools.items():
        for number, member in enumerate(pool.members):
            yield ("pools", name, "members", number), member


def _problem(model: str, providers: Collection[str], pools: Collection[str] | None) -> str:
    first, _, rest = model.partition("/")
    if not rest:
        return f"{model!r} is no model; write 'provider/model'"
    if first == POOL and pools is not None:
        return "" if rest in pools else f"pool {rest!r} is not known; {_hint(rest, pools)}"
    return (
        "" if first in providers else f"provider {first!r} is not known; {_hint(first, providers)}"
    )


def _hint(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"


def _where(place: Place, files: Sequence[ReadFile]) -> str:
    """The file that says it, the last one where several do."""
    for file in reversed(files):
        if place[1] in file.table.get(str(place[0]), {}):
            return where_of(place, file.path, file.text)
    return ""
