"""Which files tasks went wrong on, in a PostgreSQL database that several people share."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.engine import Trouble
from bandmaster.routing import Features, Learner
from bandmaster.settings import Learning
from bandmaster.store import Database
from bandmaster.tasks import Focus, Kind, Task

pytestmark = pytest.mark.e2e


def test_a_task_that_went_wrong_is_remembered_with_its_files(url: str, tmp_path: Path) -> None:
    with closing(Database(tmp_path / "none", url)) as database:
        learner, trouble = Learner(database, "/p", settings=Learning()), Trouble(database, "/p")
        for name, rating in (("t1", 0.0), ("t2", 1.0)):
            trouble.remember(Task(kind=Kind.FIX, focus=(Focus("a.py"), Focus("b.py")), id=name))
            learner.record(name, Features("fix"), "x/m")
            learner.feedback(name, rating)
        assert (trouble.count("a.py"), trouble.count("b.py"), trouble.count("c.py")) == (1, 1, 0)
        assert Trouble(database, "/elsewhere").count("a.py") == 0
