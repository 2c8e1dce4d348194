"""The engine: takes a task, routes it, has it done, and yields what happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

from bandmaster.changes import ChangeSet
from bandmaster.engine.choosing import choose
from bandmaster.engine.facts import Scout
from bandmaster.engine.lessons import Lessons
from bandmaster.engine.performer import Performer
from bandmaster.engine.run import Run
from bandmaster.engine.watch import Watch
from bandmaster.engine.weighing import Priors, Weigher
from bandmaster.errors import NoModel
from bandmaster.events import Event, Finished, Routed
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.models import Cache, Calibration, Facts, Health, Held, ModelClient
from bandmaster.routing import (
    BUILTIN,
    Balance,
    Features,
    HealthBoard,
    Learned,
    ModelHealth,
    Plan,
    Profile,
    Selection,
    Trial,
    WhatIf,
    WorkspaceFacts,
    Worth,
    analyse,
    refer,
    weigh,
    what_if,
)
from bandmaster.routing import Report as TrialReport
from bandmaster.settings import Settings
from bandmaster.tasks import Kind, Outcome, Preferences, Route, Task
from bandmaster.tools import Guard
from bandmaster.workspace import Workspace, apply_changes

HOW_TO_CONFIGURE = (
    "set OPENAI_API_KEY, ANTHROPIC_API_KEY, XAI_API_KEY, MISTRAL_API_KEY or OLLAMA_HOST, or name "
    "a provider in bandmaster.toml (`bandmaster init --user` writes an example)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """What can be told of a provider without asking it; the key itself is never shown."""

    name: str
    kind: str
    base_url: str
    local: bool
    key_variable: str
    """The variable that holds its key; empty where it needs none."""
    key_found: bool
    models: tuple[str, ...]


class Roster(Protocol):
    """Who can be asked, in the configured order, `builtin` last."""

    async def performers(self, wanted: str) -> tuple[Performer, ...]:
        """Everyone, `wanted` among them where its provider knows it though no setting lists it.

        May look for local models, so it can take a moment the first time.
        """
        ...

    def providers(self) -> tuple[ProviderState, ...]:
        """The configured providers, in order."""
        ...

    async def list_models(self, provider: str) -> tuple[str, ...]:
        """The models that its server offers now. Raises `ModelError`, `UnknownName`."""
        ...

    async def facts(self, model: str) -> Facts:
        """What is known of `provider/model`, with who says so; asks its server where that is near.

        Raises `UnknownName` where no such provider is configured. The first call may read a price
        list, in a thread.
        """
        ...

    async def probe(self, provider: str) -> Health:
        """Whether its server answers now and takes the key. Raises `UnknownName`."""
        ...

    def lend(self, client: ModelClient) -> None:
        """`client`, whose name is `host/…`, is a performer from now on, before `builtin`."""
        ...

    def take_back(self, name: str) -> None:
        """What was lent under `name` is no performer any more; idempotent."""
        ...

    async def close(self) -> None:
        """Close the connections of all performers; idempotent."""
        ...


class Engine:
    """One workspace's tasks. Safe for many runs at a time on one event loop."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        settings: Settings,
        roster: Roster,
        ledger: Ledger,
        guard: Guard,
        notes: tuple[str, ...],
        lessons: Lessons,
        priors: Priors | None = None,
        sessions: Sessions,
        health: HealthBoard | None = None,
        calibration: Calibration | None = None,
        cache: Cache | None = None,
        scout: Scout | None = None,
    ) -> None:
        """`health` None: what fails is remembered by this engine alone. `cache` None: no answer
        is given again. `scout` None: nothing is known of secrets in texts and of earlier tasks."""
        self.workspace = workspace
        self.settings = settings
        self.guard = guard
        self.notes = notes
        """What the person should know of the configuration."""
        self.sessions = sessions
        """The conversations of this workspace."""
        self._calibration = calibration or Calibration()
        self._cache = cache
        self._roster = roster
        self._ledger = ledger
        self._lessons = lessons
        self._health = health or HealthBoard()
        self._weigher = Weigher(
            settings=settings,
            lessons=lessons,
            priors=priors or Priors(),
            ledger=ledger,
            facts=roster.facts,
            workspace=str(workspace.root),
        )
        self._watch = Watch(settings.pools, self._health, Balance())
        self._scout = scout or Scout()

    @property
    def root(self) -> Path:
        return self.workspace.root

    @property
    def ledger(self) -> Ledger:
        """The account: what was spent, and what may still be."""
        return self._ledger

    def providers(self) -> tuple[ProviderState, ...]:
        """The configured providers, in the order in which they are tried."""
        return self._roster.providers()

    async def list_models(self, provider: str) -> tuple[str, ...]:
        """The models that a provider's server offers now. Raises `ModelError`, `UnknownName`."""
        return await self._roster.list_models(provider)

    async def probe(self, provider: str) -> Health:
        """Whether a provider's server answers now and takes the key. Raises `UnknownName`."""
        return await self._roster.probe(provider)

    def lend(self, client: ModelClient) -> None:
        """A model of the door's own, called `host/…`, can be asked from now on.

        It stands behind the configured models; one of the same name is replaced.
        """
        self._roster.lend(client)

    def take_back(self, name: str) -> None:
        """A lent model cannot be asked any more; idempotent."""
        self._roster.take_back(name)

    async def facts(self, model: str) -> Facts:
        """What is known of `provider/model`: window, price, abilities, and who says so.

        Raises `UnknownName` where no such provider is configured.
        """
        return await self._roster.facts(model)

    async def route(self, task: Task) -> Route:
        """Who would be tried for `task`, and why; nobody is asked. Raises `UnknownName`."""
        return await self._choose(task, *await self._prepared(task))

    async def profile(self, task: Task) -> Profile:
        """What the analysis says of `task`, from its words and from what its workspace knows."""
        return analyse(task, await self._scout.facts(task, self.workspace.snapshot()))

    async def cascade(self, task: Task) -> Plan:
        """Whom to ask in order where a check (tests, a linter, a schema) can judge the answer.

        Each is asked where the check rejects the answer before. Raises `UnknownName`.
        """
        return await self._weigher.cascade(task, await self.route(task))

    async def health(self) -> tuple[ModelHealth, ...]:
        """How the endpoint of each model did so far, and who is left alone now."""
        performers = await self._roster.performers("auto")
        await self._health.refresh()
        return self._health.snapshot(one.name for one in performers)

    async def run(self, task: Task) -> AsyncGenerator[Event]:
        """Do `task`: yields events, the last one `Finished`.

        Raises `NoModel` when nobody could do it, `UsageError` or `WorkspaceError` where the task
        itself is wrong. Closing the generator, or cancelling the task that reads it, cancels the
        work; what was used until then is in the ledger.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        work = asyncio.create_task(self._work(task, _reporter(events)))
        work.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            yield Finished(await work)
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait([work])

    async def answers_held(self) -> Held:
        """What the person's database holds of answers that are given again."""
        return Held() if self._cache is None else await self._cache.held()

    async def forget_answers(self) -> int:
        """Every question is asked anew from now on; returns how many answers there were."""
        return 0 if self._cache is None else await self._cache.clear()

    async def apply(self, changes: ChangeSet) -> tuple[str, ...]:
        """Write `changes` to disk, all or none, and return the paths that were written.

        Raises `Conflict` where a file changed meanwhile. A write that has begun is carried to its
        end even when the caller is cancelled.
        """
        writing = asyncio.create_task(
            asyncio.to_thread(apply_changes, self.workspace.snapshot(), changes)
        )
        try:
            written = await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])
            raise
        await self._lessons.applied(changes)
        return written

    async def applied(self, changes: ChangeSet) -> None:
        """A door wrote `changes` itself, through its editor; what becomes of them is watched."""
        await self._lessons.applied(changes)

    async def tests_ended(self, *, passed: bool) -> None:
        """The project's tests were run: it counts for the edits that were applied before."""
        await self._lessons.tests_ended(passed=passed)

    async def feedback(self, task: str, score: float) -> str:
        """Rate the answer to the task with the id `task`, from 0 (bad) to 1 (good).

        `last` is the latest task of this workspace. Returns who gave the answer. Raises
        `UnknownName` for a task that is not known and `UsageError` for a rating out of range.
        """
        return await self._lessons.feedback(task, score)

    async def trials(self) -> tuple[TrialReport, ...]:
        """How each running trial between two models stands."""
        return await self._lessons.trials()

    async def start_trial(self, trial: Trial) -> None:
        """Compare two models on a share of a kind of task. Raises `UsageError`, `UnknownName`."""
        for model in (trial.first, trial.second):
            await self._roster.facts(model)
        await self._lessons.start_trial(trial)

    async def end_trial(self, name: str) -> TrialReport:
        """End a trial; its last report. Raises `UnknownName`."""
        return await self._lessons.end_trial(name)

    async def learned(self) -> tuple[Learned, ...]:
        """What is known of each model for each kind of task, and what that rests on."""
        await self._ready("auto")
        return await self._lessons.learned()

    async def what_if(self, policy: str, since: datetime) -> WhatIf:
        """The tasks done since then, judged again under `policy`. Raises `UnknownName`."""
        kinds = [Task(kind=kind, preferences=Preferences(policy=policy)) for kind in Kind]
        names = (await self.route(kinds[0])).links  # Makes the models' facts and priors known.
        models = [one for one in names if one != BUILTIN and not one.startswith("pool/")]
        estimates = self._lessons.learner.estimates
        usual = refer(estimates(Features(one.kind.value), models) for one in kinds)
        selection = weigh(policy, self.settings.routing, usual) or Selection("", Worth())
        past = await self._lessons.past(since)
        return what_if(past, estimates, models, selection.utility)

    async def forget_learned(self, *, kind: str = "", model: str = "") -> int:
        """Forget what was learned of a kind, a model, both, or all; returns how many rows went."""
        return await self._lessons.reset(kind=kind, model=model)

    async def close(self) -> None:
        """Close all connections, to models and to the database; idempotent."""
        await self._roster.close()
        await self._health.close()
        await self._lessons.close()
        await self._calibration.close()
        if self._cache is not None:
            self._cache.close()
        self._ledger.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ready(self, wanted: str) -> tuple[Performer, ...]:
        """Everyone who may be asked, their facts and what was learned of them known."""
        performers = await self._roster.performers(wanted)
        await self._weigher.prepare(performers, wanted)
        await self._lessons.refresh()
        return performers

    async def _prepared(self, task: Task) -> tuple[tuple[Performer, ...], WorkspaceFacts]:
        """Everyone who may be asked, and what the workspace knows of the task, at one time."""
        return await asyncio.gather(
            self._ready(task.preferences.model),
            self._scout.facts(task, self.workspace.snapshot()),
        )

    async def _choose(
        self, task: Task, performers: tuple[Performer, ...], known: WorkspaceFacts
    ) -> Route:
        return await choose(task, performers, self.settings, self._health, self._weigher, known)

    async def _work(self, task: Task, report: Callable[[Event], None]) -> Outcome:
        performers, known = await self._prepared(task)
        route = await self._choose(task, performers, known)
        report(Routed(route))
        if not route.links:
            raise NoModel(_nobody(task, route))
        run = Run(
            task,
            route,
            {one.name: one for one in performers},
            snapshot=self.workspace.snapshot(),
            settings=self.settings,
            ledger=self._ledger,
            watch=self._watch,
            report=report,
            sessions=self.sessions,
            calibration=self._calibration,
        )
        outcome = replace(await run.play(), profile=analyse(task, known).reasons)
        self._lessons.answered(outcome, self._weigher.features(task))
        return outcome


def _reporter(events: asyncio.Queue[Event | None]) -> Callable[[Event], None]:
    """Puts events into the queue from the loop's thread or any other."""
    loop, home = asyncio.get_running_loop(), threading.get_ident()

    def report(event: Event) -> None:
        if threading.get_ident() == home:
            events.put_nowait(event)
        else:
            loop.call_soon_threadsafe(events.put_nowait, event)

    return report


def _nobody(task: Task, route: Route) -> str:
    out = [one for one in route.candidates if one.model != "builtin" and one.ruled_out]
    if out:
        why = "; ".join(f"{one.model}: {one.ruled_out}" for one in out)
        return f"no model may do this {task.kind.value!r} task ({why})"
    return f"{task.kind.value!r} needs a model and none is configured; {HOW_TO_CONFIGURE}"
