"""The fault matrix: whatever a model server does wrong, the failure is told for what it is, the
next model's answer comes out whole, and the ledger holds every call."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import bandmaster
from bandmaster import Answer as Text
from bandmaster import Delta, Engine, Event, Failure, Finished, Kind, Preferences, Restarted, Task
from bandmaster.models import Stop, estimate_tokens
from tests.fakes.faults import EITHER_WAY, STREAMED, WHOLE, Counted, Fault
from tests.fakes.protocols import SPEECHES, OpenAI, Speech
from tests.fakes.upstream import Answer, Request, Upstream

SECONDS = 60.0
GOOD_TEXT = "Oslo is the capital.\nIt is large.\n"
GOOD = OpenAI()
COUNT = (11, 7)
DOLLARS = {"input": 1000, "cached": 100, "output": 3000}
"""Billionths of a dollar for a token."""

each_speech = pytest.mark.parametrize(
    "speech", SPEECHES, ids=lambda one: f"{one.kind.value} {one.path}"
)
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


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


@pytest.fixture(params=["on this machine", "through a proxy"])
def far(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the servers are elsewhere: then they cost money, and the proxy leads to them."""
    for name in ("OPENAI", "ANTHROPIC", "XAI", "MISTRAL"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    for name in ("OLLAMA_HOST", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return request.param == "through a proxy"


@each_way
@each_speech
async def test_every_fault_is_told_recovered_from_and_paid_for(
    speech: Speech, stream: bool, far: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = {**EITHER_WAY, **(STREAMED if stream else WHOLE)}
    answers = {name: (fault.does(speech, stream),) for name, fault in faults.items()}
    names = tuple(faults)
    tasks = {name: ask(f"bad/{name}", stream=stream) for name in names}
    async with (
        asyncio.timeout(SECONDS),
        upstream(speech, answers, stream=stream) as server,
        opened(server, speech, names, tmp_path, monkeypatch, far=far) as engine,
    ):
        runs = await asyncio.gather(*(play(engine, task) for task in tasks.values()))
    ledger = rows_of(tmp_path)
    seen = {
        name: seen_of(tasks[name], events, ledger, server.requests)
        for name, events in zip(names, runs, strict=True)
    }
    prompt = guess(next(one for one in server.requests if one.model == "good"))
    assert seen == {
        name: wanted(name, fault, prompt, speech, stream=stream, far=far)
        for name, fault in faults.items()
    }


def wanted(
    name: str, fault: Fault, prompt: int, speech: Speech, *, stream: bool, far: bool
) -> Seen:
    again = fault.tries if fault.failure is Failure.CONTEXT_TOO_LONG else 1
    count = counted(fault, prompt, speech, stream=stream)
    bad = row(f"bad/{name}", fault.failure, *count, far=far)
    good = row("good/good", None, *COUNT, 4, estimated=False, far=far)
    return Seen(
        failures=(*[fault.failure] * again, None),
        model="good/good",
        text=GOOD_TEXT,
        shown=GOOD_TEXT if stream else "",
        rows=(*[bad] * fault.tries, good),
        asked=fault.tries,
    )


def counted(
    fault: Fault, prompt: int, speech: Speech, *, stream: bool
) -> tuple[int, int, int, bool]:
    """Input, output, cached input, and whether that is estimated."""
    cached = 0 if speech.path == "/api/chat" else 4
    if fault.counted is Counted.WHOLE:
        return (*COUNT, cached, False)
    said = estimate_tokens(fault.heard)
    if b"message_start" in b"".join(fault.does(speech, stream).body):
        return (COUNT[0], max(1, said), cached, True)  # This protocol counts the prompt at once.
    return (prompt, said, 0, True) if fault.counted is Counted.GUESSED else (0, 0, 0, False)


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


def upstream(
    speech: Speech, answers: Mapping[str, tuple[Answer, ...]], *, stream: bool
) -> Upstream:
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
        f'[catalog."{one}"]\nprices = {{ input = 1, output = 3, cached = 0.1 }}\n' for one in models
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
{prices}"""
    )
    project = home / "project"
    project.mkdir()
    return bandmaster.open(project)


def ask(model: str, *, stream: bool) -> Task:
    preferences = Preferences(model=model, stream=stream)
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
