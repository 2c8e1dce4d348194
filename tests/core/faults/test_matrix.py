"""The fault matrix: whatever a model server does wrong, the failure is told for what it is, the
next model's answer comes out whole, and the ledger holds every call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bandmaster.models import estimate_tokens
from tests.core.faults.stage import (
    COUNT,
    GOOD_TEXT,
    SECONDS,
    Seen,
    ask,
    guess,
    opened,
    play,
    row,
    rows_of,
    seen_of,
    upstream,
)
from tests.fakes.faults import EITHER_WAY, STREAMED, WHOLE, Counted, Fault
from tests.fakes.protocols import SPEECHES, Speech

each_speech = pytest.mark.parametrize(
    "speech", SPEECHES, ids=lambda one: f"{one.kind.value} {one.path}"
)
each_way = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


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
    count = counted(fault, prompt, speech, stream=stream)
    bad = row(f"bad/{name}", fault.failure, *count, far=far)
    good = row("good/good", None, *COUNT, 4, estimated=False, far=far)
    return Seen(
        failures=(fault.failure, None),
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
