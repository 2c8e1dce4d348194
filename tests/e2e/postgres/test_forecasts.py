"""What is expected of calls, and how far that was off, in an account on PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.ledger import ForecastError, Ledger
from bandmaster.store import Database
from bandmaster.tasks import Usage
from tests.core.ledger.account import CENT, planned, unknown

pytestmark = pytest.mark.e2e


async def test_forecasts_are_made_and_judged(tmp_path: Path, url: str) -> None:
    with closing(Database(tmp_path / "none", url)) as database:
        ledger = Ledger(database, tmp_path)
        assert await ledger.forecast_error() == ForecastError(0, None, None)
        for _ in range(3):
            async with ledger.call(planned(price=unknown)) as call:
                call.used(Usage(output=10))
        async with ledger.call(planned(tokens=5)) as call:
            assert call.forecast.dollars == 15 * CENT
            call.used(Usage(input=5, output=20))
        error = await ledger.forecast_error()
        assert (error.calls, error.dollars) == (1, 0.4)
        assert error.seconds is not None
