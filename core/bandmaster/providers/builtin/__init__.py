"""`builtin`: tasks done without any model, by static analysers and the index.

It never imitates a model: what it cannot do, it says it cannot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import cast

from bandmaster.engine.performer import Desk, Performance
from bandmaster.tasks import Cost, Kind, Task, Usage

_DOES = {
    Kind.REVIEW: "bandmaster.providers.builtin.review:review",
    Kind.FIX: "bandmaster.providers.builtin.fix:fix",
    Kind.DOCS: "bandmaster.providers.builtin.docs:write_docs",
    Kind.EXPLAIN: "bandmaster.providers.builtin.explain:explain",
}
"""What does which kind of task: `async (task, desk) -> Performance`, imported when needed."""


class Builtin:
    """The performer that is always there."""

    name = "builtin"
    local = True
    continues = False

    def price(self, usage: Usage) -> Cost:  # noqa: ARG002 - nothing is used
        return Cost()

    def cannot(self, task: Task) -> str:
        """Why this task needs a model, or nothing."""
        return "" if task.kind in _DOES else f"{task.kind.value!r} needs a model"

    async def perform(self, task: Task, desk: Desk) -> Performance:
        """Raises `WorkspaceError` where a path of the focus is not to be had."""
        do = await asyncio.to_thread(_load, _DOES[task.kind])
        return await do(task, desk)


def _load(place: str) -> Callable[[Task, Desk], Awaitable[Performance]]:
    module, _, name = place.partition(":")
    do = getattr(import_module(module), name)
    return cast("Callable[[Task, Desk], Awaitable[Performance]]", do)


__all__ = ["Builtin"]
