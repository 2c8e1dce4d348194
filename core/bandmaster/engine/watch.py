"""What an engine knows of the endpoints behind its models: who may be asked now, how each did."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bandmaster.errors import Failure, ModelError, ModelUnavailable, UnusableAnswer
from bandmaster.routing import (
    FAILED,
    Balance,
    HealthBoard,
    Measured,
    members_of,
    speaks_of_endpoint,
)
from bandmaster.settings import Pool

_SAYS_NOTHING = Failure.CANCELLED


@dataclass(slots=True)
class Watched:
    """An attempt that is under way."""

    asked: bool = True
    """Whether the endpoint was asked at all: an answer from the cache says nothing of it."""


class Watch:
    """The board of health and the balance of pools, as a run needs them."""

    def __init__(self, pools: Mapping[str, Pool], health: HealthBoard, balance: Balance) -> None:
        self._pools = pools
        self._health = health
        self._balance = balance

    def members(self, model: str) -> tuple[str, ...]:
        """Those who may answer for `model`, in no order: of a pool its members, else itself."""
        return members_of(model, self._pools)

    def order(self, members: Iterable[str]) -> tuple[str, ...]:
        """`members` in the order in which to try them now: the least loaded first."""
        found = tuple(members)
        if len(found) < 2:
            return found
        return self._balance.order({name: _usual(self._health.measured(name)) for name in found})

    def all_rest(self, models: Iterable[str]) -> bool:
        """Whether nobody at all may be asked for any of `models`."""
        members = [one for model in models for one in self.members(model)]
        return not any(self._health.admits(one).ok for one in members)

    async def refusal(self, name: str) -> ModelUnavailable | None:
        """Why `name` is not to be asked now; where it rested, one call that asks may try it."""
        ruling = await self._health.claim(name)
        if ruling.ok:
            return None
        return ModelUnavailable(ruling.failure or Failure.UNKNOWN, ruling.why)

    @contextmanager
    def attempt(self, name: str) -> Generator[Watched]:
        """Around one attempt of `name`: how it ends, and how long it takes, is remembered."""
        failure: Failure | None = None
        wait: float | None = None
        watched = Watched()
        began, started = self._health.now(), time.perf_counter()
        self._balance.begin(name)
        try:
            yield watched
            if not watched.asked:
                failure = _SAYS_NOTHING
        except UnusableAnswer:
            failure = _SAYS_NOTHING  # A weak model is not a broken server.
            raise
        except ModelError as error:
            failure, wait = error.failure, error.retry_after
            raise
        except BaseException:
            failure = _SAYS_NOTHING
            raise
        finally:
            seconds = time.perf_counter() - started
            self._balance.end(name, seconds if failure is None else _counted(failure))
            self._health.record(name, failure, seconds, began=began, retry_after=wait)


def _usual(measured: Measured) -> float:
    """The seconds of a call so far, failures counted as slow ones; 0: none is known."""
    spent = measured.seconds + measured.bad * FAILED
    return spent / measured.calls if measured.calls else 0.0


def _counted(failure: Failure) -> float | None:
    """As how slow an answer a failure counts; None where it is not the endpoint's."""
    return FAILED if speaks_of_endpoint(failure) and failure is not _SAYS_NOTHING else None
