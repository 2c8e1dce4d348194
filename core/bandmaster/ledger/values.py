"""What the ledger is told of a call, and what it says of limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from bandmaster.ledger.money import shown
from bandmaster.tasks import Cost, Task, Usage

_INPUT_MARGIN = 1.3
"""A tokenizer may count more than our estimate: one text in a hundred by a quarter."""


def upper_bound(prompt_tokens: int, output_tokens: int) -> Usage:
    """The most that a call may use: its estimated prompt with a margin, all of it kept in the
    server's cache where that costs more, and its output limit."""
    most = int(prompt_tokens * _INPUT_MARGIN) + 1
    return Usage(input=most, output=output_tokens, estimated=True, written=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call to a model that is about to be made."""

    task: Task
    model: str
    """`provider/model`."""
    local: bool
    """Whether it costs nothing."""
    bound: Callable[[], Usage]
    """The most that it may use (see `upper_bound`); asked for only where there is a limit."""
    price: Callable[[Usage], Cost]
    prompt_tokens: Callable[[], int]
    """About how long its prompt is; asked for only where that says what the call will cost."""


class Level(IntEnum):
    """How near a limit is; the nearest limit counts."""

    FINE = 0
    WARN = 1
    """The person is told."""
    DOWNGRADE = 2
    """Cheaper models are preferred."""
    SPENT = 3
    """Nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """A limit and what has become of it, in US dollars."""

    name: str
    """`day`, `project`, `openai/gpt-5 in a month`."""
    setting: str
    """Where it is raised: `budget.day`."""
    most: Decimal
    spent: Decimal
    reserved: Decimal
    """What the calls under way may cost at most."""
    level: Level = Level.FINE

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.most - self.spent - self.reserved)

    @property
    def share(self) -> float:
        """How much of it is spent or reserved; 1 is all."""
        return float((self.spent + self.reserved) / self.most) if self.most else 1.0

    @property
    def words(self) -> str:
        """In one line for a person."""
        aside = f" and {shown(self.reserved)} set aside" if self.reserved else ""
        return (
            f"{self.name}: {shown(self.left)} of {shown(self.most)} left"
            f" ({shown(self.spent)} spent{aside}); {self.setting} sets it"
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands with its limits; `limit` is the nearest one, None where none is set."""

    level: Level = Level.FINE
    limit: LimitState | None = None

    @property
    def left(self) -> Decimal | None:
        """What may still be spent; None: as much as you like."""
        return None if self.limit is None else self.limit.left

    @property
    def note(self) -> str:
        """What the person should know; empty while all is fine."""
        if self.limit is None or self.level is Level.FINE:
            return ""
        one = self.limit
        then = {
            Level.WARN: "",
            Level.DOWNGRADE: "; cheaper models are preferred",
            Level.SPENT: f"; {one.setting} raises it",
        }[self.level]
        return (
            f"{one.share:.0%} of the budget for the {one.name} is spent or set aside:"
            f" {shown(one.left)} of {shown(one.most)} left{then}"
        )
