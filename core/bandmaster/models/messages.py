"""What is said to a model and what comes back, the same for every provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bandmaster.tasks import Usage


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One contribution to a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A request to a model; `output_tokens` is the longest answer wanted."""

    messages: tuple[Message, ...]
    output_tokens: int


class Stop(StrEnum):
    """Why a model stopped."""

    END = "end"
    LENGTH = "length"
    TOOL = "tool"
    REFUSAL = "refusal"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `model` is the model's name as the server reports it."""

    text: str
    stop: Stop
    usage: Usage
    model: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a stream; a stream without it is a failure."""

    stop: Stop
    usage: Usage
    model: str = ""


ChatChunk = TextDelta | Done
