"""What is said to a model and what comes back, the same for every provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bandmaster.tasks import Usage


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    """Results of tools; never an instruction."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model wants a tool run. `arguments` is JSON as the model wrote it: not checked yet."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave for the call `call`."""

    call: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One contribution to a conversation.

    `calls` stand only in what the assistant said, `results` only in a message of `Role.TOOL`. A
    last message of the assistant is the beginning of its answer: the model goes on from there.
    """

    role: Role
    text: str
    calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolResult, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A tool that a model may call; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, object]


class ToolChoice(StrEnum):
    """Whether a model may, must or must not call one of the offered tools."""

    AUTO = "auto"
    REQUIRED = "required"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """The JSON schema that a whole answer follows; enforced by the server where it can be."""

    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A request to a model; `output_tokens` is the longest answer wanted."""

    messages: tuple[Message, ...]
    output_tokens: int
    tools: tuple[ToolOffer, ...] = ()
    tool_choice: ToolChoice = ToolChoice.AUTO
    schema: AnswerSchema | None = None
    temperature: float | None = None
    """None: the server's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A request to fill in the middle: the text before and after the gap."""

    before: str
    after: str
    output_tokens: int
    stops: tuple[str, ...] = ()
    """Texts at which the model stops."""


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
    calls: tuple[ToolCall, ...] = ()
    from_cache: bool = False
    """Nobody was asked: `usage` is what the first asking took."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A vector for each text, in their order."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage
    model: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class Used:
    """What the call has used so far, by the server's count; a later one replaces it."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a stream; a stream without it is a failure."""

    stop: Stop
    usage: Usage
    model: str = ""
    from_cache: bool = False


ChatChunk = TextDelta | ToolCall | Used | Done
"""A `ToolCall` comes when it is whole, perhaps before the text has ended."""
