"""What the tests of the ledger share: a clock that stands, calls, and a look at the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bandmaster.ledger import PlannedCall
from bandmaster.store import Database
from bandmaster.tasks import Constraints, Cost, Kind, Task, Usage

CENT = Decimal("0.01")


class Clock:
    """The time that a test says it is."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


def cent_a_token(usage: Usage) -> Cost:
    """A cent for each token, so that sums are read at a glance."""
    return Cost((usage.input + usage.output) * CENT, source="a cent a token")


def unknown(_: Usage) -> Cost:
    return Cost(unpriced=1)


def planned(
    *,
    most: int = 10,
    tokens: int = 0,
    task: Task | None = None,
    model: str = "a/1",
    local: bool = False,
    price: Callable[[Usage], Cost] = cent_a_token,
) -> PlannedCall:
    """A call with a prompt of `tokens` that may use `most`, at a cent each."""
    return PlannedCall(
        task=task or Task(kind=Kind.ASK),
        model=model,
        local=local,
        bound=lambda: Usage(output=most),
        price=price,
        prompt_tokens=lambda: tokens,
    )


def allowed(dollars: str) -> Task:
    return Task(kind=Kind.ASK, constraints=Constraints(dollars=Decimal(dollars)))


def rows(database: Database, columns: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.read(f"SELECT {columns} FROM usage ORDER BY id", ())]


def reserved(database: Database) -> list[object]:
    return [row[0] for row in database.read("SELECT nanos FROM reservation", ())]
