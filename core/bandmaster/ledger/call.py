"""A call under way, as the one who makes it sees the ledger."""

from __future__ import annotations

from decimal import Decimal

from bandmaster.ledger.values import Standing
from bandmaster.tasks import Cost, Forecast, Usage


class Call:
    """Tell it what was used; when the call has ended, it says what that cost."""

    def __init__(
        self, standing: Standing, reserved: Decimal, forecast: Forecast | None = None
    ) -> None:
        """`forecast` None: nothing is known of what it will take."""
        self.standing = standing
        """Where the task stands with its limits, this call included."""
        self.reserved = reserved
        """US dollars that are set aside for this call."""
        self.forecast = forecast or Forecast()
        self.usage = Usage()
        self.cost = Cost()
        """Known when the call has ended."""
        self.saved_usage = Usage()
        self.saved = Cost()
        """What an answer from the cache would have cost; known when the call has ended."""

    def used(self, usage: Usage) -> None:
        """What it has used so far; the last word counts."""
        self.usage = usage

    def spared(self, usage: Usage) -> None:
        """Nobody was asked: the answer came from the cache, and `usage` is what it once took."""
        self.saved_usage = usage
