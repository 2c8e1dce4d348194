"""The account book: what is done to the tables of the ledger within one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bandmaster.ledger.limits import Limit, Who
from bandmaster.ledger.money import to_dollars
from bandmaster.ledger.values import LimitState
from bandmaster.store import Transaction, Value
from bandmaster.tasks import Usage

LOST = "lost"
"""The failure of a call whose process ended before the call did: what it cost is not known."""

INSERT = (
    "INSERT INTO usage (person, workspace, session, task, kind, model, at, failure, input, output,"
    " cached, estimated, nanos, saved, price, seconds, expected_nanos, expected_seconds)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FOLD_DAYS = (
    "INSERT INTO spent (day, person, workspace, model, nanos)"
    " SELECT substr(at, 1, 10), person, workspace, model, CAST(SUM(nanos) AS BIGINT) FROM usage"
    " WHERE id > ? AND id <= ? AND nanos > 0"
    " GROUP BY substr(at, 1, 10), person, workspace, model"
    " ON CONFLICT (day, person, workspace, model)"
    " DO UPDATE SET nanos = spent.nanos + excluded.nanos"
)
_FOLD_EVER = (
    "INSERT INTO spent (day, person, workspace, model, nanos)"
    " SELECT '', '', workspace, '', CAST(SUM(nanos) AS BIGINT) FROM usage"
    " WHERE id > ? AND id <= ? AND nanos > 0 GROUP BY workspace"
    " ON CONFLICT (day, person, workspace, model)"
    " DO UPDATE SET nanos = spent.nanos + excluded.nanos"
)
_EXPIRE = (
    "DELETE FROM reservation WHERE expires <= ?"
    " RETURNING at, person, workspace, session, task, kind, model"
)
_HOLD = (
    "INSERT INTO reservation (person, workspace, session, task, kind, model, id, at, expires,"
    " holder, nanos) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET expires = excluded.expires"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call that has ended, as it stands in the account."""

    at: str
    who: Who
    failure: str | None = None
    usage: Usage
    nanos: int | None = 0
    """None where no price is known."""
    saved: int = 0
    price: str = ""
    seconds: float = 0.0
    expected_nanos: int | None = None
    expected_seconds: float | None = None

    @property
    def row(self) -> tuple[Value, ...]:
        used = self.usage
        counts = (used.input, used.output, used.cached, int(used.estimated))
        money = (self.nanos, self.saved, self.price, self.seconds)
        expected = (self.expected_nanos, self.expected_seconds)
        return (*_columns(self.who), self.at, self.failure, *counts, *money, *expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money set aside for a call under way."""

    id: str
    at: str
    holder: str
    """The process that makes the call."""
    who: Who
    nanos: int


def _columns(who: Who) -> tuple[Value, ...]:
    return (who.person, who.workspace, who.session, who.task, who.kind, who.model)


def tidy(change: Transaction, now: datetime) -> None:
    """Bring the sums up to date, and free what dead processes had reserved."""
    for lost in change.fetch(_EXPIRE, (_milliseconds(now),)):
        at, person, workspace, session, task, kind, model = map(str, lost)
        who = Who(
            person=person,
            workspace=workspace,
            session=session,
            task=task,
            kind=kind,
            model=model,
        )
        unknown = Usage(estimated=True)
        enter(change, Entry(at=at, who=who, failure=LOST, usage=unknown))
    ((last,),) = change.fetch("SELECT COALESCE(MAX(id), 0) FROM usage")
    ((upto,),) = change.fetch("SELECT upto FROM folded WHERE name = 'usage'")
    if last != upto:
        change.execute(_FOLD_DAYS, (upto, last))
        change.execute(_FOLD_EVER, (upto, last))
        change.execute("UPDATE folded SET upto = ? WHERE name = 'usage'", (last,))


def states(change: Transaction, limits: Iterable[Limit]) -> list[LimitState]:
    """What has become of each limit; `tidy` comes first."""
    return [
        LimitState(
            name=limit.name,
            setting=limit.setting,
            most=to_dollars(limit.most),
            spent=to_dollars(_sum(change, limit.spent)),
            reserved=to_dollars(_sum(change, limit.reserved)),
        )
        for limit in limits
    ]


def hold(change: Transaction, one: Hold, expires: datetime) -> None:
    """Set money aside until `expires`; for money that is held already, only the time changes."""
    rest = (one.id, one.at, _milliseconds(expires), one.holder, one.nanos)
    change.execute(_HOLD, (*_columns(one.who), *rest))


def free(change: Transaction, one: Hold) -> None:
    """Set `one` aside no more."""
    change.execute("DELETE FROM reservation WHERE id = ?", (one.id,))


def enter(change: Transaction, entry: Entry) -> None:
    """Put a call that has ended into the account."""
    change.execute(INSERT, entry.row)


def first_over(limits: Iterable[LimitState], cost: Decimal) -> LimitState | None:
    """The limit that leaves least, of those that `cost` does not fit into."""
    over = [one for one in limits if one.spent + one.reserved + cost > one.most]
    return min(over, key=lambda one: one.left, default=None)


def _sum(change: Transaction, query: tuple[str, tuple[Value, ...]] | None) -> int:
    if query is None:
        return 0
    ((total,),) = change.fetch(*query)
    return int(total or 0)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
