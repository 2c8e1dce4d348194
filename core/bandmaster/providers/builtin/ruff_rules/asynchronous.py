"""Blocking calls and lost work in async code."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_SURE, _LIKELY = Confidence.HIGH, Confidence.MEDIUM
_BUG = Category.BUG

_BLOCKS = "The whole event loop stands still until the call returns."

ASYNCHRONOUS = (
    Rule(
        "ASYNC100",
        _LOW,
        _LIKELY,
        _BUG,
        "Without an `await` inside, the time limit can never take effect.",
        "Remove the scope, or await something in it.",
    ),
    Rule(
        "ASYNC105",
        _HIGH,
        _SURE,
        _BUG,
        "The call makes a coroutine and never runs it.",
        "Write `await` before it.",
    ),
    Rule("ASYNC210", _MEDIUM, _SURE, _BUG, _BLOCKS, "Use an async HTTP client."),
    Rule("ASYNC212", _MEDIUM, _SURE, _BUG, _BLOCKS, "Use the async client."),
    Rule(
        "ASYNC220",
        _MEDIUM,
        _LIKELY,
        _BUG,
        _BLOCKS,
        "Use `asyncio.create_subprocess_exec`.",
    ),
    Rule(
        "ASYNC221",
        _MEDIUM,
        _SURE,
        _BUG,
        _BLOCKS,
        "Use `asyncio.create_subprocess_exec`, or run it in a thread.",
    ),
    Rule("ASYNC222", _MEDIUM, _SURE, _BUG, _BLOCKS, "Await the process instead."),
    Rule(
        "ASYNC230",
        _LOW,
        _SURE,
        _BUG,
        _BLOCKS,
        "Open and read the file in a thread (`asyncio.to_thread`).",
    ),
    Rule("ASYNC250", _MEDIUM, _SURE, _BUG, _BLOCKS, "Read the input in a thread."),
    Rule("ASYNC251", _HIGH, _SURE, _BUG, _BLOCKS, "Use `await asyncio.sleep(…)`."),
)
