"""Tasks of the core at work for the editor: reading one to its end, and cancelling them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from lsprotocol import types

from bandmaster import Event, Finished, NoModel, Outcome, Task
from bandmaster_lsp.engines import Engine
from bandmaster_lsp.hardened.protocol import log_failure

_T = TypeVar("_T")


async def perform(
    engine: Engine, task: Task, follow: Callable[[Event], None] = lambda _: None
) -> Outcome:
    """Run `task` to its end. Cancelling cancels the engine's run with its calls and processes."""
    async with aclosing(engine.run(task)) as events:
        async for event in events:
            follow(event)
            if isinstance(event, Finished):
                return event.outcome
    raise NoModel("the task ended without an outcome")


class Runs:
    """Everything that goes on behind the requests of the editor."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._running: set[asyncio.Task[Any]] = set()
        self._by_token: dict[types.ProgressToken, asyncio.Task[Any]] = {}

    def start(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Begin `work`, which the caller awaits."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def start_alone(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Begin `work`, which nobody awaits: the person is told of its failure."""
        task = self.start(work)
        task.add_done_callback(self._see_to)
        return task

    def name(self, token: types.ProgressToken | None) -> None:
        """The task that calls this can be cancelled by `token` from now on."""
        task = asyncio.current_task()
        if token is not None and task is not None:
            self._by_token[token] = task
            task.add_done_callback(lambda _: self._by_token.pop(token, None))

    def cancel(self, token: types.ProgressToken) -> None:
        """Cancel what `token` names; one that has ended already is past cancelling."""
        if (task := self._by_token.get(token)) is not None:
            task.cancel()

    async def cancel_all(self, seconds: float) -> None:
        """Cancel everything and wait until it has ended, but not longer than `seconds`."""
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=seconds)

    def _see_to(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (raised := task.exception()) is not None:
            self._tell(log_failure(raised))
