"""Faults that want a stage of their own: silence, a connection that was kept too long, refusals."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bandmaster import Answer as Text
from bandmaster import Finished, NoModel
from bandmaster.errors import Failure
from bandmaster.models import Stop, estimate_tokens
from tests.core.faults.stage import (
    COUNT,
    GOOD_TEXT,
    SECONDS,
    ask,
    guess,
    opened,
    play,
    row,
    rows_of,
    seen_of,
    upstream,
)
from tests.fakes.faults import HALF
from tests.fakes.protocols import SPEECHES, Ollama, Speech
from tests.fakes.upstream import Answer, End

SILENCE = 0.3
each_speech = pytest.mark.parametrize(
    "speech", SPEECHES, ids=lambda one: f"{one.kind.value} {one.path}"
)
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
WITHHOLDING = [one for one in SPEECHES if Stop.FILTER in one.stops]


def cached_by(speech: Speech) -> int:
    """How much of the prompt the server says it had seen before; Ollama never says."""
    return 0 if isinstance(speech, Ollama) else 4


@each_way
@each_speech
async def test_a_server_that_falls_silent_is_given_up_for_the_next(
    speech: Speech, stream: bool, far: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = speech.streams(*speech.opens(), *map(speech.says, HALF), end=End.NEVER)
    answer = never if stream else Answer(None, end=End.NEVER)
    limits = f"stall_seconds = {SILENCE}" if stream else f"request_seconds = {SILENCE}"
    task = ask("bad/silent", stream=stream)
    async with (
        asyncio.timeout(SECONDS),
        upstream(speech, {"silent": (answer,)}, stream=stream) as server,
        opened(
            server, speech, ("silent",), tmp_path, monkeypatch, far=far, limits=limits
        ) as engine,
    ):
        events = await play(engine, task)
        await server.hung_up.wait()
    seen = seen_of(task, events, rows_of(tmp_path), server.requests)
    prompt = guess(next(one for one in server.requests if one.model == "good"))
    used = (prompt, estimate_tokens("".join(HALF)) if stream else 0, 0)
    if b"message_start" in b"".join(answer.body):
        used = (COUNT[0], used[1], 4)
    assert (seen.failures, seen.text, seen.asked) == ((Failure.TIMEOUT, None), GOOD_TEXT, 1)
    assert seen.shown == (GOOD_TEXT if stream else "")
    assert seen.rows == (
        row("bad/silent", Failure.TIMEOUT, *used, estimated=True, far=far),
        row("good/good", None, *COUNT, 4, estimated=False, far=far),
    )


@each_way
@each_speech
async def test_a_connection_that_the_server_closed_meanwhile_costs_one_more_try(
    speech: Speech, stream: bool, far: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = speech.answer("Oslo\n", speech.stops[Stop.END], stream=stream)
    gone = Answer(None, end=End.CUT)
    tasks = [ask("bad/kept", stream=stream) for _ in range(2)]
    async with (
        asyncio.timeout(SECONDS),
        upstream(speech, {"kept": (good, gone, good)}, stream=stream) as server,
        opened(server, speech, ("kept",), tmp_path, monkeypatch, far=far) as engine,
    ):
        runs = [await play(engine, task) for task in tasks]
    first, again, anew = (one.connection for one in server.requests if one.model)
    assert first == again != anew
    ledger = rows_of(tmp_path)
    seen = [
        seen_of(task, run, ledger, server.requests) for task, run in zip(tasks, runs, strict=True)
    ]
    answered = row("bad/kept", None, *COUNT, cached_by(speech), estimated=False, far=far)
    lost = row("bad/kept", Failure.CONNECTION, 0, 0, 0, estimated=False, far=far)
    assert [(one.failures, one.text) for one in seen] == [((None,), "Oslo\n")] * 2
    assert [one.rows for one in seen] == [(answered,), (lost, answered)]


@each_way
@each_speech
async def test_an_answer_cut_at_its_length_is_given_and_says_so(
    speech: Speech, stream: bool, far: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = speech.answer("Oslo\n", speech.stops[Stop.LENGTH], stream=stream)
    task = ask("bad/cut", stream=stream)
    async with (
        asyncio.timeout(SECONDS),
        upstream(speech, {"cut": (cut,)}, stream=stream) as server,
        opened(server, speech, ("cut",), tmp_path, monkeypatch, far=far) as engine,
    ):
        events = await play(engine, task)
    last = events[-1]
    assert isinstance(last, Finished)
    assert isinstance(last.outcome.result, Text)
    assert last.outcome.result.text.startswith("Oslo")
    assert any("was cut at" in note for note in last.outcome.notes)
    count = (*COUNT, cached_by(speech))
    assert rows_of(tmp_path)[task.id] == (row("bad/cut", None, *count, estimated=False, far=far),)


@each_way
@pytest.mark.parametrize("speech", WITHHOLDING, ids=lambda one: f"{one.kind.value} {one.path}")
async def test_a_refusal_asks_nobody_else_and_is_paid_for(
    speech: Speech, stream: bool, far: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = speech.answer("No.\n", speech.stops[Stop.FILTER], stream=stream)
    task = ask("bad/prim", stream=stream)
    async with (
        asyncio.timeout(SECONDS),
        upstream(speech, {"prim": (refusal,)}, stream=stream) as server,
        opened(server, speech, ("prim",), tmp_path, monkeypatch, far=far) as engine,
    ):
        with pytest.raises(NoModel, match="bad/prim refused"):
            await play(engine, task)
    assert [one.model for one in server.requests] == ["prim"]
    count = (*COUNT, cached_by(speech))
    assert rows_of(tmp_path)[task.id] == (
        row("bad/prim", Failure.CONTENT_POLICY, *count, estimated=False, far=far),
    )


@each_way
@pytest.mark.parametrize("speech", WITHHOLDING, ids=lambda one: f"{one.kind.value} {one.path}")
async def test_a_chain_may_have_a_link_for_refusals(
    speech: Speech, stream: bool, far: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = speech.answer("No.\n", speech.stops[Stop.FILTER], stream=stream)
    chain = (
        "[[chains.main.links]]\nmodel = 'bad/prim'\n"
        "[[chains.main.links]]\nmodel = 'good/good'\non = ['content_policy']\n"
    )
    task = ask("auto", stream=stream)
    async with (
        asyncio.timeout(SECONDS),
        upstream(speech, {"prim": (refusal,)}, stream=stream) as server,
        opened(server, speech, ("prim",), tmp_path, monkeypatch, far=far, more=chain) as engine,
    ):
        events = await play(engine, task)
    seen = seen_of(task, events, rows_of(tmp_path), server.requests)
    assert (seen.failures, seen.text) == ((Failure.CONTENT_POLICY, None), GOOD_TEXT)
    assert seen.shown == (GOOD_TEXT if stream else "")
    assert len(seen.rows) == 2
