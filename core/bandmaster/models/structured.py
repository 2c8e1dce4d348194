"""Answers and arguments of a given shape: asked for, read, checked, and repaired once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from bandmaster.errors import (
    BandmasterError,
    Failure,
    ModelRefused,
    ModelUnavailable,
    UnusableAnswer,
)
from bandmaster.models.client import ModelClient
from bandmaster.models.messages import AnswerSchema, Message, Prompt, Reply, Role, Stop, ToolCall
from bandmaster.models.tolerant import NotJson, read_json
from bandmaster.tasks import Usage

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_MOST_FAULTS = 5
_LONGEST_NAME = 60
_LEFT_OUT = frozenset({"default", "title"})

Value = TypeVar("Value")
Shaped = TypeVar("Shaped", bound="BaseModel")


class WrongShape(BandmasterError):
    """Not what was asked for; the message tells a model precisely how to put it right."""


@dataclass(frozen=True, slots=True)
class Structured(Generic[Value]):
    """A value that passed its check, the reply that it was read from, and how it was got."""

    value: Value
    reply: Reply
    notes: tuple[str, ...]
    """What had to be forgiven, and the repair if there was one."""
    usage: Usage
    """Of all turns together."""
    repaired: bool = False
    """Whether it took a second turn."""


async def ask_for(client: ModelClient, prompt: Prompt, wanted: type[Shaped]) -> Structured[Shaped]:
    """Ask for an answer that is a `wanted`, as JSON; repaired once. Raises `ModelError`."""

    async def ask(turn: Prompt, _: Reply | None) -> Reply:
        reply = await client.ask(turn)
        refuse_declined(reply)
        if reply.stop is Stop.LENGTH:
            raise ModelUnavailable(Failure.TRUNCATED, "the answer was cut at its token limit")
        return reply

    def read(reply: Reply) -> tuple[Shaped, tuple[str, ...]]:
        return read_shape(reply.text, wanted)

    return await ask_and_repair(ask, replace(prompt, schema=answer_schema(wanted)), read)


async def ask_and_repair(
    ask: Callable[[Prompt, Reply | None], Awaitable[Reply]],
    prompt: Prompt,
    read: Callable[[Reply], tuple[Value, tuple[str, ...]]],
) -> Structured[Value]:
    """One turn, and where `read` raises `WrongShape` one more that says so.

    `ask` is given the prompt and, the second time, the reply that is to be put right.
    Raises `UnusableAnswer` where the second answer is no better.
    """
    first = await ask(prompt, None)
    try:
        value, notes = read(first)
    except WrongShape as error:
        problem = str(error)
    else:
        return Structured(value, first, notes, first.usage)
    again = (
        *prompt.messages,
        Message(Role.ASSISTANT, first.text),
        Message(Role.USER, f"That cannot be used: {problem}. Answer again, whole and corrected."),
    )
    second = await ask(replace(prompt, messages=again), first)
    try:
        value, notes = read(second)
    except WrongShape as still:
        raise UnusableAnswer(f"unusable answer: {still}") from still
    repaired = f"the answer was repaired once: {problem}"
    usage = first.usage + second.usage
    return Structured(value, second, (repaired, *notes), usage, repaired=True)


def refuse_declined(reply: Reply) -> None:
    """Raises `ModelRefused` where the model did not want to answer."""
    if reply.stop in (Stop.REFUSAL, Stop.FILTER):
        raise ModelRefused(Failure.CONTENT_POLICY, "the model declined to answer this")


def read_shape(text: str, wanted: type[Shaped]) -> tuple[Shaped, tuple[str, ...]]:
    """The `wanted` that `text` holds, and what was forgiven. Raises `WrongShape`."""
    try:
        read = read_json(text)
    except NotJson as error:
        raise WrongShape(str(error)) from error
    forgiven = ", ".join(read.forgiven)
    notes = (f"the answer was not plain JSON ({forgiven})",) if forgiven else ()
    return check_shape(read.value, wanted), notes


def read_arguments(call: ToolCall, wanted: type[Shaped]) -> Shaped:
    """The arguments of a tool's call as a `wanted`. Raises `WrongShape`."""
    try:
        return read_shape(call.arguments.strip() or "{}", wanted)[0]
    except WrongShape as error:
        raise WrongShape(
            f"{call.name}: {error}. It takes: {', '.join(wanted.model_fields)}"
        ) from None


def check_shape(value: object, wanted: type[Shaped]) -> Shaped:
    """`value` as a `wanted`. Raises `WrongShape`, naming each fault but no content."""
    from pydantic import ValidationError  # Comes with the first type that is wanted.

    try:
        return wanted.model_validate(value)
    except ValidationError as error:
        raise WrongShape(tell_faults(error)) from None


def tell_faults(error: ValidationError) -> str:
    """What is wrong with a value, for who wrote it: places and problems, at most a few.

    What was written is not repeated, so that a large or secret one does not come back.
    """
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [_reworded(str(one["type"]), one["loc"], one["msg"]) for one in faults]
    more = f"; and {len(lines) - _MOST_FAULTS} more" if len(lines) > _MOST_FAULTS else ""
    return "; ".join(lines[:_MOST_FAULTS]) + more


def answer_schema(wanted: type[BaseModel]) -> AnswerSchema:
    """What a server is told of `wanted`: every property is asked for, and no other.

    It asks for more than the check insists on: what has a default may be missing all the same.
    """
    schema = _closed(wanted.model_json_schema())
    return AnswerSchema(wanted.__name__.lower(), cast("Mapping[str, object]", schema))


def _closed(schema: object) -> object:
    if isinstance(schema, list):
        return [_closed(one) for one in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    said = cast("dict[str, Any]", schema)
    closed: dict[str, object] = {}
    for word, inside in said.items():
        if word in ("properties", "$defs"):
            closed[word] = {name: _closed(one) for name, one in inside.items()}
        elif word not in _LEFT_OUT:
            closed[word] = _closed(inside)
    if "properties" in said:
        closed["required"] = list(said["properties"])
        closed["additionalProperties"] = False
    return closed


def _reworded(fault: str, place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(step) for step in place)[:_LONGEST_NAME] or "the value"
    if fault == "extra_forbidden":
        return f"{name!r} is not an argument"
    if fault == "missing":
        return f"{name!r} is missing"
    return f"{name!r}: {message[:1].lower()}{message[1:]}"
