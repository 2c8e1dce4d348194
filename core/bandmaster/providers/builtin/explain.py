"""Explanations without a model."""

from __future__ import annotations

from bandmaster.engine.performer import Desk, Performance
from bandmaster.tasks import Answer, Task


async def explain(task: Task, desk: Desk) -> Performance:
    """Say what is known of the focus."""
    names = [desk.snapshot.relative(focus.path) for focus in task.focus]
    return Performance(Answer("\n".join(f"# {name}" for name in names)))
