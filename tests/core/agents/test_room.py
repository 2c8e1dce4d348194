"""What is sent fits the model: its window, its count of tokens, and what was said before."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.agents import ModelAgent, Personas
from bandmaster.agents.room import Room, measure
from bandmaster.engine import Desk, Performance
from bandmaster.models import (
    Calibration,
    Catalog,
    Facts,
    Message,
    ModelClient,
    Role,
    Told,
    estimate_usage,
)
from bandmaster.settings import Limits, PersonaEntry, Settings
from bandmaster.tasks import Answer, Cost, Focus, Kind, Task, Usage
from bandmaster.workspace import Workspace
from tests.fakes.agents import NOWHERE, shipped
from tests.fakes.conversation import Recites
from tests.fakes.meters import Counts

MODEL = "fake/reciter"
HELLO = (Message(Role.USER, "hello?"), Message(Role.ASSISTANT, "Hello."))


def facts(window: int, output: int | None = None) -> Facts:
    catalog = Catalog({}, lambda _: None)
    catalog.learn(MODEL, Told(window=window, output=output))
    return catalog.facts(MODEL)


async def ask(
    root: Path,
    model: Recites,
    known: Facts,
    *,
    calibration: Calibration | None = None,
    history: tuple[Message, ...] = (),
) -> Performance:
    async def connect() -> ModelClient:
        return model

    async def told() -> Facts:
        return known

    agent = ModelAgent(
        MODEL,
        local=True,
        connect=connect,
        price=lambda _: Cost(Decimal(0)),
        personas=shipped(),
        facts=told,
        calibration=calibration or Calibration(),
    )
    settings = Settings(limits=Limits(context_tokens=6000, output_tokens=2000))
    snapshot = Workspace(root, 1_000_000).snapshot()
    desk = Desk(snapshot, settings, lambda _: None, Counts(), history=history)
    task = Task(kind=Kind.ASK, instruction="why?", focus=(Focus("long.py"),))
    return await agent.perform(task, desk)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lines = [f"value_{number} = compute({number})" for number in range(2000)]
    (tmp_path / "long.py").write_text("\n".join(lines) + "\n")
    return tmp_path


def sent(model: Recites) -> Usage:
    return estimate_usage(model.prompts[0], "")


async def test_a_large_window_takes_what_the_limits_allow(root: Path) -> None:
    model = Recites("because")
    done = await ask(root, model, facts(200_000))
    assert done.result == Answer("because")
    assert 5500 < sent(model).input < 6500
    assert model.prompts[0].output_tokens == 2000


async def test_a_small_window_gets_less_and_says_so(root: Path) -> None:
    model = Recites("because")
    done = await ask(root, model, facts(4000))
    prompt = model.prompts[0]
    assert sent(model).input + prompt.output_tokens < 4000
    assert prompt.output_tokens == 1333
    assert any(note.startswith("of long.py only lines 1 to") for note in done.notes)


async def test_a_model_is_not_asked_for_more_than_it_can_say(root: Path) -> None:
    model = Recites("because")
    await ask(root, model, facts(200_000, output=700))
    assert model.prompts[0].output_tokens == 700


async def test_a_model_that_counts_more_tokens_is_sent_less(root: Path) -> None:
    plain, dense = Recites("a"), Recites("b")
    await ask(root, plain, facts(200_000))
    await ask(root, dense, facts(200_000), calibration=Calibration(prior=lambda _: 1.5))
    assert sent(dense).input == pytest.approx(sent(plain).input / 1.5, rel=0.1)


async def test_what_was_said_before_comes_before_the_question_and_takes_room(root: Path) -> None:
    long = (Message(Role.USER, "word " * 800), Message(Role.ASSISTANT, "word " * 200))
    model, alone = Recites("a"), Recites("b")
    await ask(root, model, facts(4000), history=(*HELLO, *long))
    await ask(root, alone, facts(4000))
    messages = model.prompts[0].messages
    assert messages[1:3] == HELLO
    assert (messages[0].role, messages[-1].role) == (Role.SYSTEM, Role.USER)
    assert sent(model).input + model.prompts[0].output_tokens < 4000
    assert len(messages[-1].text) < len(alone.prompts[0].messages[-1].text)


def test_a_frame_that_fills_the_window_leaves_the_smallest_context() -> None:
    assert measure(facts(4000), context=6000, answer=2000, frame=5000) == Room(500, 1333)


def test_where_nobody_knows_how_long_an_answer_is_the_wanted_one_is_asked_for() -> None:
    unknown = Catalog({}, lambda _: None).facts(MODEL)
    assert measure(unknown, context=6000, answer=9000, frame=0).answer == 9000


async def test_what_a_project_adds_to_a_persona_is_told(root: Path) -> None:
    async def connect() -> ModelClient:
        return Recites("because")

    async def told() -> Facts:
        return facts(20_000)

    agent = ModelAgent(
        MODEL,
        local=True,
        connect=connect,
        price=lambda _: Cost(),
        personas=Personas(NOWHERE, {}, {"assistant": PersonaEntry(system="Rhyme.")}),
        facts=told,
        calibration=Calibration(),
    )
    snapshot = Workspace(root, 1_000_000).snapshot()
    desk = Desk(snapshot, Settings(), lambda _: None, Counts())
    done = await agent.perform(Task(kind=Kind.ASK, instruction="why?"), desk)
    assert done.notes[0] == "bandmaster.toml of this workspace adds to the persona 'assistant'"


async def test_a_model_that_makes_vectors_is_not_asked(root: Path) -> None:
    async def nobody() -> ModelClient:
        raise AssertionError

    async def told() -> Facts:
        return facts(20_000)

    agent = ModelAgent(
        "ollama/nomic-embed-text",
        local=True,
        connect=nobody,
        price=lambda _: Cost(),
        personas=shipped(),
        facts=told,
        calibration=Calibration(),
        embeds=True,
    )
    assert agent.cannot(Task(kind=Kind.ASK)) == "it makes vectors and answers nothing"
