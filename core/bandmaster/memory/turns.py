"""Turns of a conversation, and how many of them a model is given again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bandmaster.models import Message, Role, estimate_tokens
from bandmaster.tasks import Kind

_CUT = "\n\n[…]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and its answer."""

    model: str
    """Whose buffer it is in: `provider/model`, or `pool/NAME`."""
    kind: Kind
    question: str
    answer: str
    at: str
    """ISO 8601, UTC."""

    @property
    def tokens(self) -> int:
        return estimate_tokens(self.question) + estimate_tokens(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """What one model remembers of a conversation, in numbers."""

    session: str
    model: str
    turns: int
    tokens: int
    """Of everything; a question is sent with the newest of it only."""
    last: str
    """When its newest turn was, ISO 8601, UTC."""


def window(turns: Sequence[Turn], tokens: int) -> tuple[Turn, ...]:
    """The newest of `turns` that fit into `tokens` (estimated), oldest first.

    Of a newest turn that alone is too long, the beginning of the answer is kept.
    """
    kept: list[Turn] = []
    left = tokens
    for turn in reversed(turns):
        if turn.tokens > left:
            break
        kept.append(turn)
        left -= turn.tokens
    if not kept and turns:
        newest = _cut(turns[-1], tokens)
        return (newest,) if newest else ()
    return tuple(reversed(kept))


def messages(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """The turns as they are said again."""
    said: list[Message] = []
    for turn in turns:
        said += [Message(Role.USER, turn.question), Message(Role.ASSISTANT, turn.answer)]
    return tuple(said)


def _cut(turn: Turn, tokens: int) -> Turn | None:
    room = tokens - estimate_tokens(turn.question) - estimate_tokens(_CUT)
    if room <= 0:
        return None
    length = len(turn.answer)
    while length and estimate_tokens(turn.answer[:length]) > room:
        length = length * 3 // 4
    return replace(turn, answer=turn.answer[:length] + _CUT) if length else None
