"""The catalog: what is known of each model, who says so, and what is not known.

For each fact the first of these counts: the person (`[catalog."provider/model"]`), the server that
runs the model, the price list, our table of families; what none of them knows gets a cautious value
that is marked as unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TypeVar

from bandmaster.models.facts import Abilities, Facts, Listed, Price, Told
from bandmaster.models.families import find_family, size_in_name
from bandmaster.settings import CatalogEntry, Speed, Tier

_Value = TypeVar("_Value")
_YOU, _SERVER, _NAME = "your settings", "its server", "its name"
_WINDOW, _OUTPUT = 32_768, 8192
"""What nearly every model of today holds, for those of which nobody knows."""
_SMALL, _MEDIUM = 14.0, 80.0
"""Billions of parameters up to which a model is of that tier, where nothing else tells."""

ListedIn = Callable[[str], Listed | None]
"""What the price list says of `provider/model`; the first call reads the list (0.4 s)."""


class Catalog:
    """Facts about models. `facts` may read the price list: on a loop, `await prepare` before."""

    def __init__(self, entries: Mapping[str, CatalogEntry], listed: ListedIn) -> None:
        self._entries = entries
        self._listed = listed
        self._told: dict[str, Told] = {}
        self._known: dict[str, Facts] = {}

    async def prepare(self, models: Iterable[str]) -> None:
        """Look `models` up in a thread, so that `facts` answers at once for them."""
        missing = [one for one in models if one not in self._known]
        if missing:
            await asyncio.to_thread(lambda: [self.facts(one) for one in missing])

    def facts(self, model: str) -> Facts:
        """What is known of `provider/model`; looked up once."""
        known = self._known.get(model)
        if known is None:
            known = self._known[model] = self._look_up(model)
        return known

    def abilities(self, model: str) -> Abilities:
        """What a model can do; never reads the price list."""
        known = self._known.get(model)
        return known.abilities if known else self._abilities(model, _Found())

    def learn(self, model: str, told: Told) -> None:
        """What the server says of its model counts from now on."""
        self._told[model] = told
        self._known.pop(model, None)

    def _look_up(self, model: str) -> Facts:
        entry, told = self._entry(model), self._told.get(model, Told())
        family, listed = find_family(model), self._listed(model)
        by_list, by_table = listed.source if listed else "", family.source if family else ""
        found = _Found()
        counts = ((family.tokens if family and family.tokens != 1 else None, by_table),)
        sizes = ((entry.size, _YOU), (told.size, _SERVER), (size_in_name(model), _NAME))
        windows = (
            (entry.window, _YOU),
            (told.window, _SERVER),
            (listed.window if listed else None, by_list),
        )
        outputs = (
            (entry.output, _YOU),
            (told.output, _SERVER),
            (family.output if family else None, by_table),
        )
        prices = ((_own_price(entry), _YOU), (listed.price if listed else None, by_list))
        speeds = ((entry.speed, _YOU), (family.speed if family else None, by_table))
        size = found.first("size", sizes, None)
        tiers = (
            (entry.tier, _YOU),
            (_tier_by_size(size), "its size"),
            (family.tier if family else None, by_table),
        )
        window = found.first("window", windows, _WINDOW)
        return Facts(
            model=model,
            family=family.name if family else "",
            window=window,
            output=found.first("output", outputs, _OUTPUT),
            price=found.first("price", prices, None),
            abilities=self._abilities(model, found),
            tier=found.first("tier", tiers, Tier.SMALL),
            speed=found.first("speed", speeds, Speed.USUAL),
            size=size,
            tokens=found.first("tokens", counts, 1.0),
            strengths=entry.strengths,
            sources=found.sources | ({"strengths": _YOU} if entry.strengths else {}),
            unknown=frozenset(found.unknown),
        )

    def _abilities(self, model: str, found: _Found) -> Abilities:
        entry, told, family = self._entry(model), self._told.get(model, Told()), find_family(model)
        can: dict[str, bool] = {}
        for one in fields(Abilities):
            table = getattr(family.abilities, one.name) if family else None
            said = (
                (getattr(entry, one.name), _YOU),
                (getattr(told, one.name), _SERVER),
                (table, family.source if family else ""),
            )
            can[one.name] = found.first(one.name, said, False)  # noqa: FBT003 - a value as others
        return Abilities(**can)

    def _entry(self, model: str) -> CatalogEntry:
        return self._entries.get(model) or CatalogEntry()


class _Found:
    """Who said what, while the facts of one model are put together."""

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        self.unknown: set[str] = set()

    def first(
        self, name: str, said: Sequence[tuple[_Value | None, str]], otherwise: _Value
    ) -> _Value:
        """The first value that somebody knows."""
        for value, source in said:
            if value is not None:
                self.sources[name] = source
                return value
        self.unknown.add(name)
        return otherwise


def _own_price(entry: CatalogEntry) -> Price | None:
    own = entry.prices
    if own is None:
        return None
    cached = own.input if own.cached is None else own.cached
    return Price(input=own.input, cached=cached, output=own.output)


def _tier_by_size(size: float | None) -> Tier | None:
    if size is None:
        return None
    if size <= _SMALL:
        return Tier.SMALL
    return Tier.MEDIUM if size <= _MEDIUM else Tier.LARGE
