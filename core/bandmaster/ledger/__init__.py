"""Money: what was used, what it costs, and what may still be spent."""

from bandmaster.ledger.call import Call
from bandmaster.ledger.ledger import Ledger, Reservation
from bandmaster.ledger.money import shown
from bandmaster.ledger.statistics import ForecastError, Group, Spent
from bandmaster.ledger.values import (
    Level,
    LimitState,
    PlannedCall,
    Standing,
    upper_bound,
)

__all__ = [
    "Call",
    "ForecastError",
    "Group",
    "Ledger",
    "Level",
    "LimitState",
    "PlannedCall",
    "Reservation",
    "Spent",
    "Standing",
    "shown",
    "upper_bound",
]
