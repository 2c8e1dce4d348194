"""Models that a door lends to the engine."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

import bandmaster
from bandmaster import (
    Answer,
    Constraints,
    Engine,
    Finished,
    HostModel,
    HostSaid,
    Kind,
    NoModel,
    Outcome,
    Preferences,
    Prompt,
    Stop,
    Task,
    UsageError,
)
from bandmaster.errors import Failure, ModelRefused, ModelUnavailable
from bandmaster.models import Done, TextDelta, ToolOffer
from bandmaster.settings import Limits
from tests.fakes.protocols import PROMPT

LIMITS = Limits(request_seconds=20, stall_seconds=20)


async def speaks(prompt: Prompt) -> AsyncGenerator[HostSaid, None]:
    yield HostSaid("Oslo")
    yield HostSaid(".", model="their-model")
    yield HostSaid(stop=Stop.END)


async def breaks_off(prompt: Prompt) -> AsyncGenerator[HostSaid, None]:
    yield HostSaid("Os")


async def refuses(prompt: Prompt) -> AsyncGenerator[HostSaid, None]:
    raise ModelRefused(Failure.CONTENT_POLICY, "the person said no")
    yield HostSaid()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    for name in ("OPENAI", "ANTHROPIC", "XAI", "MISTRAL"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    project.mkdir()
    return bandmaster.open(project)


async def done(engine: Engine, task: Task) -> Outcome:
    events = [event async for event in engine.run(task)]
    last = events[-1]
    assert isinstance(last, Finished)
    return last.outcome


async def test_what_a_host_says_is_an_answer_whole_or_streamed() -> None:
    model = HostModel("host/theirs", speaks, LIMITS)
    assert (model.name, model.local) == ("host/theirs", False)
    reply = await model.ask(PROMPT)
    chunks = [chunk async for chunk in model.stream(PROMPT)]
    assert (reply.text, reply.stop, reply.model) == ("Oslo.", Stop.END, "their-model")
    assert reply.usage.estimated
    assert chunks == [
        TextDelta("Oslo"),
        TextDelta("."),
        Done(Stop.END, reply.usage, "their-model"),
    ]


async def test_a_host_that_breaks_off_gave_no_answer() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await HostModel("host/theirs", breaks_off, LIMITS).ask(PROMPT)
    assert caught.value.failure is Failure.TRUNCATED


async def test_a_prompt_with_tools_is_not_asked_without_them() -> None:
    lent = HostModel("host/theirs", speaks, LIMITS)
    with pytest.raises(ModelUnavailable, match="offers no tool calls"):
        await lent.ask(replace(PROMPT, tools=(ToolOffer("look", "Looks.", {}),)))


async def test_a_host_that_falls_silent_is_given_up_and_told() -> None:
    released = asyncio.Event()

    async def silent(prompt: Prompt) -> AsyncGenerator[HostSaid, None]:
        try:
            yield HostSaid("Os")
            await asyncio.Event().wait()
        finally:
            released.set()

    limits = Limits(request_seconds=20, stall_seconds=0.05)
    with pytest.raises(ModelUnavailable, match="fell silent"):
        _ = [chunk async for chunk in HostModel("host/theirs", silent, limits).stream(PROMPT)]
    assert released.is_set()


def test_a_lent_model_bears_the_name_of_the_host() -> None:
    with pytest.raises(UsageError, match="'host/…'"):
        HostModel("openai/gpt", speaks, LIMITS)


async def test_a_lent_model_does_a_task_and_costs_nothing_here(
    engine: Engine, tmp_path: Path
) -> None:
    async with engine:
        engine.lend(HostModel("host/theirs", speaks, engine.settings.limits))
        outcome = await done(engine, Task(kind=Kind.ASK, instruction="what is the capital?"))
    assert (outcome.model, outcome.result) == ("host/theirs", Answer("Oslo."))
    assert (outcome.cost.dollars, outcome.cost.unpriced) == (0, 0)
    with sqlite3.connect(tmp_path / "home" / "state" / "bandmaster.sqlite") as database:
        row = database.execute("SELECT model, nanos, price, estimated FROM usage").fetchone()
    database.close()
    assert row == ("host/theirs", 0, "lent by the host, free here", 1)


async def test_a_model_that_was_taken_back_is_not_asked(engine: Engine) -> None:
    async with engine:
        engine.lend(HostModel("host/theirs", speaks, engine.settings.limits))
        engine.take_back("host/theirs")
        engine.take_back("host/theirs")
        with pytest.raises(NoModel, match="none is configured"):
            await done(engine, Task(kind=Kind.ASK, instruction="what is the capital?"))


async def test_a_lent_model_is_behind_the_configured_ones_and_before_builtin(
    engine: Engine,
) -> None:
    async with engine:
        engine.lend(HostModel("host/theirs", speaks, engine.settings.limits))
        route = await engine.route(Task(kind=Kind.REVIEW))
        facts = await engine.facts("host/theirs")
    assert [one.model for one in route.candidates] == ["host/theirs", "builtin"]
    assert facts.model == "host/theirs"


async def test_a_host_is_not_this_machine_unless_it_says_so(engine: Engine) -> None:
    task = Task(kind=Kind.ASK, instruction="which city?", constraints=Constraints(local_only=True))
    async with engine:
        engine.lend(HostModel("host/theirs", speaks, engine.settings.limits))
        with pytest.raises(NoModel, match="not on this machine"):
            await done(engine, task)
        engine.lend(HostModel("host/theirs", speaks, engine.settings.limits, local=True))
        assert (await done(engine, task)).model == "host/theirs"


async def test_a_person_who_refuses_the_host_is_told_so(engine: Engine) -> None:
    task = Task(
        kind=Kind.ASK,
        instruction="which city?",
        preferences=Preferences(model="host/theirs"),
    )
    async with engine:
        engine.lend(HostModel("host/theirs", refuses, engine.settings.limits))
        with pytest.raises(NoModel, match="the person said no"):
            await done(engine, task)


async def test_a_link_whose_host_is_not_there_is_left_out(engine: Engine, tmp_path: Path) -> None:
    await engine.close()
    chain = (
        "[[chains.main.links]]\nmodel = 'host/theirs'\n[[chains.main.links]]\nmodel = 'builtin'\n"
    )
    (tmp_path / "home" / "config").mkdir(parents=True, exist_ok=True)
    (tmp_path / "home" / "config" / "bandmaster.toml").write_text(chain)
    async with bandmaster.open(tmp_path / "project") as chained:
        without = await chained.route(Task(kind=Kind.REVIEW))
        chained.lend(HostModel("host/theirs", speaks, chained.settings.limits))
        lent = await chained.route(Task(kind=Kind.REVIEW))
    assert without.links == ("builtin",)
    assert lent.links == ("host/theirs", "builtin")


def test_no_provider_of_the_settings_is_called_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "bandmaster.toml").write_text(
        "[providers.host]\nkind = 'openai'\n"
    )
    with pytest.raises(UsageError, match=r"toml:1: providers\.host: 'host' is the word"):
        bandmaster.open(tmp_path)
