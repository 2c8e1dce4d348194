"""What was spent: sums of the account by model, kind of task, day, project, session or task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from bandmaster.ledger.book import Book
from bandmaster.ledger.money import shown, to_dollars
from bandmaster.store import Row, Value


class Group(StrEnum):
    """What the account is summed by."""

    MODEL = "model"
    KIND = "kind"
    DAY = "day"
    PROJECT = "project"
    SESSION = "session"
    TASK = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a group of calls took, in US dollars and tokens."""

    name: str
    calls: int
    failures: int
    """Failed, cancelled and lost calls."""
    input: int
    """Cached tokens included."""
    output: int
    cached: int
    dollars: Decimal
    unpriced: int
    """Calls whose price is not known; they are not in `dollars`."""
    saved: Decimal
    """What answers from the cache would have cost."""
    seconds: float
    """The mean of calls that were answered."""

    @staticmethod
    def total(lines: Iterable[Spent]) -> Spent:
        """All of `lines` as one, without a name."""
        every = tuple(lines)
        answered = sum(one.calls - one.failures for one in every)
        waited = sum(one.seconds * (one.calls - one.failures) for one in every)
        return Spent(
            name="",
            calls=sum(one.calls for one in every),
            failures=sum(one.failures for one in every),
            input=sum(one.input for one in every),
            output=sum(one.output for one in every),
            cached=sum(one.cached for one in every),
            dollars=sum((one.dollars for one in every), Decimal(0)),
            unpriced=sum(one.unpriced for one in every),
            saved=sum((one.saved for one in every), Decimal(0)),
            seconds=waited / answered if answered else 0.0,
        )

    @property
    def words(self) -> str:
        """All figures but the name in one line for a person."""
        parts = [
            f"{shown(self.dollars)} for {self.calls:,} call{'' if self.calls == 1 else 's'}",
            f"{self.input:,} tokens in, {self.output:,} out",
            f"{self.seconds:.1f} s each",
        ]
        parts += [f"{self.unpriced:,} without a known price"] if self.unpriced else []
        parts += [f"{self.failures:,} failed"] if self.failures else []
        parts += [f"{shown(self.saved)} saved by the cache"] if self.saved else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ForecastError:
    """How far forecasts were off: the mean of |expected - actual| / actual, 0.25 is a quarter.

    None where none can be judged: of local models no cost, of models new to us no time.
    """

    calls: int
    dollars: float | None
    seconds: float | None

    @property
    def words(self) -> str:
        """In one line for a person; empty where nothing can be judged."""
        judged = ((self.dollars, "cost"), (self.seconds, "time"))
        off = [f"{share:.0%} in {what}" for share, what in judged if share is not None]
        said = f"forecasts were off by {' and '.join(off)} (mean of {self.calls:,} calls)"
        return said if off else ""


_COLUMNS: Mapping[Group, str] = MappingProxyType(
    {
        Group.MODEL: "model",
        Group.KIND: "kind",
        Group.DAY: "substr(at, 1, 10)",
        Group.PROJECT: "workspace",
        Group.SESSION: "session",
        Group.TASK: "task",
    }
)
_SUMS = (
    ", COUNT(*), SUM(CASE WHEN failure IS NULL THEN 0 ELSE 1 END), CAST(SUM(input) AS BIGINT),"
    " CAST(SUM(output) AS BIGINT), CAST(SUM(cached) AS BIGINT),"
    " CAST(COALESCE(SUM(nanos), 0) AS BIGINT), SUM(CASE WHEN nanos IS NULL THEN 1 ELSE 0 END),"
    " CAST(SUM(saved) AS BIGINT), AVG(CASE WHEN failure IS NULL THEN seconds END)"
)
_OFF = (
    "SELECT COUNT(*), AVG(CASE WHEN nanos > 0 THEN ABS(expected_nanos - nanos) * 1.0 / nanos END),"
    " AVG(CASE WHEN seconds > 0 THEN ABS(expected_seconds - seconds) / seconds END) FROM usage"
    " WHERE expected_seconds IS NOT NULL OR expected_nanos IS NOT NULL"
)


async def spent(
    book: Book, by: Group, *, since: datetime | None, person: str, workspace: str | None
) -> tuple[Spent, ...]:
    """One line a group, the dearest first; days in their order. `workspace` None: all projects."""
    column = _COLUMNS[by]
    whose, value = ("person", person) if workspace is None else ("workspace", workspace)
    values: list[Value] = [value, since.isoformat() if since else ""]
    order = column if by is Group.DAY else "7 DESC, 2 DESC"
    query = f"SELECT {column}{_SUMS} FROM usage WHERE {whose} = ? AND at >= ?"  # noqa: S608 - constants
    rows = await book.read(f"{query} GROUP BY {column} ORDER BY {order}", values)
    return tuple(_line(row) for row in rows)


async def forecast_error(book: Book) -> ForecastError:
    """Of all calls that something was expected of."""
    ((calls, dollars, seconds),) = await book.read(_OFF)
    return ForecastError(int(calls or 0), _share(dollars), _share(seconds))


def _share(mean: Value) -> float | None:
    return None if mean is None else float(mean)


def _line(row: Row) -> Spent:
    name, calls, failures, input_, output, cached, nanos, unpriced, saved, seconds = row
    return Spent(
        name=str(name),
        calls=int(calls or 0),
        failures=int(failures or 0),
        input=int(input_ or 0),
        output=int(output or 0),
        cached=int(cached or 0),
        dollars=to_dollars(int(nanos or 0)),
        unpriced=int(unpriced or 0),
        saved=to_dollars(int(saved or 0)),
        seconds=float(seconds or 0),
    )
