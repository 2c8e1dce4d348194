"""A model that recites prepared answers, one a turn, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from bandmaster.errors import ModelError, ModelUnavailable
from bandmaster.models import ChatChunk, Done, Prompt, Reply, Stop, TextDelta
from bandmaster.tasks import Usage

TURN = Usage(input=7, output=3)


class Recites:
    """Gives its answers in turn; an answer that is an error is raised."""

    name = "fake/reciter"
    local = False

    def __init__(self, *answers: str | ModelUnavailable, stop: Stop = Stop.END) -> None:
        self._answers = list(answers)
        self._stop = stop
        self.prompts: list[Prompt] = []

    def _next(self, prompt: Prompt) -> str:
        self.prompts.append(prompt)
        answer = self._answers.pop(0)
        if isinstance(answer, ModelUnavailable):
            raise answer
        return answer

    async def ask(self, prompt: Prompt) -> Reply:
        return Reply(self._next(prompt), self._stop, TURN)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk]:
        for word in self._next(prompt).splitlines(keepends=True):
            yield TextDelta(word)
        yield Done(self._stop, TURN)


class BreaksOffAfter:
    """Streams its text and then fails."""

    name = "fake/breaks-off"
    local = False

    def __init__(self, text: str, failure: ModelError | None) -> None:
        self._text, self._failure = text, failure

    async def ask(self, prompt: Prompt) -> Reply:
        if self._failure is None:
            raise AssertionError
        raise self._failure

    async def stream(self, prompt: Prompt) -> AsyncGenerator[ChatChunk]:
        yield TextDelta(self._text)
        if self._failure is not None:
            raise self._failure
