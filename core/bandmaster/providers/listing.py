"""What a price list, or the fact that it runs here, says of a model of the configured providers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bandmaster.ledger.prices import published
from bandmaster.models import Listed, Price
from bandmaster.providers.defaults import address
from bandmaster.providers.place import is_loopback
from bandmaster.settings import Settings

_FREE = Listed(
    price=Price(input=Decimal(0), cached=Decimal(0), output=Decimal(0)), source="on this machine"
)


def listed_in(settings: Settings) -> Callable[[str], Listed | None]:
    """What is published of `provider/model`; a model on this machine costs nothing."""

    def listed(model: str) -> Listed | None:
        name = model.partition("/")[0]
        provider = settings.providers.get(name)
        if provider is None:
            return None
        if is_loopback(address(name, provider)):
            return _FREE
        found = published(model, provider.kind)
        if found is None:
            return None
        price = None
        if found.input is not None and found.cached is not None:
            output = found.output or Decimal(0)
            price = Price(input=found.input, cached=found.cached, output=output)
        return Listed(window=found.window, price=price, source=found.source)

    return listed
