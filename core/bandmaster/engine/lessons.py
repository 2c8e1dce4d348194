"""What the engine tells the learner of its answers, and what it hears from it.

Nothing here may take an answer away: a database that cannot be used is logged and passed over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bandmaster.changes import ChangeSet
from bandmaster.engine.edits import Edits
from bandmaster.engine.trouble import Trouble
from bandmaster.errors import BandmasterError
from bandmaster.routing import (
    Features,
    Happening,
    Learned,
    Learner,
    Report,
    Standing,
    Trial,
    TrialBook,
    What,
)
from bandmaster.tasks import Attempt, Outcome, Usage

_log = logging.getLogger(__name__)
_FRESH_SECONDS = 5.0
"""What other processes learned is seen so soon."""
_EDITS_SECONDS = 60.0
_LAST_WITHIN = timedelta(days=7)
_T = TypeVar("_T")


class Lessons:
    """The learner at the side of one engine; everything that waits does so in a thread."""

    def __init__(
        self, learner: Learner, trials: TrialBook, edits: Edits, trouble: Trouble | None = None
    ) -> None:
        """`trouble` None: it is not kept which files tasks were about."""
        self.learner = learner
        self._trouble = trouble
        self._trials = trials
        self._edits = edits
        self._lock = asyncio.Lock()
        self._running: tuple[Trial, ...] = ()
        self._fresh_until = 0.0
        self._edits_until = 0.0
        self._untold: list[tuple[Outcome, Features]] = []

    async def refresh(self) -> None:
        """Learn what happened meanwhile, here and elsewhere, if that was not just done."""
        now = time.monotonic()
        if now < self._fresh_until:
            return
        async with self._lock:
            if now < self._fresh_until:
                return
            look = now >= self._edits_until
            self._fresh_until = time.monotonic() + _FRESH_SECONDS
            if look:
                self._edits_until = time.monotonic() + _EDITS_SECONDS
            await self._try(lambda: self._refresh(look_at_edits=look), None)

    def trial_for(self, task: str, kind: str) -> tuple[Trial, str] | None:
        """The trial that the task takes part in, and the model that it gets."""
        for trial in self._running:
            model = trial.model_for(task, kind)
            if model is not None:
                return trial, model
        return None

    def answered(self, outcome: Outcome, features: Features) -> None:
        """A task was done; remembered soon, and when the engine closes at the latest."""
        self._untold.append((outcome, features))

    async def applied(self, changes: ChangeSet) -> None:
        """The edits of an answer were written."""
        if changes.task:
            await self._locked(lambda: self._applied(changes))

    async def tests_ended(self, *, passed: bool) -> None:
        """The project's tests were run."""
        await self._locked(lambda: self._tell(self._edits.tested(passed=passed)))

    async def happened(self, task: str, what: What) -> str:
        """Something happened to the answer to `task`; returns who gave it.

        Raises `UnknownName`, `BandmasterError`.
        """
        return await self._told(lambda: self.learner.happened(task, what))

    async def feedback(self, task: str, score: float) -> str:
        """A person rated the answer to `task` (`last`: the latest here), from 0 to 1.

        Returns who gave it. Raises `UnknownName`, `UsageError`, `BandmasterError`.
        """
        return await self._told(lambda: self.learner.feedback(self._named(task), score))

    async def trials(self) -> tuple[Report, ...]:
        """How each running trial stands. Raises `BandmasterError`."""
        book = self._trials
        return await self._told(lambda: tuple(book.report(one.name) for one in book.running()))

    async def start_trial(self, trial: Trial) -> None:
        """Compare two models from now on. Raises `UsageError`, `BandmasterError`."""
        await self._told(lambda: self._trials.start(trial, datetime.now(UTC)))

    async def end_trial(self, name: str) -> Report:
        """End a trial; its last report. Raises `UnknownName`, `BandmasterError`."""
        return await self._told(lambda: self._trials.end(name, datetime.now(UTC)))

    async def past(self, since: datetime) -> tuple[Happening, ...]:
        """What became of answers since then. Raises `BandmasterError`."""
        return await self._told(lambda: self.learner.past(since))

    async def learned(self) -> tuple[Learned, ...]:
        """Everything that is known of models. Raises `BandmasterError`."""

        def learned() -> tuple[Learned, ...]:
            self.learner.refresh()
            return self.learner.learned()

        return await self._told(learned)

    async def reset(self, *, kind: str, model: str) -> int:
        """Forget what was learned of a kind, a model, or all. Raises `BandmasterError`."""
        return await self._told(lambda: self.learner.reset(kind=kind, model=model))

    async def close(self) -> None:
        """Remember what is not remembered yet; idempotent."""
        if self._untold:
            await self._locked(lambda: None)

    def _named(self, task: str) -> str:
        """The id of the task that is meant."""
        if task != "last":
            return task
        past = self.learner.past(datetime.now(UTC) - _LAST_WITHIN)
        here = [one.task for one in past if one.workspace == self.learner.workspace]
        return here[-1] if here else task

    async def _told(self, ask: Callable[[], _T]) -> _T:
        """Run `ask` in a thread, after all that was not remembered yet."""
        async with self._lock:
            self._fresh_until = 0.0
            untold, self._untold = self._untold, []

            def run() -> _T:
                self._remember(untold)
                return ask()

            return await asyncio.to_thread(run)

    async def _locked(self, do: Callable[[], None]) -> None:
        async with self._lock:
            untold, self._untold = self._untold, []

            def run() -> None:
                self._remember(untold)
                do()

            await self._try(run, None)

    async def _try(self, do: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return await asyncio.to_thread(do)
        except BandmasterError as error:
            _log.error("what became of answers could not be remembered: %s", error)
            return otherwise

    def _refresh(self, *, look_at_edits: bool) -> None:
        untold, self._untold = self._untold, []
        self._remember(untold)
        if look_at_edits:
            self._tell(self._edits.fates())
        self.learner.refresh()
        self._running = tuple(one for one in self._trials.running() if self._goes_on(one))

    def _goes_on(self, trial: Trial) -> bool:
        """Whether a trial still wants tasks; one that is decided ends by itself."""
        if self._trials.report(trial.name).standing is Standing.RUNNING:
            return True
        self._trials.end(trial.name, datetime.now(UTC))
        return False

    def _applied(self, changes: ChangeSet) -> None:
        self._edits.applied(changes)
        self._tell(((changes.task, What.APPLIED),))

    def _tell(self, happenings: Sequence[tuple[str, What]]) -> None:
        for task, what in happenings:
            try:
                self.learner.happened(task, what)
            except BandmasterError as error:
                _log.info("%s of task %s is not remembered: %s", what.value, task, error)

    def _remember(self, untold: Sequence[tuple[Outcome, Features]]) -> None:
        for outcome, features in untold:
            if self._trouble is not None and outcome.task.focus:
                self._trouble.remember(outcome.task)
            for attempt in outcome.attempts:
                what = _what(attempt)
                if what is None or attempt.model == "builtin":
                    continue
                self._record(outcome, attempt, features, what)
                if attempt.repaired:
                    self.learner.happened(outcome.task.id, What.REPAIRED, model=attempt.model)
                if attempt.unusable and attempt is not outcome.attempts[-1]:
                    self.learner.happened(outcome.task.id, What.ESCALATED, model=attempt.model)

    def _record(self, outcome: Outcome, attempt: Attempt, features: Features, what: What) -> None:
        # An answer from the cache says nothing of what the model costs and how long it takes.
        asked = attempt.usage != Usage()
        priced = asked and not attempt.cost.unpriced
        self.learner.record(
            outcome.task.id,
            features,
            attempt.model,
            what=what,
            dollars=float(attempt.cost.dollars) if priced else None,
            seconds=attempt.seconds if asked else None,
        )


def _what(attempt: Attempt) -> What | None:
    """What an attempt says of its model: a server that was down says nothing of it."""
    if attempt.failure is None:
        return What.ANSWERED
    return What.UNUSABLE if attempt.unusable else None
