"""What an editor offers: the five tasks, the rating of answers, and pages about money."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol.types import CodeActionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One task on the menu."""

    command: str
    kind: str
    """The core's name of the task's kind."""
    title: str
    action_kind: str
    """Explain and Review have kinds of their own; VS Code hides `source` from its lightbulb."""
    doing: str
    """What the progress says while it runs."""
    needs_model: bool = False
    whole_file: bool = False
    """Without a selection the task is about the whole file, not about the cursor's place."""


MENU = (
    Entry(
        command="bandmaster.task.document",
        kind="docs",
        title="Document",
        action_kind="refactor.rewrite.bandmaster.document",
        doing="Documenting",
    ),
    Entry(
        command="bandmaster.task.explain",
        kind="explain",
        title="Explain",
        action_kind="bandmaster.explain",
        doing="Explaining",
    ),
    Entry(
        command="bandmaster.task.review",
        kind="review",
        title="Review",
        action_kind="bandmaster.review",
        doing="Reviewing",
        whole_file=True,
    ),
    Entry(
        command="bandmaster.task.fix",
        kind="fix",
        title="Fix with a model",
        action_kind="quickfix.bandmaster.fix",
        doing="Fixing",
        needs_model=True,
    ),
    Entry(
        command="bandmaster.task.test",
        kind="test",
        title="Write tests",
        action_kind="refactor.bandmaster.test",
        doing="Writing tests for",
        needs_model=True,
    ),
)

BY_COMMAND = {entry.command: entry for entry in MENU}
FEEDBACK = "bandmaster.feedback"
"""The command that rates an answer, and the kind of its code actions."""
STATS, BUDGET = "bandmaster.stats", "bandmaster.budget"
"""The commands that show what models cost, and what may still be spent."""
RATINGS = {1.0: "That answer was good", 0.0: "That answer was bad"}
ACTION_KINDS = [CodeActionKind.QuickFix, *(entry.action_kind for entry in MENU), FEEDBACK]
