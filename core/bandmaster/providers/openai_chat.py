"""Chat Completions: from a prompt to the body of a request, and from what comes back to pieces."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import cast

from bandmaster.errors import Failure
from bandmaster.models import (
    AnswerSchema,
    Message,
    Prompt,
    Role,
    Stop,
    ToolCall,
    ToolChoice,
    ToolOffer,
    ToolResult,
)
from bandmaster.providers.openai_calls import CallReader
from bandmaster.providers.openai_dialect import Dialect, Json, Structure, permits_strict
from bandmaster.providers.wire import NoAnswer, Piece, as_count, as_text
from bandmaster.tasks import Usage

PATH = "/chat/completions"

_STOPS: Mapping[str, Stop] = {
    "stop": Stop.END,
    "eos": Stop.END,
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "length": Stop.LENGTH,
    "max_tokens": Stop.LENGTH,
    "model_length": Stop.LENGTH,
    "tool_calls": Stop.TOOL,
    "function_call": Stop.TOOL,
    "content_filter": Stop.FILTER,
}
_SHORT_ID = re.compile(r"[A-Za-z0-9]{9}")


def body(dialect: Dialect, model: str, prompt: Prompt, *, stream: bool) -> Json:
    """The request that asks `model` for an answer to `prompt`."""
    asked: Json = {
        "model": model,
        "messages": _messages(dialect, prompt),
        dialect.tokens: dialect.longest(prompt.output_tokens),
    }
    if prompt.temperature is not None and dialect.temperature:
        asked["temperature"] = prompt.temperature
    if prompt.tools and not (prompt.tool_choice is ToolChoice.NONE and not dialect.choice):
        asked["tools"] = [{"type": "function", "function": offer(one)} for one in prompt.tools]
        if prompt.tool_choice is not ToolChoice.AUTO and dialect.choice:
            asked["tool_choice"] = prompt.tool_choice.value
    if prompt.schema is not None and dialect.structure is not Structure.WORDS:
        asked["response_format"] = _format(dialect, prompt.schema)
    if stream:
        asked["stream"] = True
        if dialect.counts:
            asked["stream_options"] = {"include_usage": True}
    return asked


class ChatReader:
    """Reads what one call brings: a whole answer, or the events of a stream."""

    def __init__(self) -> None:
        self._calls = CallReader()
        self._refused = False

    def whole(self, reply: Json) -> Piece:
        choice = reply["choices"][0]
        return self._piece(choice, choice["message"], reply)

    def event(self, chunk: Json) -> Piece:
        """Text, calls, the end, the count, or only a sign of life."""
        if not chunk.get("choices"):
            return Piece(usage=usage_of(chunk.get("usage")))
        choice = chunk["choices"][0]
        return self._piece(choice, choice.get("delta") or {}, chunk)

    def _piece(self, choice: Json, message: Json, said: Json) -> Piece:
        if message.get("refusal"):
            self._refused = True
        stop = stop_of(choice.get("finish_reason"))
        text = message.get("content")
        calls = message.get("tool_calls")
        return Piece(
            text=text if isinstance(text, str) else _text(text),
            stop=Stop.REFUSAL if stop and self._refused else stop,
            usage=usage_of(said.get("usage")),
            model=as_text(said.get("model")),
            calls=self._calls.parts(calls) if calls else (),
        )


def stop_of(reason: str | None) -> Stop | None:
    """Why the model stopped. Raises `NoAnswer` for a reason that nobody knows."""
    if reason is None or reason in _STOPS:
        return _STOPS[reason] if reason else None
    raise NoAnswer(Failure.TRUNCATED, f"the model stopped early: {reason[:40]!r}")


def usage_of(usage: Json | None) -> Usage | None:
    """What was counted. Some servers count the model's thinking in the total only."""
    if not usage:
        return None
    details: Json = usage.get("prompt_tokens_details") or {}
    asked, output = as_count(usage.get("prompt_tokens")), as_count(usage.get("completion_tokens"))
    if output:
        output = max(output, as_count(usage.get("total_tokens")) - asked)
    cached = as_count(details.get("cached_tokens")) or as_count(
        usage.get("prompt_cache_hit_tokens")
    )
    return Usage(input=asked, output=output, cached=cached)


def _text(content: object) -> str:
    """The text of an answer that comes in parts, without the model's thinking."""
    if content is None:
        return ""
    parts = cast("list[Json]", content)
    return "".join(as_text(one.get("text")) for one in parts if one.get("type") == "text")


def _messages(dialect: Dialect, prompt: Prompt) -> list[Json]:
    messages: list[Json] = []
    for one in prompt.messages:
        if one.role is Role.TOOL:
            messages += [_result(dialect, result) for result in one.results]
        else:
            messages.append(_message(dialect, one))
    if prompt.schema is not None and dialect.structure in (Structure.OBJECT, Structure.WORDS):
        messages.insert(0, {"role": "system", "content": schema_in_words(prompt.schema)})
    if dialect.marks_beginnings and messages and messages[-1]["role"] == "assistant":
        messages[-1]["prefix"] = True
    return messages


def _message(dialect: Dialect, one: Message) -> Json:
    if not one.calls:
        return {"role": one.role.value, "content": one.text}
    return {
        "role": one.role.value,
        "content": one.text or None,
        "tool_calls": [_call(dialect, call) for call in one.calls],
    }


def _call(dialect: Dialect, call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": _id(dialect, call.id), "type": "function", "function": function}


def _result(dialect: Dialect, one: ToolResult) -> Json:
    return {"role": "tool", "tool_call_id": _id(dialect, one.call), "content": result_text(one)}


def result_text(one: ToolResult) -> str:
    """What a tool gave; that it failed can only be said in words."""
    return f"Error: {one.text}" if one.failed else one.text


def _id(dialect: Dialect, call: str) -> str:
    """The name of a call as the server takes it: it may come from another provider."""
    if not dialect.short_ids or _SHORT_ID.fullmatch(call):
        return call
    return hashlib.sha256(call.encode()).hexdigest()[:9]


def offer(tool: ToolOffer) -> Json:
    """A tool as both of OpenAI's interfaces describe one."""
    parameters = dict(tool.parameters)
    return {"name": tool.name, "description": tool.description, "parameters": parameters}


def _format(dialect: Dialect, wanted: AnswerSchema) -> Json:
    if dialect.structure is Structure.OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": named_schema(dialect, wanted)}


def named_schema(dialect: Dialect, wanted: AnswerSchema) -> Json:
    """The schema of the answer, strict where both sides permit it."""
    strict = dialect.structure is Structure.STRICT and permits_strict(wanted.schema)
    return {"name": wanted.name, "schema": dict(wanted.schema), "strict": strict}


def schema_in_words(wanted: AnswerSchema) -> str:
    """What a model is told of the schema where its server does not hold it to it."""
    schema = json.dumps(dict(wanted.schema))
    return f"Answer with JSON only, one value that follows this JSON schema:\n{schema}"
