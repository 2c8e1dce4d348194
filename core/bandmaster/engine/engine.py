"""The engine: takes a task, tries its route link by link, and yields what happens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from bandmaster.changes import ChangeSet
from bandmaster.engine.performer import Desk, Performance, Performer
from bandmaster.errors import Failure, ModelRefused, ModelUnavailable, NoModel
from bandmaster.events import Asking, Delta, Event, Failed, Finished, Restarted, Routed
from bandmaster.ledger import Ledger
from bandmaster.routing import Player, choose_route
from bandmaster.settings import Settings
from bandmaster.tasks import Attempt, Cost, Outcome, Route, Task, Usage
from bandmaster.tools import Guard
from bandmaster.workspace import Snapshot, Workspace, apply_changes

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

    async def close(self) -> None:
        """Close the connections of all performers; idempotent."""
        ...


@dataclass(slots=True)
class _Run:
    """One run of a task: what was tried so far and what is used by the link at hand."""

    task: Task
    report: Callable[[Event], None]
    started: float = field(default_factory=time.perf_counter)
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    used: Usage = field(default_factory=Usage)
    spoke: bool = False

    def charge(self, usage: Usage) -> None:
        self.used += usage

    def tell(self, event: Event) -> None:
        self.spoke = self.spoke or isinstance(event, Delta)
        self.report(event)


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
    ) -> None:
        self.workspace = workspace
        self.settings = settings
        self.guard = guard
        self.notes = notes
        """What the person should know of the configuration."""
        self._roster = roster
        self._ledger = ledger

    @property
    def root(self) -> Path:
        return self.workspace.root

    def providers(self) -> tuple[ProviderState, ...]:
        """The configured providers, in the order in which they are tried."""
        return self._roster.providers()

    async def list_models(self, provider: str) -> tuple[str, ...]:
        """The models that a provider's server offers now. Raises `ModelError`, `UnknownName`."""
        return await self._roster.list_models(provider)

    async def route(self, task: Task) -> Route:
        """Who would be tried for `task`, and why; nobody is asked. Raises `UnknownName`."""
        return self._choose(task, await self._roster.performers(task.preferences.model))

    async def run(self, task: Task) -> AsyncGenerator[Event]:
        """Do `task`: yields events, the last one `Finished`.

        Raises `NoModel` when nobody could do it, `UsageError` or `WorkspaceError` where the task
        itself is wrong. Closing the generator, or cancelling the task that reads it, cancels the
        work; what was used until then is in the ledger.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        work = asyncio.create_task(self._work(_Run(task, _reporter(events))))
        work.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            yield Finished(await work)
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait([work])

    async def apply(self, changes: ChangeSet) -> tuple[str, ...]:
        """Write `changes` to disk, all or none, and return the paths that were written.

        Raises `Conflict` where a file changed meanwhile. A write that has begun is carried to its
        end even when the caller is cancelled.
        """
        writing = asyncio.create_task(
            asyncio.to_thread(apply_changes, self.workspace.snapshot(), changes)
        )
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])
            raise

    async def close(self) -> None:
        """Close all connections, to models and to the database; idempotent."""
        await self._roster.close()
        self._ledger.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _work(self, run: _Run) -> Outcome:
        performers = await self._roster.performers(run.task.preferences.model)
        route = self._choose(run.task, performers)
        run.report(Routed(route))
        if not route.links:
            raise NoModel(_nobody(run.task, route))
        by_name = {one.name: one for one in performers}
        snapshot = self.workspace.snapshot()
        seconds = run.task.constraints.seconds
        try:
            async with asyncio.timeout(seconds):
                for name in route.links:
                    performance = await self._attempt(run, by_name[name], snapshot)
                    if performance is not None:
                        return _outcome(run, route, performance)
        except TimeoutError:
            raise NoModel(f"no answer within the {seconds:g} s that the task allows") from None
        raise NoModel(_all_failed(run, route))

    def _choose(self, task: Task, performers: tuple[Performer, ...]) -> Route:
        players = [Player(one.name, one.local, one.cannot(task)) for one in performers]
        return choose_route(task, players, self.settings.models)

    async def _attempt(
        self, run: _Run, performer: Performer, snapshot: Snapshot
    ) -> Performance | None:
        """One link: its performance, or None when the next one is to be tried."""
        run.used, run.spoke = Usage(), False
        run.tell(Asking(performer.name))
        started = time.perf_counter()

        async def settle(failure: Failure | None, message: str) -> Attempt:
            attempt = Attempt(
                model=performer.name,
                failure=failure,
                message=message,
                usage=run.used,
                cost=await _price(performer, run.used),
                seconds=time.perf_counter() - started,
            )
            run.attempts.append(attempt)
            await self._ledger.record(run.task, attempt)
            return attempt

        try:
            desk = Desk(snapshot, self.settings, run.tell, run.charge)
            performance = await performer.perform(run.task, desk)
        except ModelUnavailable as error:
            attempt = await settle(error.failure, str(error))
            run.report(Restarted(attempt) if run.spoke else Failed(attempt))
            return None
        except ModelRefused as error:
            run.report(Failed(await settle(error.failure, str(error))))
            raise NoModel(f"{performer.name} refused: {error}") from error
        except asyncio.CancelledError:
            await asyncio.shield(settle(Failure.CANCELLED, "cancelled"))
            raise
        await settle(None, "")
        return performance


def _reporter(events: asyncio.Queue[Event | None]) -> Callable[[Event], None]:
    """Puts events into the queue from the loop's thread or any other."""
    loop, home = asyncio.get_running_loop(), threading.get_ident()

    def report(event: Event) -> None:
        if threading.get_ident() == home:
            events.put_nowait(event)
        else:
            loop.call_soon_threadsafe(events.put_nowait, event)

    return report


async def _price(performer: Performer, usage: Usage) -> Cost:
    """What `usage` costs; the first price of a paid model loads a table, hence the thread."""
    if performer.local or usage == Usage():
        return Cost()
    return await asyncio.to_thread(performer.price, usage)


def _outcome(run: _Run, route: Route, performance: Performance) -> Outcome:
    usage, cost = Usage(), Cost()
    for attempt in run.attempts:
        usage, cost = usage + attempt.usage, cost + attempt.cost
    fallen = [f"{one.model} failed: {one.message}" for one in run.attempts if one.failure]
    return Outcome(
        task=run.task,
        result=performance.result,
        model=run.attempts[-1].model,
        route=route,
        attempts=tuple(run.attempts),
        usage=usage,
        cost=cost,
        seconds=time.perf_counter() - run.started,
        context=performance.context,
        notes=(*fallen, *performance.notes),
    )


def _nobody(task: Task, route: Route) -> str:
    out = [one for one in route.candidates if one.model != "builtin" and one.ruled_out]
    if out:
        why = "; ".join(f"{one.model}: {one.ruled_out}" for one in out)
        return f"no model may do this {task.kind.value!r} task ({why})"
    return f"{task.kind.value!r} needs a model and none is configured; {HOW_TO_CONFIGURE}"


def _all_failed(run: _Run, route: Route) -> str:
    tried = "; ".join(f"{one.model}: {one.message}" for one in run.attempts)
    count = len(route.links)
    return f"{'the model' if count == 1 else f'all {count} models'} failed ({tried})"
