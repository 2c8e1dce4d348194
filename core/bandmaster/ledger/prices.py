"""What a call costs, from the price list that comes with `genai-prices`; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from types import MappingProxyType

from bandmaster.settings import Prices, ProviderKind
from bandmaster.tasks import Cost, Usage

_LISTED_AS: Mapping[str, str] = MappingProxyType({"xai": "x-ai", "grok": "x-ai"})
"""Providers that the price list calls otherwise than we do."""

_BY_KIND: Mapping[str, str | None] = MappingProxyType(
    {
        ProviderKind.OPENAI: "openai",
        ProviderKind.ANTHROPIC: "anthropic",
        ProviderKind.OLLAMA: None,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the list says of a model; prices are US dollars for a million tokens, None: not said."""

    window: int | None
    input: Decimal | None
    cached: Decimal | None
    output: Decimal | None
    source: str


def published(model: str, kind: str) -> Published | None:
    """What the list says of `model` (`provider/model`) today; None where it is not listed.

    Where the size of a call changes the price, the lowest step. The first call reads the list.
    """
    provider, _, name = model.partition("/")
    for listed in _lists(provider, kind):
        found = _published(listed, name, datetime.now(UTC).date())
        if found is not None:
            return found
    return None


def own_price(prices: Prices, usage: Usage) -> Cost:
    """What `usage` costs by the prices that the person set."""
    again = prices.input if prices.cached is None else prices.cached
    source = f"${prices.input} in, ${prices.output} out for a million tokens (your settings)"
    flat = _Flat(
        input=prices.input.scaleb(-6),
        cached=again.scaleb(-6),
        written=prices.input.scaleb(-6),
        output=prices.output.scaleb(-6),
        source=source,
    )
    return flat.cost(usage)


def price(model: str, kind: str, local: bool, usage: Usage) -> Cost:
    """What `usage` of `model` (`provider/model`) costs; unpriced where no price is known.

    A model on this machine costs nothing. The first call reads the price list: see `warm`.
    """
    if local:
        return Cost()
    provider, _, name = model.partition("/")
    for listed in _lists(provider, kind):
        cost = _listed_price(listed, name, usage)
        if cost is not None:
            return cost
    return Cost(unpriced=1)


def warm() -> None:
    """Read the price list (0.4 s); to be called in a thread before the first price is needed."""
    price("openai/gpt-5", ProviderKind.OPENAI, local=False, usage=Usage(input=1))


def _lists(provider: str, kind: str) -> list[str]:
    """The parts of the list where a provider's models may be."""
    names = (_LISTED_AS.get(provider, provider), _BY_KIND.get(kind))
    return [one for one in dict.fromkeys(names) if one]


def _listed_price(provider: str, name: str, usage: Usage) -> Cost | None:
    flat = _flat_price(provider, name, datetime.now(UTC).date())
    if flat is not None:
        return flat.cost(usage)
    import genai_prices  # Imported at the first price: it is slow to load.

    counted = genai_prices.Usage(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.written,
    )
    try:
        found = genai_prices.calc_price(counted, name, provider_id=provider)
    except LookupError:
        return None
    return Cost(found.total_price, source=f"{found.model_price} ({_list_version()})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flat:
    """A price that neither the size of a call nor the hour changes: US dollars for a token."""

    input: Decimal
    cached: Decimal
    written: Decimal
    output: Decimal
    source: str

    def cost(self, usage: Usage) -> Cost:
        fresh = usage.input - usage.cached - usage.written
        read = fresh * self.input + usage.cached * self.cached + usage.written * self.written
        return Cost(read + usage.output * self.output, source=self.source)


@lru_cache(maxsize=256)
def _flat_price(provider: str, name: str, day: date) -> _Flat | None:
    """The price of a model on `day`, where it is flat: the list's own arithmetic is slow."""
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import StartDateConstraint

    try:
        _, model = get_snapshot().find_provider_model(name, None, provider, None)
    except LookupError:
        return None
    stages = model.prices if isinstance(model.prices, list) else []
    if any(not isinstance(one.constraint, StartDateConstraint | None) for one in stages):
        return None
    price = model.get_prices(datetime.combine(day, time(), UTC))
    fresh = price.input_mtok
    tokens = (
        fresh,
        price.output_mtok,
        price.cache_read_mtok or fresh,
        price.cache_write_mtok or fresh,
    )
    if not all(isinstance(one, Decimal) for one in tokens) or price.requests_kcount:
        return None
    paid, answered, again, kept = (Decimal(str(one)).scaleb(-6) for one in tokens)
    since = [
        f" since {one.constraint.start_date}"
        for one in stages
        if one.prices is price and isinstance(one.constraint, StartDateConstraint)
    ]
    told = f"${tokens[0]} in, ${tokens[1]} out, ${tokens[2]} cached, a million tokens"
    return _Flat(
        input=paid,
        cached=again,
        written=kept,
        output=answered,
        source=f"{told}{''.join(since)} ({_list_version()})",
    )


@lru_cache(maxsize=256)
def _published(provider: str, name: str, day: date) -> Published | None:
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, model = get_snapshot().find_provider_model(name, None, provider, None)
    except LookupError:
        return None
    price = model.get_prices(datetime.combine(day, time(), UTC))
    paid, answered = _lowest(price.input_mtok), _lowest(price.output_mtok)
    return Published(
        window=model.context_window,
        input=paid,
        cached=_lowest(price.cache_read_mtok) or paid,
        output=answered,
        source=f"{_list_version()}, {day}",
    )


def _lowest(price: object) -> Decimal | None:
    """A price as it stands, or the first of its steps."""
    first = getattr(price, "base", price)
    return Decimal(str(first)) if first is not None else None


def _list_version() -> str:
    return f"genai-prices {version('genai-prices')}"
