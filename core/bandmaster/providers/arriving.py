"""An answer while it arrives: only one that has an end, and says something, is an answer."""

from __future__ import annotations

from bandmaster.errors import Failure
from bandmaster.models import Done, Prompt, Stop, estimate_usage
from bandmaster.providers.failures import error
from bandmaster.providers.wire import Piece
from bandmaster.tasks import Usage


class Arriving:
    """An answer while it arrives."""

    def __init__(self, model: str) -> None:
        self.text: list[str] = []
        self.stop: Stop | None = None
        self._usage = Usage()
        self._model = model

    def take(self, piece: Piece) -> None:
        if piece.text:
            self.text.append(piece.text)
        self.stop = piece.stop or self.stop
        self._usage = piece.usage or self._usage
        self._model = piece.model or self._model

    def end(self, prompt: Prompt) -> Done:
        """The end of a good answer. Raises `ModelError` for one that has none or says nothing."""
        text = "".join(self.text)
        if self.stop is None:
            raise error(Failure.TRUNCATED, _cut(text))
        if self.stop in (Stop.FILTER, Stop.REFUSAL):
            raise error(Failure.CONTENT_POLICY, "the model refused to answer for the content")
        if not text.strip():
            raise error(*_EMPTY[self.stop])
        return Done(self.stop, _counted(self._usage, prompt, text), self._model)


_EMPTY = {
    Stop.END: (Failure.MALFORMED, "the answer is empty"),
    Stop.TOOL: (Failure.MALFORMED, "the model called a tool instead of answering"),
    Stop.LENGTH: (Failure.TRUNCATED, "the longest answer allowed was used up before any text came"),
}


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
