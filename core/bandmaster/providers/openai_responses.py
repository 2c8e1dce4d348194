"""The Responses API: from a prompt to the body of a request, and from what comes back to pieces.

Nothing is stored at the server: each request carries the whole conversation.
"""

from __future__ import annotations

from typing import cast

from bandmaster.errors import Failure
from bandmaster.models import AnswerSchema, Prompt, Role, Stop, ToolChoice
from bandmaster.providers.openai_chat import named_schema, offer, result_text, schema_in_words
from bandmaster.providers.openai_dialect import Dialect, Json, SaidError, Structure
from bandmaster.providers.wire import CallPart, NoAnswer, Piece, as_count, as_text
from bandmaster.tasks import Usage

PATH = "/responses"

_CUT = {"max_output_tokens": Stop.LENGTH, "max_tokens": Stop.LENGTH, "content_filter": Stop.FILTER}
_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")


def body(dialect: Dialect, model: str, prompt: Prompt, *, stream: bool) -> Json:
    """The request that asks `model` for an answer to `prompt`."""
    asked: Json = {
        "model": model,
        "input": _items(dialect, prompt),
        dialect.tokens: dialect.longest(prompt.output_tokens),
        "store": False,
    }
    if prompt.temperature is not None and dialect.temperature:
        asked["temperature"] = prompt.temperature
    if prompt.tools and not (prompt.tool_choice is ToolChoice.NONE and not dialect.choice):
        # Here a tool is strict unless that is denied, and strict ones refuse most schemas.
        asked["tools"] = [
            {"type": "function", **offer(one), "strict": False} for one in prompt.tools
        ]
        if prompt.tool_choice is not ToolChoice.AUTO and dialect.choice:
            asked["tool_choice"] = prompt.tool_choice.value
    if prompt.schema is not None and dialect.structure is not Structure.WORDS:
        asked["text"] = {"format": _format(dialect, prompt.schema)}
    if stream:
        asked["stream"] = True
    return asked


class ResponsesReader:
    """Reads what one call brings: a whole answer, or the events of a stream."""

    def __init__(self) -> None:
        self._refused = False
        self._written: set[int] = set()
        """The calls of which arguments came in parts."""

    def whole(self, reply: Json) -> Piece:
        items = cast("list[Json]", reply["output"])
        calls = [_call(place, item) for place, item in enumerate(items) if _is_call(item)]
        return self._end(reply, _text(items), tuple(calls))

    def event(self, event: Json) -> Piece:
        """Text, a part of a call, the end with the count, or only a sign of life."""
        kind = event["type"]
        if kind == "response.output_text.delta":
            return Piece(as_text(event["delta"]))
        if kind == "response.function_call_arguments.delta":
            place = int(event["output_index"])
            self._written.add(place)
            return Piece(calls=(CallPart(place, arguments=as_text(event["delta"])),))
        if kind in ("response.output_item.added", "response.output_item.done"):
            return self._item(kind, int(event["output_index"]), event["item"])
        if kind in _ENDS:
            return self._end(event["response"], "", ())
        if kind == "error":
            raise SaidError(event.get("error") or event)
        if kind.startswith("response.refusal"):
            self._refused = True
        return Piece()

    def _item(self, kind: str, place: int, item: Json) -> Piece:
        """A call has its name when it begins, and all of its arguments when it is done."""
        if not _is_call(item):
            return Piece()
        call = _call(place, item)
        if kind == "response.output_item.added":
            if call.arguments:
                self._written.add(place)
            return Piece(calls=(call,))
        if place in self._written:
            return Piece(calls=(CallPart(place, id=call.id, name=call.name),))
        return Piece(calls=(call,))

    def _end(self, reply: Json, text: str, calls: tuple[CallPart, ...]) -> Piece:
        if reply.get("error"):
            raise SaidError(reply["error"])
        refused = self._refused or _refuses(reply.get("output") or [])
        stop = _stop(reply)
        return Piece(
            text=text,
            stop=Stop.REFUSAL if stop and refused else stop,
            usage=_usage(reply.get("usage")),
            model=as_text(reply.get("model")),
            calls=calls,
        )


def _stop(reply: Json) -> Stop | None:
    status = reply.get("status")
    if status == "completed":
        return Stop.END
    if status != "incomplete":
        return None  # Still under way: an answer without an end.
    details: Json = reply.get("incomplete_details") or {}
    reason = as_text(details.get("reason")) or "nobody says why"
    if reason not in _CUT:
        raise NoAnswer(Failure.TRUNCATED, f"the model stopped early: {reason[:40]!r}")
    return _CUT[reason]


def _is_call(item: Json) -> bool:
    return item.get("type") == "function_call"


def _call(place: int, item: Json) -> CallPart:
    return CallPart(
        index=place,
        id=as_text(item.get("call_id")) or as_text(item.get("id")),
        name=as_text(item.get("name")),
        arguments=as_text(item.get("arguments")),
    )


def _parts(items: list[Json]) -> list[Json]:
    """What the model said; its reasoning and its calls are other items."""
    parts: list[Json] = []
    for item in items:
        if item.get("type") == "message":
            parts += item.get("content") or []
    return parts


def _text(items: list[Json]) -> str:
    return "".join(
        as_text(part.get("text")) for part in _parts(items) if part.get("type") == "output_text"
    )


def _refuses(items: list[Json]) -> bool:
    return any(part.get("type") == "refusal" for part in _parts(items))


def _usage(usage: Json | None) -> Usage | None:
    if not usage:
        return None
    details: Json = usage.get("input_tokens_details") or {}
    return Usage(
        input=as_count(usage.get("input_tokens")),
        output=as_count(usage.get("output_tokens")),
        cached=as_count(details.get("cached_tokens")),
    )


def _items(dialect: Dialect, prompt: Prompt) -> list[Json]:
    items: list[Json] = []
    if prompt.schema is not None and dialect.structure in (Structure.OBJECT, Structure.WORDS):
        items.append({"role": "system", "content": schema_in_words(prompt.schema)})
    for one in prompt.messages:
        if one.role is Role.TOOL:
            items += [
                {
                    "type": "function_call_output",
                    "call_id": result.call,
                    "output": result_text(result),
                }
                for result in one.results
            ]
            continue
        if one.text or not one.calls:
            items.append({"role": one.role.value, "content": one.text})
        items += [
            {
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            }
            for call in one.calls
        ]
    return items


def _format(dialect: Dialect, wanted: AnswerSchema) -> Json:
    if dialect.structure is Structure.OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", **named_schema(dialect, wanted)}
