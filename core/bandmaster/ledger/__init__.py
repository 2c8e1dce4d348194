"""Money: what was used, and what it costs."""

from bandmaster.ledger.ledger import Ledger

__all__ = ["Ledger"]
