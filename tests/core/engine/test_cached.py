"""A task whose answer is at hand asks nobody, costs nothing, and says what that saved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.agents import ModelAgent
from bandmaster.engine import Engine
from bandmaster.errors import NoModel
from bandmaster.events import Delta, Event, Finished
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.models import Cache, Calibration, ModelClient
from bandmaster.policy import Policy
from bandmaster.settings import Budget, CacheSettings, Settings
from bandmaster.store import Database
from bandmaster.tasks import Answer, Cost, Focus, Kind, Outcome, Preferences, Review, Task, Usage
from bandmaster.tools import Guard, Registry
from bandmaster.workspace import Workspace
from tests.fakes.agents import nobody_knows, shipped
from tests.fakes.conversation import TURN, Recites
from tests.fakes.lessons import lessons_in
from tests.fakes.performers import Band

ASK = Task(kind=Kind.ASK, instruction="why?", focus=(Focus("shop.py"),))
ANEW = Preferences(cache=False)


def a_cent_for_a_token(usage: Usage) -> Cost:
    return Cost(Decimal(usage.input + usage.output) / 100)


class Place:
    """A project, and engines over it whose one model is `model`, each a process of its own."""

    def __init__(self, root: Path, model: ModelClient, settings: Settings = Settings()) -> None:
        self.root = root
        self.opened = 0
        self._model = model
        self._settings = settings
        (root / "shop.py").write_text("total = 1\n")

    def engine(self) -> Engine:
        async def connect() -> ModelClient:
            self.opened += 1
            return self._model

        database = Database(self.root / "db.sqlite")
        cache = Cache(database, self._settings.cache)
        agent = ModelAgent(
            "fake/reciter",
            local=False,
            connect=connect,
            price=a_cent_for_a_token,
            personas=shipped(),
            facts=nobody_knows,
            calibration=Calibration(),
            cache=cache,
        )
        workspace = Workspace(self.root, 1_000_000)
        return Engine(
            workspace=workspace,
            settings=self._settings,
            roster=Band(agent),
            ledger=Ledger(database, self.root, budget=self._settings.budget),
            lessons=lessons_in(database, self.root),
            guard=Guard(
                tools=Registry(), policy=Policy(), workspace=workspace, settings=self._settings
            ),
            sessions=Sessions(database, self.root, self._settings.sessions),
            notes=(),
            cache=cache,
        )

    async def run(self, task: Task = ASK) -> tuple[list[Event], Outcome]:
        async with self.engine() as engine:
            events = [event async for event in engine.run(task)]
        assert isinstance(events[-1], Finished)
        return events, events[-1].outcome


async def test_the_second_time_the_model_is_not_even_opened(tmp_path: Path) -> None:
    place = Place(tmp_path, Recites("So it\nis.", "Never."))
    _, first = await place.run()
    events, second = await place.run(replace(ASK, id="other"))
    assert place.opened == 1
    assert second.result == first.result == Answer("So it\nis.")
    assert [one for one in events if isinstance(one, Delta)] == [Delta("So it\n"), Delta("is.")]
    assert (first.usage, first.cost, first.saved) == (TURN, Cost(Decimal("0.1")), Cost())
    assert (second.usage, second.cost, second.saved) == (Usage(), Cost(), Cost(Decimal("0.1")))
    assert second.attempts[0].saved == Cost(Decimal("0.1"))
    assert second.notes == ("from the cache, saved $0.10",)


async def test_a_changed_file_or_a_wish_for_a_new_answer_asks_again(tmp_path: Path) -> None:
    place = Place(tmp_path, Recites("one", "two", "three"))
    await place.run()
    (tmp_path / "shop.py").write_text("total = 2\n")
    _, changed = await place.run()
    assert changed.result == Answer("two")
    _, anew = await place.run(replace(ASK, preferences=ANEW))
    assert anew.result == Answer("three")
    _, last = await place.run()
    assert (last.result, last.notes) == (Answer("three"), ("from the cache, saved $0.10",))


@pytest.mark.parametrize(
    ("settings", "name", "text"),
    [
        (CacheSettings(enabled=False), "shop.py", "x = 1"),
        (CacheSettings(), "shop.py", 'api_key = "q8Zr2LmX5tYw"'),
    ],
)
async def test_nothing_is_kept_of_secrets_or_where_the_cache_is_off(
    tmp_path: Path, settings: CacheSettings, name: str, text: str
) -> None:
    place = Place(tmp_path, Recites("one", "two"), Settings(cache=settings))
    (tmp_path / name).write_text(text)
    for said in ("one", "two"):
        _, outcome = await place.run(replace(ASK, focus=(Focus(name),)))
        assert outcome.result == Answer(said)
    async with place.engine() as engine:
        assert (await engine.answers_held()).answers == 0


async def test_a_spent_budget_leaves_what_is_in_the_cache(tmp_path: Path) -> None:
    await Place(tmp_path, Recites("one")).run()
    place = Place(tmp_path, Recites(), Settings(budget=Budget(day=Decimal("0.10"))))
    _, outcome = await place.run()
    assert outcome.result == Answer("one")
    with pytest.raises(NoModel, match="budget"):
        await place.run(replace(ASK, preferences=ANEW))


async def test_an_answer_that_could_not_be_used_is_not_given_again(tmp_path: Path) -> None:
    review = replace(ASK, kind=Kind.REVIEW, preferences=Preferences(model="fake/reciter"))
    place = Place(tmp_path, Recites("none", "none yet", '{"findings": []}'))
    with pytest.raises(NoModel, match="unusable answer"):
        await place.run(review)
    _, outcome = await place.run(review)
    assert isinstance(outcome.result, Review)


async def test_of_many_tasks_at_once_one_asks_and_one_that_ends_early_disturbs_nobody(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path, Recites("x"))
    async with place.engine() as engine:

        async def last(task: Task) -> Outcome:
            events = [event async for event in engine.run(task)]
            assert isinstance(events[-1], Finished)
            return events[-1].outcome

        running = [asyncio.create_task(last(replace(ASK, id=str(n)))) for n in range(10)]
        await asyncio.sleep(0)
        running[3].cancel()
        done = await asyncio.gather(*running, return_exceptions=True)
    outcomes = [one for one in done if isinstance(one, Outcome)]
    assert len(outcomes) == 9
    assert {outcome.result for outcome in outcomes} == {Answer("x")}
    assert place.opened == 1


async def test_the_answers_can_be_counted_and_cleared(tmp_path: Path) -> None:
    place = Place(tmp_path, Recites("one", "two"))
    await place.run()
    await place.run()
    async with place.engine() as engine:
        held = await engine.answers_held()
        assert (held.answers, held.hits) == (1, 1)
        assert await engine.forget_answers() == 1
    _, outcome = await place.run()
    assert outcome.result == Answer("two")


async def test_an_answer_from_the_cache_teaches_nothing_of_cost_and_time(tmp_path: Path) -> None:
    place = Place(tmp_path, Recites("x"))
    await place.run()
    await place.run(replace(ASK, id="other"))
    database = Database(tmp_path / "db.sqlite")
    learned = database.read("SELECT what, dollars, seconds > 0 FROM happening ORDER BY id", ())
    database.close()
    assert learned == [("answered", 0.1, 1), ("answered", None, None)]
