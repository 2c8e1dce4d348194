"""The product with a faulty server before a good one: what becomes of a task, and its ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import bandmaster
from bandmaster import Answer as Text
from bandmaster import Delta, Engine, Event, Failure, Finished, Kind, Preferences, Restarted, Task
from bandmaster.models import Stop, estimate_tokens
from tests.fakes.protocols import OpenAI, Speech
from tests.fakes.upstream import Answer, Request, Upstream

SECONDS = 60.0
GOOD_TEXT = "Oslo is the capital.\nIt is large.\n"
GOOD = OpenAI()
COUNT = (11, 7)
"""Tokens that every server counts for a whole prompt and a whole answer."""
DOLLARS = {"input": 1000, "cached": 100, "output": 3000}
"""Billionths of a dollar for a token."""


@dataclass(frozen=True)
class Row:
    """One call, as the ledger has it."""

    model: str
    failure: str | None
    input: int
    output: int
    cached: int
    estimated: bool
    nanos: int


@dataclass(frozen=True)
class Seen:
    """What became of a task."""

    failures: tuple[Failure | None, ...]
    model: str
    text: str
    shown: str
    """What the person sees in the end, where the answer streams."""
    rows: tuple[Row, ...]
    asked: int
    """How often the faulty model was asked, by the server's count."""


def row(
    model: str,
    failure: Failure | None,
    read: int,
    written: int,
    cached: int,
    estimated: bool,
    *,
    far: bool,
) -> Row:
    price = (read - cached) * DOLLARS["input"] + cached * DOLLARS["cached"]
    nanos = price + written * DOLLARS["output"] if far else 0
    return Row(model, failure.value if failure else None, read, written, cached, estimated, nanos)


def guess(request: Request) -> int:
    """What we estimate that the prompt of a request is."""
    return sum(estimate_tokens(one["content"]) + 4 for one in request.body["messages"])


def upstream(speech: Speech, answers: Mapping[str, Sequence[Answer]], *, stream: bool) -> Upstream:
    """A server with a model for every fault, and one that answers."""
    good = GOOD.answer(GOOD_TEXT, GOOD.stops[Stop.END], stream=stream)
    return Upstream(Answer(body=(speech.models("other"),)), models={**answers, "good": (good,)})


def opened(
    server: Upstream,
    speech: Speech,
    names: tuple[str, ...],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    far: bool,
    limits: str = "",
    more: str = "",
) -> Engine:
    """The product with two providers: the faulty one, and behind it the good one."""
    address = "http://models.example" if far else server.url
    for variable in ("HTTP_PROXY", "http_proxy"):
        if far:
            monkeypatch.setenv(variable, server.url)
        else:
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("BANDMASTER_HOME", str(home))
    api = f"api = {speech.api.value!r}" if speech.api else ""
    models = [f"bad/{name}" for name in names] + ["good/good"]
    prices = "".join(
        f'[catalog."{one}"]\nprices = {{ input = 1, output = 3, cached = 0.1 }}\n'
        for one in models
        if far  # What runs here is free.
    )
    (home / "config").mkdir(parents=True)
    (home / "config" / "bandmaster.toml").write_text(
        f"""
[models]
order = ["good/good"]
[limits]
{limits}
[providers.bad]
kind = {speech.kind.value!r}
base_url = "{address}{speech.base}"
{api}
models = {list(names)!r}
[providers.good]
kind = "openai"
base_url = "{address}/v1"
models = ["good"]
{prices}
{more}"""
    )
    project = home / "project"
    project.mkdir()
    return bandmaster.open(project)


def ask(model: str, *, stream: bool) -> Task:
    preferences = Preferences(model=model, stream=stream, cache=False)
    return Task(kind=Kind.ASK, instruction="What is the capital?", preferences=preferences)


async def play(engine: Engine, task: Task) -> list[Event]:
    return [event async for event in engine.run(task)]


def rows_of(home: Path) -> Mapping[str, tuple[Row, ...]]:
    """The ledger, by task."""
    with sqlite3.connect(home / "state" / "bandmaster.sqlite") as database:
        rows = database.execute(
            "SELECT task, model, failure, input, output, cached, estimated, nanos"
            " FROM usage ORDER BY id"
        ).fetchall()
    database.close()
    found: dict[str, tuple[Row, ...]] = {}
    for task, *values, estimated, nanos in rows:
        model, failure, read, written, cached = values
        one = Row(model, failure, read, written, cached, bool(estimated), nanos)
        found[task] = (*found.get(task, ()), one)
    return found


def seen_of(
    task: Task, events: list[Event], ledger: Mapping[str, tuple[Row, ...]], sent: list[Request]
) -> Seen:
    last = events[-1]
    assert isinstance(last, Finished)
    assert isinstance(last.outcome.result, Text)
    faulty = task.preferences.model.partition("/")[2]
    return Seen(
        failures=tuple(one.failure for one in last.outcome.attempts),
        model=last.outcome.model,
        text=last.outcome.result.text,
        shown=shown(events),
        rows=ledger[task.id],
        asked=sum(one.model == faulty for one in sent),
    )


def shown(events: list[Event]) -> str:
    """What a person sees who takes back what they are told to."""
    text = ""
    for event in events:
        if isinstance(event, Delta):
            text += event.text
        elif isinstance(event, Restarted):
            text = text[: len(text) - event.discarded]
    return text
