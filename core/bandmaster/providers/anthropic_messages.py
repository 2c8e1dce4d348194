"""The Messages protocol: a prompt as its request, and its answers as pieces; knows no SDK."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from bandmaster.errors import Failure
from bandmaster.models import Message, Prompt, Role, Stop, ToolCall, ToolChoice
from bandmaster.providers.wire import CallPart, NoAnswer, Piece, as_count, as_object, as_text
from bandmaster.tasks import Usage

Json = dict[str, Any]

_WORTH_KEEPING = 4096
"""Characters. Servers keep no shorter beginning of a prompt, and writing one costs more."""

_KEPT: Json = {"type": "ephemeral"}
_HOTTEST = 1.0
_NO_ID = re.compile(r"[^A-Za-z0-9_-]")
_CHOICES: Mapping[ToolChoice, str] = {
    ToolChoice.AUTO: "auto",
    ToolChoice.REQUIRED: "any",
    ToolChoice.NONE: "none",
}
_STOPS: Mapping[str, Stop] = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.LENGTH,
    "tool_use": Stop.TOOL,
    "refusal": Stop.REFUSAL,
    "content_filter": Stop.FILTER,
}
_COUNTS = (
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "input_tokens",
    "output_tokens",
)


def request(model: str, prompt: Prompt) -> Json:
    """The body of a request, but for the schema of the answer and for streaming."""
    body: Json = {
        "model": model,
        "max_tokens": prompt.output_tokens,
        "messages": [_message(one) for one in prompt.messages if one.role is not Role.SYSTEM],
    }
    system = "\n\n".join(one.text for one in prompt.messages if one.role is Role.SYSTEM)
    if system:
        body["system"] = _kept(system)
    if prompt.tools:
        body["tools"] = [
            {"name": one.name, "description": one.description, "input_schema": one.parameters}
            for one in prompt.tools
        ]
        body["tool_choice"] = {"type": _CHOICES[prompt.tool_choice]}
        _keep_conversation(body["messages"])
    if prompt.temperature is not None:
        body["temperature"] = min(prompt.temperature, _HOTTEST)
    return body


def tail(prompt: Prompt) -> str:
    """The white space at the end of a begun answer: this protocol takes none there, so it is not
    sent, and the model says it again."""
    last = prompt.messages[-1] if prompt.messages else None
    if last is None or last.role is not Role.ASSISTANT:
        return ""
    return last.text[len(last.text.rstrip()) :]


def without_tail(text: str, again: str) -> tuple[str, str]:
    """`text` without the white space `again` at its beginning, and what of it is to come yet."""
    if text.startswith(again):
        return text[len(again) :], ""
    return ("", again[len(text) :]) if again.startswith(text) else (text, "")


def of_reply(body: Json) -> Piece:
    """A whole answer."""
    calls: list[CallPart] = []
    text: list[str] = []
    for block in body["content"]:
        if block["type"] == "text":
            text.append(as_text(block["text"]))
        elif block["type"] == "tool_use":
            arguments = json.dumps(block["input"])
            calls.append(CallPart(len(calls), as_text(block["id"]), block["name"], arguments))
    return Piece(
        text="".join(text),
        stop=_stop(body["stop_reason"]),
        usage=_usage(body.get("usage") or {}),
        model=as_text(body.get("model")),
        calls=tuple(calls),
    )


class Events:
    """The events of one streamed answer, in their order."""

    def __init__(self) -> None:
        self._counts: Json = {}
        """The tokens of the prompt come with the first event, those of the answer at the end."""

    def piece(self, event: Json) -> Piece:
        """What one event says; perhaps only that the server is alive."""
        match event["type"]:
            case "content_block_delta":
                return _of_delta(event["index"], event["delta"])
            case "content_block_start":
                return _of_start(event["index"], event["content_block"])
            case "message_start":
                started: Json = event["message"]
                return Piece(usage=self._count(started), model=as_text(started.get("model")))
            case "message_delta":
                return Piece(stop=_stop(event["delta"]["stop_reason"]), usage=self._count(event))
            case "message":
                return of_reply(event)  # A server that does not stream.
            case _:
                return Piece()

    def _count(self, event: Json) -> Usage:
        said: Json = event.get("usage") or {}
        self._counts |= {name: said[name] for name in _COUNTS if as_count(said.get(name))}
        return _usage(self._counts)


def _kept(system: str) -> str | list[Json]:
    """The system's words; long ones are kept by the server for the next prompt that has them."""
    if len(system) < _WORTH_KEEPING:
        return system
    return [{"type": "text", "text": system, "cache_control": _KEPT}]


def _keep_conversation(messages: list[Json]) -> None:
    """Have the server keep what was said so far: after a call of a tool the same comes again."""
    last = messages[-1] if messages else None
    if last is None or last["role"] != "user":
        return
    said: object = last["content"]
    blocks = [{"type": "text", "text": said}] if isinstance(said, str) else cast("list[Json]", said)
    if blocks and sum(len(str(one["content"])) for one in messages) >= _WORTH_KEEPING:
        last["content"] = [*blocks[:-1], blocks[-1] | {"cache_control": _KEPT}]


def _message(one: Message) -> Json:
    match one.role:
        case Role.ASSISTANT:
            return {"role": "assistant", "content": _assistant(one)}
        case Role.TOOL:
            return {"role": "user", "content": _results(one)}
        case _:
            return {"role": "user", "content": one.text}


def _assistant(one: Message) -> str | list[Json]:
    text = one.text.rstrip()
    if not one.calls:
        return text
    said: list[Json] = [{"type": "text", "text": text}] if text else []
    return said + [_call(call) for call in one.calls]


def _call(call: ToolCall) -> Json:
    return {
        "type": "tool_use",
        "id": _id(call.id),
        "name": call.name,
        "input": as_object(call.arguments),
    }


def _results(one: Message) -> list[Json]:
    results: list[Json] = [
        {
            "type": "tool_result",
            "tool_use_id": _id(result.call),
            "content": result.text,
            "is_error": result.failed,
        }
        for result in one.results
    ]
    return results + ([{"type": "text", "text": one.text}] if one.text.strip() else [])


def _id(name: str) -> str:
    """The id of a call, which may come from a model of another protocol."""
    return _NO_ID.sub("_", name)


def _of_delta(index: int, delta: Json) -> Piece:
    match delta["type"]:
        case "text_delta":
            return Piece(as_text(delta["text"]))
        case "input_json_delta":
            return Piece(calls=(CallPart(index, arguments=as_text(delta["partial_json"])),))
        case _:
            return Piece()


def _of_start(index: int, block: Json) -> Piece:
    if block["type"] == "text":
        return Piece(as_text(block.get("text")))
    if block["type"] != "tool_use":
        return Piece()
    # The arguments follow in pieces, but for servers that give them at once.
    arguments = json.dumps(block["input"]) if block.get("input") else ""
    return Piece(calls=(CallPart(index, as_text(block["id"]), block["name"], arguments),))


def _usage(said: Json) -> Usage:
    cached, written, fresh, output = (as_count(said.get(name)) for name in _COUNTS)
    return Usage(fresh + written + cached, output, cached, written=written)


def _stop(reason: str | None) -> Stop | None:
    if reason is None or reason in _STOPS:
        return _STOPS[reason] if reason else None
    if reason == "model_context_window_exceeded":
        raise NoAnswer(Failure.CONTEXT_TOO_LONG, "the answer filled the model's context window")
    raise NoAnswer(Failure.TRUNCATED, f"the model stopped early: {reason[:40]!r}")
