"""One run of a task: its route is tried link by link until one answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from bandmaster.engine.metering import RunMeter
from bandmaster.engine.performer import Desk, Performance, Performer
from bandmaster.engine.watch import Watch
from bandmaster.errors import (
    Failure,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    NoModel,
    UnusableAnswer,
)
from bandmaster.events import Asking, Delta, Event, Failed, Restarted
from bandmaster.ledger import Ledger, Standing
from bandmaster.memory import Sessions
from bandmaster.models import REMEDIES, Calibration, Message, Remedy
from bandmaster.routing import speaks_of_endpoint
from bandmaster.settings import Settings
from bandmaster.tasks import (
    Answer,
    Attempt,
    Candidate,
    Cost,
    Forecast,
    Outcome,
    Proposal,
    Result,
    Route,
    Task,
    Terms,
    Usage,
)
from bandmaster.workspace import Snapshot

_MOST_SHRINKS = 2
_SMALLEST_CONTEXT = 500
"""Tokens; less says nothing of a workspace."""
_ROOM = 0.85
"""Of the size that would just fit: our count of tokens is an estimate."""


class Run:
    """A task on its way along its route."""

    def __init__(
        self,
        task: Task,
        route: Route,
        performers: Mapping[str, Performer],
        *,
        snapshot: Snapshot,
        settings: Settings,
        ledger: Ledger,
        watch: Watch,
        report: Callable[[Event], None],
        sessions: Sessions | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._task = task
        self._route = route
        self._performers = performers
        self._snapshot = snapshot
        self._settings = settings
        self._ledger = ledger
        self._watch = watch
        self._report = report
        self._sessions = sessions
        self._calibration = calibration or Calibration()
        self._started = time.perf_counter()
        self._attempts: list[Attempt] = []
        self._left_out: list[str] = []
        self._nobody_else = False
        """Whether all who may be asked rest, so that they are asked even so."""
        self._standing = Standing()
        self._asked_tokens: int | None = None
        """What the last attempt sent, where it was too long."""
        self._shown: list[str] = []
        """The text of the answer that the person sees now, piece by piece."""

    async def play(self) -> Outcome:
        """The outcome of the first link that answers. Raises `NoModel`."""
        seconds = self._task.constraints.seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._along_the_route()
        except TimeoutError:
            raise NoModel(f"no answer within the {seconds:g} s that the task allows") from None

    async def _along_the_route(self) -> Outcome:
        links = [one for one in self._route.candidates if not one.ruled_out]
        failed: ModelError | None = None
        self._nobody_else = self._watch.all_rest(one.model for one in links)
        for number, link in enumerate(links):
            if failed is not None and not _is_for(link, failed):
                continue
            result = await self._link(link, links[number + 1 :])
            if isinstance(result, Performance):
                return self._outcome(result)
            failed = result
        raise NoModel(_all_failed(self._attempts, len(links)))

    async def _link(self, link: Candidate, rest: list[Candidate]) -> Performance | ModelError:
        """Try one link; of a pool one member after the other, where it fails for itself alone."""
        members = list(self._watch.order(self._members(link)))
        while True:
            name = members.pop(0)
            behind = [*map(Candidate, members), *rest]
            result = await self._refusal(name, link, behind)
            if result is None:
                result = await self._fitted(self._performers[name], link.terms, behind)
            if isinstance(result, Performance) or not speaks_of_endpoint(result.failure):
                return result
            if not members:
                return result

    def _members(self, link: Candidate) -> list[str]:
        return [one for one in self._watch.members(link.model) if one in self._performers]

    async def _refusal(
        self, name: str, link: Candidate, rest: list[Candidate]
    ) -> ModelUnavailable | None:
        """Why `name` is left alone now, unless the person asked for it or nobody else is left."""
        refusal = await self._watch.refusal(name)
        asked = self._route.policy == "asked for" and link is self._route.candidates[0]
        if refusal is None or asked or self._nobody_else:
            return None
        if not any(_is_for(one, refusal) for one in rest):
            return None
        self._left_out.append(f"{name} was left out: {refusal}")
        return refusal

    async def _fitted(
        self, performer: Performer, terms: Terms, rest: list[Candidate]
    ) -> Performance | ModelError:
        """Try a performer, with a smaller context where it cannot hold what it was given."""
        for _ in range(_MOST_SHRINKS):
            result = await self._attempt(performer, terms, rest)
            smaller = self._smaller(terms, result)
            if smaller is None or isinstance(result, Performance):
                return result
            terms = replace(terms, context_tokens=smaller)
        return await self._attempt(performer, terms, rest)

    def _smaller(self, terms: Terms, result: Performance | ModelError) -> int | None:
        """How large a context to try next, where a smaller one would help."""
        if isinstance(result, Performance) or REMEDIES[result.failure] is not Remedy.SHRINK:
            return None
        limits, constraints = self._settings.limits, self._task.constraints
        now = terms.context_tokens or constraints.context_tokens or limits.context_tokens
        if self._asked_tokens is not None:
            now = min(now, self._asked_tokens)  # Perhaps there was far less than might have been.
        share = 0.5
        if result.window and result.needed and result.window < result.needed:
            share = result.window / result.needed * _ROOM
        smaller = int(now * share)
        return smaller if smaller >= _SMALLEST_CONTEXT else None

    async def _attempt(
        self, performer: Performer, terms: Terms, rest: list[Candidate]
    ) -> Performance | ModelError:
        """One try of one performer: what it gave, or why it gave nothing."""
        self._report(Asking(performer.name))
        started, begun = time.perf_counter(), "".join(self._shown)
        tell = partial(self._foresee, performer.name)
        meter = RunMeter(performer, self._task, self._ledger, self._calibration, tell)
        self._asked_tokens = None

        def settle(ended: Performance | ModelError | None) -> Attempt:
            """`ended` None: it was cancelled."""
            attempt = Attempt(
                model=performer.name,
                failure=_failure(ended),
                message="" if isinstance(ended, Performance) else str(ended or "cancelled"),
                usage=meter.usage,
                cost=meter.cost,
                seconds=time.perf_counter() - started,
                saved=meter.saved,
                repaired=isinstance(ended, Performance) and ended.repaired,
                unusable=isinstance(ended, UnusableAnswer),
            )
            self._attempts.append(attempt)
            if isinstance(ended, ModelError) and REMEDIES[ended.failure] is Remedy.SHRINK:
                self._asked_tokens = meter.asked_tokens
            self._standing = meter.standing
            return attempt

        try:
            history = await self._history(performer)
            desk = Desk(self._snapshot, self._settings, self._tell, meter, terms, begun, history)
            with self._watch.attempt(performer.name) as watched:
                performance = await performer.perform(self._task, desk)
                watched.asked = meter.usage != Usage()
        except ModelUnavailable as error:
            self._told_of(settle(error), error, rest)
            return error
        except ModelRefused as error:
            attempt = settle(error)
            if not any(error.failure in one.terms.after for one in rest):
                self._report(Failed(attempt))
                raise NoModel(f"{performer.name} refused: {error}") from error
            self._told_of(attempt, error, rest)
            return error
        except asyncio.CancelledError:
            settle(None)
            raise
        settle(performance)
        await self._remember(performer, performance.result)
        return performance

    async def _history(self, performer: Performer) -> tuple[Message, ...]:
        if self._sessions is None:
            return ()
        return await self._sessions.history(self._task, performer.name, local=performer.local)

    async def _remember(self, performer: Performer, result: Result) -> None:
        if self._sessions is not None and isinstance(result, Answer):
            await self._sessions.remember(
                self._task, performer.name, result.text, local=performer.local
            )

    def _foresee(self, name: str, forecast: Forecast) -> None:
        if forecast.words:
            self._report(Asking(name, forecast))

    def _tell(self, event: Event) -> None:
        if isinstance(event, Delta):
            self._shown.append(event.text)
        elif isinstance(event, Restarted):
            self._shown.clear()  # Its model found no use for it, and begins anew.
        self._report(event)

    def _told_of(self, attempt: Attempt, error: ModelError, rest: list[Candidate]) -> None:
        """Say that a link failed, and what of the text shown so far is void."""
        if not self._shown:
            self._report(Failed(attempt))
            return
        following = next((one for one in rest if _is_for(one, error)), None)
        goes_on = following is not None and all(
            self._performers[one].continues for one in self._members(following)
        )
        discarded = 0 if goes_on else sum(map(len, self._shown))
        if discarded:
            self._shown.clear()
        self._report(Restarted(attempt, discarded))

    def _outcome(self, performance: Performance) -> Outcome:
        usage, cost, saved = Usage(), Cost(), Cost()
        for attempt in self._attempts:
            usage, cost = usage + attempt.usage, cost + attempt.cost
            saved += attempt.saved
        fallen = [f"{one.model} failed: {one.message}" for one in self._attempts if one.failure]
        near = [self._standing.note] if self._standing.note else []
        return Outcome(
            task=self._task,
            result=_signed(performance.result, self._task),
            model=self._attempts[-1].model,
            route=self._route,
            attempts=tuple(self._attempts),
            usage=usage,
            cost=cost,
            seconds=time.perf_counter() - self._started,
            saved=saved,
            context=performance.context,
            notes=(*fallen, *self._left_out, *near, *performance.notes),
        )


def _signed(result: Result, task: Task) -> Result:
    """A proposal remembers whose it is, so that what becomes of it can be told."""
    if not isinstance(result, Proposal):
        return result
    return replace(result, changes=replace(result.changes, task=task.id))


def _failure(ended: Performance | ModelError | None) -> Failure | None:
    if isinstance(ended, Performance):
        return None
    return Failure.CANCELLED if ended is None else ended.failure


def _is_for(link: Candidate, failed: ModelError) -> bool:
    """Whether `link` is to be tried after that failure."""
    if link.terms.after:
        return failed.failure in link.terms.after
    return REMEDIES[failed.failure] is not Remedy.STOP


def _all_failed(attempts: list[Attempt], count: int) -> str:
    tried = "; ".join(f"{one.model}: {one.message}" for one in attempts)
    return f"{'the model' if count == 1 else f'all {count} models'} failed ({tried})"
