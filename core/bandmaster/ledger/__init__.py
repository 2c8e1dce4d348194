"""Money: what was used, what it costs, and what may still be spent."""

from bandmaster.ledger.call import Call
from bandmaster.ledger.ledger import Ledger, Reservation
from bandmaster.ledger.values import Level, LimitState, PlannedCall, Standing, upper_bound

__all__ = [
    "Call",
    "Ledger",
    "Level",
    "LimitState",
    "PlannedCall",
    "Reservation",
    "Standing",
    "upper_bound",
]
