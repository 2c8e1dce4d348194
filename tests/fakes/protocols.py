"""What the model protocols look like on the wire, said in one vocabulary."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from bandmaster.models import Endpoint, Message, Prompt, Role, Stop
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Api, Limits, Provider, ProviderKind
from tests.fakes.upstream import Answer, End, Upstream


class Speech(Protocol):
    """How one protocol says things."""

    kind: ProviderKind
    api: Api | None = None
    base: str
    """What follows the server's address in `base_url`."""
    path: str
    stream_kind: str
    stops: Mapping[Stop, str]

    @abstractmethod
    def whole(self, text: str | None, stop: str | None) -> bytes:
        """A whole answer with a count of 11 (of them 4 cached where the protocol says so) and 7."""

    @abstractmethod
    def says(self, text: str) -> bytes:
        """One event of a stream with text."""

    @abstractmethod
    def ends(self, stop: str) -> tuple[bytes, ...]:
        """The events that end a stream, with the count."""

    @abstractmethod
    def fails(self, mark: str, message: str) -> bytes:
        """An error in the middle of a stream."""

    @abstractmethod
    def error(self, mark: str, message: str) -> bytes:
        """The body of an error status."""

    @abstractmethod
    def models(self, *names: str) -> bytes:
        """The list of models."""

    def opens(self) -> tuple[bytes, ...]:
        """The events before the first text."""
        return ()

    def answer(self, text: str | None, stop: str | None, *, stream: bool) -> Answer:
        """A good answer, said in one or in several pieces."""
        if not stream:
            return Answer(body=(self.whole(text, stop),))
        words = tuple(self.says(word) for word in (text or "").splitlines(keepends=True))
        return self.streams(*self.opens(), *words, *(self.ends(stop) if stop else ()))

    def streams(self, *events: bytes, end: End = End.CLEAN) -> Answer:
        return Answer(body=events, kind=self.stream_kind, end=end)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


class OpenAI(Speech):
    kind = ProviderKind.OPENAI
    base = "/v1"
    stops = {  # noqa: RUF012 - never written to
        Stop.END: "stop",
        Stop.LENGTH: "length",
        Stop.TOOL: "tool_calls",
        Stop.FILTER: "content_filter",
    }
    path = "/v1/chat/completions"
    stream_kind = "text/event-stream"
    _usage = {  # noqa: RUF012 - never written to
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 4},
    }

    def whole(self, text: str | None, stop: str | None) -> bytes:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": stop}
        return _json({"id": "1", "object": "chat.completion", "created": 1, "model": "served",
                      "choices": [choice], "usage": self._usage})  # fmt: skip

    def says(self, text: str) -> bytes:
        return self._chunk({"content": text}, None)

    def ends(self, stop: str) -> tuple[bytes, ...]:
        return (self._chunk({}, stop), self._data([], self._usage), b"data: [DONE]\n\n")

    def fails(self, mark: str, message: str) -> bytes:
        return b"data: " + self.error(mark, message) + b"\n\n"

    def error(self, mark: str, message: str) -> bytes:
        return _json({"error": {"message": message, "type": mark, "param": None, "code": mark}})

    def models(self, *names: str) -> bytes:
        data = [{"id": name, "object": "model", "created": 1, "owned_by": "x"} for name in names]
        return _json({"object": "list", "data": data})

    def _chunk(self, delta: dict[str, str], stop: str | None) -> bytes:
        return self._data([{"index": 0, "delta": delta, "finish_reason": stop}], None)

    def _data(self, choices: list[Any], usage: Any) -> bytes:
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "served",
                 "choices": choices, "usage": usage}  # fmt: skip
        return b"data: " + _json(chunk) + b"\n\n"


class Responses(OpenAI):
    """OpenAI's other interface; errors with a status, and the list of models, are the same."""

    api = Api.RESPONSES
    path = "/v1/responses"
    stops = {  # noqa: RUF012 - never written to
        Stop.END: "completed",
        Stop.LENGTH: "max_output_tokens",
        Stop.TOOL: "completed",
        Stop.FILTER: "content_filter",
    }

    def whole(self, text: str | None, stop: str | None) -> bytes:
        return _json(self._response(text, stop))

    def opens(self) -> tuple[bytes, ...]:
        item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
        return (
            self.event("response.created", response=self._response(None, None)),
            self.event("response.in_progress", response=self._response(None, None)),
            self.event("response.output_item.added", output_index=0, item=item),
        )

    def says(self, text: str) -> bytes:
        place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        return self.event("response.output_text.delta", delta=text, **place)

    def ends(self, stop: str) -> tuple[bytes, ...]:
        name = "completed" if stop == "completed" else "incomplete"
        return (
            self.event("response.output_text.done", output_index=0, content_index=0, text=""),
            self.event(f"response.{name}", response=self._response(None, stop)),
        )

    def fails(self, mark: str, message: str) -> bytes:
        return self.event("error", code=mark, message=message, param=None)

    def event(self, name: str, **fields: Any) -> bytes:
        data = _json({"type": name, "sequence_number": 1, **fields})
        return b"event: %s\ndata: %s\n\n" % (name.encode(), data)

    def _response(self, text: str | None, stop: str | None) -> Any:
        status = "in_progress" if stop is None else stop
        content = [{"type": "output_text", "text": text, "annotations": []}]
        said = {"type": "message", "role": "assistant", "status": status, "content": content}
        cut = stop not in (None, "completed")
        return {"id": "resp_1", "object": "response", "created_at": 1, "model": "served",
                "status": "incomplete" if cut else status, "error": None,
                "incomplete_details": {"reason": stop} if cut else None,
                "output": [] if text is None else [said],
                "usage": None if stop is None else {
                    "input_tokens": 11, "output_tokens": 7, "total_tokens": 18,
                    "input_tokens_details": {"cached_tokens": 4}}}  # fmt: skip


class Anthropic(Speech):
    kind = ProviderKind.ANTHROPIC
    base = ""
    path = "/v1/messages"
    stops = {  # noqa: RUF012 - never written to
        Stop.END: "end_turn",
        Stop.LENGTH: "max_tokens",
        Stop.TOOL: "tool_use",
        Stop.FILTER: "refusal",
    }
    stream_kind = "text/event-stream"

    def whole(self, text: str | None, stop: str | None) -> bytes:
        content = [] if text is None else [{"type": "text", "text": text}]
        usage = {"input_tokens": 5, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2,
                 "output_tokens": 7}  # fmt: skip
        return _json(self._message(content, stop, usage))

    def opens(self) -> tuple[bytes, ...]:
        usage = {"input_tokens": 5, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2,
                 "output_tokens": 1}  # fmt: skip
        block = {"type": "text", "text": ""}
        return (
            self._event("message_start", message=self._message([], None, usage)),
            self._event("content_block_start", index=0, content_block=block),
            self._event("ping"),
        )

    def says(self, text: str) -> bytes:
        delta = {"type": "text_delta", "text": text}
        return self._event("content_block_delta", index=0, delta=delta)

    def ends(self, stop: str) -> tuple[bytes, ...]:
        delta = {"stop_reason": stop, "stop_sequence": None}
        return (
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta=delta, usage={"output_tokens": 7}),
            self._event("message_stop"),
        )

    def fails(self, mark: str, message: str) -> bytes:
        return self._event("error", error={"type": mark, "message": message})

    def error(self, mark: str, message: str) -> bytes:
        return _json({"type": "error", "error": {"type": mark, "message": message}})

    def models(self, *names: str) -> bytes:
        data = [{"id": name, "type": "model", "display_name": name,
                 "created_at": "2026-01-01T00:00:00Z"} for name in names]  # fmt: skip
        return _json({"data": data, "has_more": False, "first_id": None, "last_id": None})

    def _message(self, content: list[dict[str, str]], stop: str | None, usage: Any) -> Any:
        return {"id": "1", "type": "message", "role": "assistant", "model": "served",
                "content": content, "stop_reason": stop, "stop_sequence": None,
                "usage": usage}  # fmt: skip

    def _event(self, name: str, **fields: Any) -> bytes:
        return b"event: %s\ndata: %s\n\n" % (name.encode(), _json({"type": name, **fields}))


class Ollama(Speech):
    kind = ProviderKind.OLLAMA
    base = ""
    path = "/api/chat"
    stops = {Stop.END: "stop", Stop.LENGTH: "length"}  # noqa: RUF012 - never written to
    stream_kind = "application/x-ndjson"

    def whole(self, text: str | None, stop: str | None) -> bytes:
        return self._line(text or "", stop)

    def says(self, text: str) -> bytes:
        return self._line(text, None)

    def ends(self, stop: str) -> tuple[bytes, ...]:
        return (self._line("", stop),)

    def fails(self, mark: str, message: str) -> bytes:
        return _json({"error": message}) + b"\n"

    def error(self, mark: str, message: str) -> bytes:
        return _json({"error": message})

    def models(self, *names: str) -> bytes:
        return _json({"models": [{"name": name, "model": name} for name in names]})

    def _line(self, text: str, stop: str | None) -> bytes:
        message = {"role": "assistant", "content": text}
        line: dict[str, Any] = {"model": "served", "message": message, "done": stop is not None}
        if stop is not None:
            line |= {"done_reason": stop, "prompt_eval_count": 11, "eval_count": 7}
        return _json(line) + b"\n"


SPEECHES: tuple[Speech, ...] = (OpenAI(), Responses(), Anthropic(), Ollama())


KEY = "sk-secret-0123456789"
KEY_VARIABLE = "SOME_KEY"
PROMPT = Prompt(
    messages=(
        Message(Role.SYSTEM, "You answer briefly."),
        Message(Role.USER, "What is the capital city of Norway, and how many people live there?"),
    ),
    output_tokens=300,
)


@asynccontextmanager
async def opened(
    speech: Speech, upstream: Upstream, *, seconds: float = 20, stall: float = 20, name: str = "far"
) -> AsyncGenerator[Endpoint, None]:
    """A provider that speaks `speech` with `upstream`."""
    provider = Provider(
        kind=speech.kind,
        base_url=upstream.url + speech.base,
        api_key_env=KEY_VARIABLE,
        api=speech.api,
    )
    limits = Limits(request_seconds=seconds, stall_seconds=stall)
    endpoint = await open_provider(name, provider, KEY, limits)
    try:
        yield endpoint
    finally:
        await endpoint.close()
