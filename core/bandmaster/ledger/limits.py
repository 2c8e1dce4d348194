"""Which limits a call meets, and the queries that say how much of each is used; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from bandmaster.ledger.money import to_nanos
from bandmaster.settings import Budget, Scope
from bandmaster.store import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose call it is, and what for; `task` and `model` may be left open."""

    person: str
    workspace: str
    session: str
    task: str = ""
    kind: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit: `most` in billionths of a dollar; `spent` and `reserved` sum what counts."""

    name: str
    setting: str
    most: int
    spent: tuple[str, tuple[Value, ...]] | None = None
    reserved: tuple[str, tuple[Value, ...]] | None = None


_SUM = "SELECT CAST(COALESCE(SUM(nanos), 0) AS BIGINT) FROM "
_SCOPES: Mapping[Scope, str] = MappingProxyType(
    {Scope.PERSON: "person = ?", Scope.PROJECT: "workspace = ?"}
)


def has_limits(budget: Budget) -> bool:
    """Whether anything is limited at all."""
    one_of = (budget.call, budget.task, budget.session, budget.day, budget.month, budget.project)
    return bool(budget.models) or any(most is not None for most in one_of)


def limits_of_task(budget: Budget, own: Decimal | None, who: Who) -> Iterator[Limit]:
    """The limits that belong to one task; `own` is what the task itself allows."""
    if budget.call is not None:
        yield Limit(name="call", setting="budget.call", most=to_nanos(budget.call))
    for most, setting in ((budget.task, "budget.task"), (own, "a larger max_dollars")):
        if most is not None:
            yield _counted("task", setting, most, "task = ?", (who.task,))


def lasting_limits(budget: Budget, who: Who, now: datetime) -> Iterator[Limit]:
    """The limits that outlast a task. `who.model` empty: those of all models."""
    if budget.session is not None:
        yield _counted("session", "budget.session", budget.session, "session = ?", (who.session,))
    if budget.project is not None:
        yield Limit(
            name="project",
            setting="budget.project",
            most=to_nanos(budget.project),
            spent=(f"{_SUM}spent WHERE day = '' AND workspace = ?", (who.workspace,)),
            reserved=(f"{_SUM}reservation WHERE workspace = ?", (who.workspace,)),
        )
    scope = _SCOPES[budget.scope]
    whose = who.person if budget.scope is Scope.PERSON else who.workspace
    day, month = f"{now:%Y-%m-%d}", f"{now:%Y-%m-01}"
    if budget.day is not None:
        yield _summed("day", "budget.day", budget.day, scope, whose, since=day)
    if budget.month is not None:
        yield _summed("month", "budget.month", budget.month, scope, whose, since=month)
    for model, most in budget.models.items():
        if who.model in ("", model):
            name, setting = f"month with {model}", f'budget.models."{model}"'
            yield _summed(name, setting, most, f"{scope} AND model = ?", whose, model, since=month)


def _counted(
    name: str, setting: str, most: Decimal, where: str, values: tuple[Value, ...]
) -> Limit:
    """A limit on a few calls: their rows are summed."""
    return Limit(
        name=name,
        setting=setting,
        most=to_nanos(most),
        spent=(f"{_SUM}usage WHERE {where}", values),
        reserved=(f"{_SUM}reservation WHERE {where}", values),
    )


def _summed(
    name: str, setting: str, most: Decimal, where: str, *values: Value, since: str
) -> Limit:
    """A limit on many calls: the sums of their days are summed."""
    return Limit(
        name=name,
        setting=setting,
        most=to_nanos(most),
        spent=(f"{_SUM}spent WHERE day >= ? AND {where}", (since, *values)),
        reserved=(f"{_SUM}reservation WHERE {where}", values),
    )
