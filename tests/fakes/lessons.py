"""The engine's lessons on a database of a test."""

from __future__ import annotations

from pathlib import Path

from bandmaster.engine import Edits, Lessons
from bandmaster.routing import Learner, TrialBook
from bandmaster.settings import Learning
from bandmaster.store import Database


def lessons_in(database: Database, root: Path) -> Lessons:
    learner = Learner(database, str(root), settings=Learning())
    return Lessons(learner, TrialBook(database), Edits(database, root))
