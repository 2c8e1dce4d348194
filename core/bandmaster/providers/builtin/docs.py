"""Docstring skeletons without a model."""

from __future__ import annotations

from bandmaster.changes import ChangeSet
from bandmaster.engine.performer import Desk, Performance
from bandmaster.tasks import Proposal, Task


async def write_docs(task: Task, desk: Desk) -> Performance:
    """Propose docstrings for what the focus names."""
    for focus in task.focus:
        desk.snapshot.read(focus.path)
    return Performance(Proposal(ChangeSet("Document", ())))
