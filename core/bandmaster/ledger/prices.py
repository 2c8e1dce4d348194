"""What a call costs, from the price list that comes with `genai-prices`; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib.metadata import version
from types import MappingProxyType

from bandmaster.settings import ProviderKind
from bandmaster.tasks import Cost, Usage

_LISTED_AS: Mapping[str, str] = MappingProxyType({"xai": "x-ai", "grok": "x-ai"})
"""Providers that the price list calls otherwise than we do."""

_BY_KIND: Mapping[ProviderKind, str | None] = MappingProxyType(
    {
        ProviderKind.OPENAI: "openai",
        ProviderKind.ANTHROPIC: "anthropic",
        ProviderKind.OLLAMA: None,
    }
)


def price(model: str, kind: ProviderKind, local: bool, usage: Usage) -> Cost:
    """What `usage` of `model` (`provider/model`) costs; unpriced where no price is known.

    A model on this machine costs nothing. The first call reads the price list: see `warm`.
    """
    if local:
        return Cost()
    provider, _, name = model.partition("/")
    for listed in dict.fromkeys((_LISTED_AS.get(provider, provider), _BY_KIND[kind])):
        cost = _listed_price(listed, name, usage) if listed else None
        if cost is not None:
            return cost
    return Cost(unpriced=1)


def warm() -> None:
    """Read the price list (0.4 s); to be called in a thread before the first price is needed."""
    price("openai/gpt-5", ProviderKind.OPENAI, local=False, usage=Usage(input=1))


def _listed_price(provider: str, name: str, usage: Usage) -> Cost | None:
    import genai_prices  # Imported at the first price: it is slow to load.

    counted = genai_prices.Usage(
        input_tokens=usage.input, output_tokens=usage.output, cache_read_tokens=usage.cached
    )
    try:
        found = genai_prices.calc_price(counted, name, provider_id=provider)
    except LookupError:
        return None
    return Cost(found.total_price, source=_source(provider, name, datetime.now(UTC).date()))


@lru_cache(maxsize=256)
def _source(provider: str, name: str, day: date) -> str:
    """The price of a listed model on `day`, since when it holds, and the list that says so."""
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import StartDateConstraint

    _, model = get_snapshot().find_provider_model(name, None, provider, None)
    price = model.get_prices(datetime.combine(day, time(), UTC))
    since = [
        f" since {one.constraint.start_date}"
        for one in (model.prices if isinstance(model.prices, list) else ())
        if one.prices is price and isinstance(one.constraint, StartDateConstraint)
    ]
    return f"{price}{''.join(since)} (genai-prices {version('genai-prices')} on {day})"
