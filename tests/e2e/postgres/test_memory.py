"""Sessions and the count of tokens in a database that several people share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.memory import Sessions
from bandmaster.models import Calibration, Message, Prompt, Role, estimate_usage
from bandmaster.settings import SessionSettings
from bandmaster.store import Database
from bandmaster.tasks import Kind, Task, Usage

pytestmark = pytest.mark.e2e
PROMPT = Prompt(messages=(Message(Role.USER, "a = b + c\n" * 200),), output_tokens=10)
TASK = Task(kind=Kind.ASK, instruction="why?", session="s")


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "none", url)) as opened:
        yield opened


async def test_each_person_has_conversations_of_their_own(
    database: Database, tmp_path: Path
) -> None:
    def of(person: str) -> Sessions:
        return Sessions(database, tmp_path, SessionSettings(), person=person, shared=True)

    await of("ada").remember(TASK, "a/m", "because", local=False)
    await of("ada").remember(TASK, "lab/m", "because", local=True)
    (kept,) = await of("ada").buffers()
    assert (kept.model, kept.turns) == ("a/m", 1)
    assert await of("bob").history(TASK, "a/m", local=False) == ()
    assert len(await of("ada").history(TASK, "a/m", local=False)) == 2
    assert await of("ada").reset("s", "a/m") == 1
    assert await of("ada").buffers() == ()


async def test_everybody_learns_how_a_model_counts(database: Database) -> None:
    count = Usage(input=estimate_usage(PROMPT, "").input * 2)
    first = Calibration(database)
    for _ in range(12):
        first.learn("a/m", PROMPT, count)
    await first.close()
    second = Calibration(database)
    await second.ready()
    assert second.ratio("a/m") == pytest.approx(first.ratio("a/m"))
    assert second.ratio("a/m") > 1.6
