"""How much of the workspace a model can be shown, and how long its answer can be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bandmaster.models import Facts

_SHARE_OF_ANSWER = 3
"""An answer takes at most this part of a window: a third."""
_SAFE = 0.9
"""Of the window: our count of tokens is an estimate."""
_SMALLEST = 500
"""Tokens of context; with less a model is asked all the same, and its server says no."""


@dataclass(frozen=True, slots=True)
class Room:
    """What fits into a model, in its own tokens."""

    context: int
    """Of the workspace."""
    answer: int


def measure(facts: Facts, *, context: int, answer: int, frame: int) -> Room:
    """What fits of the `context` and the `answer` that are wanted, beside a `frame`.

    The frame is what is said besides: the persona, the question, what was said before. Where
    nobody knows how long a model's answer can be, the wanted length is asked for.
    """
    longest = answer if "output" in facts.unknown else min(answer, facts.output)
    longest = min(longest, facts.window // _SHARE_OF_ANSWER)
    left = int((facts.window - longest) * _SAFE) - frame
    return Room(max(min(context, left), min(context, _SMALLEST)), longest)
