"""`builtin`: tasks done without any model, by static analysers and the index.

It never imitates a model: what it cannot do, it says it cannot.
"""

from __future__ import annotations

from bandmaster.engine.performer import Desk, Performance
from bandmaster.providers.builtin.docs import write_docs
from bandmaster.providers.builtin.explain import explain
from bandmaster.providers.builtin.fix import fix
from bandmaster.providers.builtin.review import review
from bandmaster.tasks import Cost, Kind, Task, Usage

_DOES = {
    Kind.REVIEW: review,
    Kind.FIX: fix,
    Kind.DOCS: write_docs,
    Kind.EXPLAIN: explain,
}


class Builtin:
    """The performer that is always there."""

    name = "builtin"
    local = True

    def price(self, usage: Usage) -> Cost:  # noqa: ARG002 - nothing is used
        return Cost()

    def cannot(self, task: Task) -> str:
        """Why this task needs a model, or nothing."""
        return "" if task.kind in _DOES else f"{task.kind.value!r} needs a model"

    async def perform(self, task: Task, desk: Desk) -> Performance:
        """Raises `WorkspaceError` where a path of the focus is not to be had."""
        return await _DOES[task.kind](task, desk)


__all__ = ["Builtin"]
