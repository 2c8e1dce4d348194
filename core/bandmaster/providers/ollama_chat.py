"""Ollama's protocol: prompts and gaps as its requests, its answers as pieces; knows no SDK."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bandmaster.errors import Failure
from bandmaster.models import (
    Embedded,
    Gap,
    Message,
    Prompt,
    Role,
    Stop,
    Told,
    ToolChoice,
    estimate_tokens,
    estimate_usage,
)
from bandmaster.providers.wire import CallPart, NoAnswer, Piece, as_count, as_object, as_text
from bandmaster.tasks import Usage

Json = dict[str, Any]

_STOPS: Mapping[str, Stop] = {"stop": Stop.END, "length": Stop.LENGTH}
_SMALLEST_WINDOW = 8192
_ROOM_FOR_THE_ANSWER = 2048
_BILLION = 1e9
_NOTHING_AFTER = "\n"
"""Without a text after the gap Ollama would take the text before it for a question."""


def chat(model: str, prompt: Prompt) -> Json:
    """The body of a request but for streaming."""
    options: Json = {
        "num_ctx": _window(estimate_usage(prompt, "").input, prompt.output_tokens),
        "num_predict": prompt.output_tokens,
    }
    if prompt.temperature is not None:
        options["temperature"] = prompt.temperature
    body: Json = {"model": model, "messages": _messages(prompt), "options": options}
    if prompt.tools and prompt.tool_choice is not ToolChoice.NONE:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": one.name,
                    "description": one.description,
                    "parameters": one.parameters,
                },
            }
            for one in prompt.tools
        ]
    elif prompt.schema is not None:
        # With a format the model could write nothing else, calls of tools neither.
        body["format"] = prompt.schema.schema
    return body


def generate(model: str, gap: Gap) -> Json:
    """The body of a request to fill a gap."""
    asked = estimate_tokens(gap.before + gap.after)
    options: Json = {
        "num_ctx": _window(asked, gap.output_tokens),
        "num_predict": gap.output_tokens,
        "temperature": 0,
    }
    if gap.stops:
        options["stop"] = list(gap.stops)
    suffix = gap.after or _NOTHING_AFTER
    return {"model": model, "prompt": gap.before, "suffix": suffix, "stream": False,
            "options": options}  # fmt: skip


class Parts:
    """The parts of one answer, whole or streamed, in their order."""

    def __init__(self, prompt: Prompt) -> None:
        self._calls = sum(len(one.calls) for one in prompt.messages)
        """The protocol has no ids for calls, so we count them through the conversation."""

    def piece(self, part: Json) -> Piece:
        message: Json = part["message"]
        calls = tuple(self._call(one) for one in message.get("tool_calls") or ())
        return Piece(
            text=as_text(message.get("content")),
            stop=_stop(part),
            usage=_usage(part),
            model=as_text(part.get("model")),
            calls=calls,
        )

    def _call(self, call: Json) -> CallPart:
        """A call comes whole, with an object of arguments; imitations of Ollama send text."""
        self._calls += 1
        function: Json = call["function"]
        said: object = function.get("arguments") or {}
        arguments = said if isinstance(said, str) else json.dumps(said)
        return CallPart(self._calls, f"call_{self._calls}", as_text(function["name"]), arguments)


def of_generated(reply: Json) -> Piece:
    """What fills a gap."""
    return Piece(
        text=as_text(reply["response"]),
        stop=_stop(reply),
        usage=_usage(reply),
        model=as_text(reply.get("model")),
    )


def of_embedded(reply: Json, texts: Sequence[str]) -> Embedded:
    """The vectors. The protocol counts what was read; old servers do not."""
    counted = as_count(reply.get("prompt_eval_count"))
    return Embedded(
        vectors=tuple(tuple(float(one) for one in vector) for vector in reply["embeddings"]),
        usage=Usage(counted)
        if counted
        else Usage(sum(map(estimate_tokens, texts)), estimated=True),
        model=as_text(reply.get("model")),
    )


def of_shown(reply: Json) -> Told:
    """What the server says of a model; old servers do not say what it can do."""
    known: Json = reply.get("model_info") or {}
    family = known.get("general.architecture")
    count = as_count(known.get("general.parameter_count"))
    answers = _can(reply, "completion")
    return Told(
        window=as_count(known.get(f"{family}.context_length")) or None,
        tools=_can(reply, "tools"),
        vision=_can(reply, "vision"),
        structured=answers,
        fim=_can(reply, "insert"),
        embeds=_can(reply, "embedding"),
        continues=answers,
        size=count / _BILLION if count else None,
    )


def _can(reply: Json, ability: str) -> bool | None:
    said: list[str] | None = reply.get("capabilities")
    return ability in said if said is not None else None


def _window(asked: int, output_tokens: int) -> int:
    """Ollama cuts a prompt that is longer than its window silently, so we ask for a window that
    holds it: one of few sizes, because another size loads the model anew."""
    needed = asked * 5 // 4 + min(output_tokens, _ROOM_FOR_THE_ANSWER)
    window = _SMALLEST_WINDOW
    while window < needed:
        window *= 2
    return window


def _messages(prompt: Prompt) -> list[Json]:
    names = {call.id: call.name for one in prompt.messages for call in one.calls}
    return [said for one in prompt.messages for said in _said(one, names)]


def _said(one: Message, names: Mapping[str, str]) -> list[Json]:
    """A message as this protocol has it: each result of a tool is one of its own."""
    if one.role is Role.TOOL:
        return [
            {
                "role": "tool",
                "tool_name": names.get(result.call, ""),
                "content": f"failed: {result.text}" if result.failed else result.text,
            }
            for result in one.results
        ]
    said: Json = {"role": one.role.value, "content": one.text}
    if one.calls:
        said["tool_calls"] = [
            {"function": {"name": call.name, "arguments": as_object(call.arguments)}}
            for call in one.calls
        ]
    return [said]


def _usage(part: Json) -> Usage | None:
    """The counts stand in the last part only."""
    if not part.get("done"):
        return None
    return Usage(as_count(part.get("prompt_eval_count")), as_count(part.get("eval_count")))


def _stop(part: Json) -> Stop | None:
    if not part.get("done"):
        return None
    reason: str = part.get("done_reason") or "stop"
    if reason not in _STOPS:
        raise NoAnswer(Failure.MALFORMED, f"the model gave no answer: {reason[:40]!r}")
    return _STOPS[reason]
