"""An answer while it arrives: only one that has an end, and says something, is an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from bandmaster.errors import Failure, ModelError, UnusableAnswer
from bandmaster.models import Done, Prompt, Stop, ToolCall, estimate_usage
from bandmaster.providers.failures import error
from bandmaster.providers.wire import CallPart, Piece
from bandmaster.tasks import Usage

_SOME, _LONGEST_TOKEN = 1_000_000, 100
"""Characters: nobody's tokens are so long, so an answer beyond both together has no end."""


class Arriving:
    """An answer while it arrives."""

    def __init__(self, model: str, prompt: Prompt) -> None:
        self._most = _SOME + _LONGEST_TOKEN * prompt.output_tokens
        self._size = 0
        self.text: list[str] = []
        self.stop: Stop | None = None
        self._usage = Usage()
        self._model = model

        self._calls: dict[int, ToolCall] = {}
        self._given = 0

    @property
    def begun(self) -> bool:
        """Whether any of the answer itself has come."""
        return bool(self.text or self._calls)

    @property
    def said(self) -> str:
        """Everything that the model wrote so far, calls of tools included."""
        calls = (one.name + one.arguments for one in self._calls.values())
        return "".join((*self.text, *calls))

    def take(self, piece: Piece) -> None:
        self._size += len(piece.text)
        if piece.calls:
            self._size += sum(len(part.arguments) for part in piece.calls)
        if self._size > self._most:
            words = f"the answer goes on and on: {self._size:,} characters, far more than asked for"
            raise error(Failure.MALFORMED, words)
        if piece.text:
            self.text.append(piece.text)
        for part in piece.calls:
            self._join(part)
        self.stop = piece.stop or self.stop
        self._usage = piece.usage or self._usage
        self._model = piece.model or self._model

    def ready(self) -> Iterator[ToolCall]:
        """The calls that became whole since the last time, in their order.

        One that another follows is whole when its arguments are: some servers send the parts of
        several calls in turns.
        """
        calls = list(self._calls.values())
        for call in calls[self._given :]:
            if self.stop is None and (call is calls[-1] or not _is_whole(call.arguments)):
                return
            self._given += 1
            yield _checked(call)

    def calls(self) -> tuple[ToolCall, ...]:
        """All calls of an answer that has ended. Raises `ModelError` for one that is broken."""
        return tuple(_checked(one) for one in self._calls.values())

    def _join(self, part: CallPart) -> None:
        known = self._calls.get(part.index, _NO_CALL)
        self._calls[part.index] = ToolCall(
            id=known.id or part.id,
            name=known.name or part.name,
            arguments=known.arguments + part.arguments,
        )

    def end(self, prompt: Prompt) -> Done:
        """The end of a good answer. Raises `ModelError` for one that has none or says nothing."""
        try:
            return self._end(prompt)
        except ModelError as unusable:
            used = self._usage
            if self.stop is not None and used != Usage():
                unusable.counted = (used.input, used.output, used.cached, used.written)
            raise

    def _end(self, prompt: Prompt) -> Done:
        text = "".join(self.text)
        if self.stop is None:
            raise error(Failure.TRUNCATED, _cut(text))
        if self.stop in (Stop.FILTER, Stop.REFUSAL):
            raise error(Failure.CONTENT_POLICY, "the model refused to answer for the content")
        if self._calls and not prompt.tools:
            raise UnusableAnswer("the model called a tool though it was offered none")
        if self._calls and self.stop is Stop.LENGTH:
            raise error(Failure.TRUNCATED, "the call of a tool was cut at the longest answer")
        if not self._calls and not text.strip():
            raise error(*_EMPTY[self.stop])
        # Some servers end an answer that calls tools as if it were text, and the other way round.
        stop = Stop.TOOL if self._calls else Stop.END if self.stop is Stop.TOOL else self.stop
        return Done(stop, _counted(self._usage, prompt, self.said), self._model)


_NO_CALL = ToolCall("", "", "")
_EMPTY = {
    Stop.END: (Failure.MALFORMED, "the answer is empty"),
    Stop.TOOL: (Failure.MALFORMED, "the model called a tool instead of answering"),
    Stop.LENGTH: (Failure.TRUNCATED, "the longest answer allowed was used up before any text came"),
}


def _checked(call: ToolCall) -> ToolCall:
    """A call with a name; one without arguments has an empty object of them."""
    if not call.name:
        raise UnusableAnswer("the model called a tool without a name")
    return call if call.arguments.strip() else replace(call, arguments="{}")


def _is_whole(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True


def _cut(text: str) -> str:
    if text:
        return f"the answer broke off after {characters(text)}"
    return "the server closed the connection without an answer"


def characters(text: str) -> str:
    """How much of an answer came before it broke off."""
    return f"{len(text)} characters of the answer"


def _counted(usage: Usage, prompt: Prompt, text: str) -> Usage:
    """The server's count; what it left out is estimated and the whole marked so."""
    if usage.input and usage.output:
        return usage
    guess = estimate_usage(prompt, text)
    return Usage(
        input=usage.input or guess.input,
        output=usage.output or guess.output,
        cached=usage.cached,
        estimated=True,
    )
