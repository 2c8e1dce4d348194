"""What a model server can do wrong, what must be made of it, and what must be in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bandmaster.errors import Failure
from bandmaster.models import Stop
from tests.fakes.protocols import Speech
from tests.fakes.upstream import Answer, End

PAGE = b"<!DOCTYPE html><html><body><h1>Welcome to our portal</h1></body></html>"
HALF = ("Half of ", "an answer")


Does = Callable[[Speech, bool], Answer]


class Counted(Enum):
    """What the ledger must hold of each call."""

    NOTHING = auto()
    """The server did not answer, or refused before it read the prompt."""
    GUESSED = auto()
    """The prompt and what came of the answer, estimated where the server did not get to count."""
    WHOLE = auto()
    """The server's own count."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the server does each time, the failure that it is, and how often it is asked."""

    does: Does
    """Given how it speaks, and whether it is to stream."""
    failure: Failure
    tries: int = 1
    counted: Counted = Counted.NOTHING
    heard: str = ""
    """What of the answer came before, where it streams."""


def _says(status: int, mark: str, words: str, *headers: tuple[str, str]) -> Does:
    return lambda speech, _: Answer(status, (speech.error(mark, words),), headers=headers)


def _sends(body: bytes, kind: str = "") -> Does:
    return lambda speech, stream: Answer(
        body=(body,), kind=kind or (speech.stream_kind if stream else "application/json")
    )


def _stops(stop: Stop, text: str) -> Does:
    return lambda speech, stream: speech.answer(text, speech.stops[stop], stream=stream)


def _breaks(end: End, more: bytes = b"") -> Does:
    """Half an answer."""

    def does(speech: Speech, stream: bool) -> Answer:
        if not stream:
            whole = speech.whole("".join(HALF), speech.stops[Stop.END])
            return Answer(body=(whole[: len(whole) // 2],), end=end)
        return speech.streams(*speech.opens(), *map(speech.says, HALF), more, end=end)

    return does


def _head_only(end: End) -> Does:
    return lambda speech, stream: Answer(
        kind=speech.stream_kind if stream else "application/json", end=end
    )


def _error_within(*words: str) -> Does:
    def does(speech: Speech, stream: bool) -> Answer:
        if not stream:
            return Answer(body=(speech.error("overloaded_error", "busy now"),))
        said = map(speech.says, words)
        return speech.streams(*speech.opens(), *said, speech.fails("overloaded_error", "busy now"))

    return does


_AT_ONCE = ("Retry-After", "0")
_LATER = ("Retry-After", "60")

EITHER_WAY: Mapping[str, Fault] = {
    "429 that asks to be tried again": Fault(
        does=_says(429, "rate_limit_error", "wait", _AT_ONCE), failure=Failure.RATE_LIMIT, tries=2
    ),
    "429 that asks to wait long": Fault(
        does=_says(429, "rate_limit_error", "wait", _LATER), failure=Failure.RATE_LIMIT
    ),
    "429 that asks for nothing": Fault(
        does=_says(429, "rate_limit_error", "wait"), failure=Failure.RATE_LIMIT, tries=2
    ),
    "429 without credit": Fault(
        does=_says(429, "insufficient_quota", "your credit balance is too low"),
        failure=Failure.QUOTA,
    ),
    "401": Fault(does=_says(401, "authentication_error", "no"), failure=Failure.AUTHENTICATION),
    "403": Fault(does=_says(403, "permission_error", "no"), failure=Failure.AUTHENTICATION),
    "404": Fault(does=_says(404, "not_found_error", "no such model"), failure=Failure.NOT_FOUND),
    "500": Fault(does=_says(500, "api_error", "oops", _AT_ONCE), failure=Failure.OVERLOAD, tries=2),
    "502 with a page": Fault(
        does=lambda _speech, _stream: Answer(502, (PAGE,), "text/html", headers=(_AT_ONCE,)),
        failure=Failure.OVERLOAD,
        tries=2,
    ),
    "503": Fault(
        does=_says(503, "overloaded_error", "busy", _AT_ONCE), failure=Failure.OVERLOAD, tries=2
    ),
    "529": Fault(
        does=_says(529, "overloaded_error", "busy", _AT_ONCE), failure=Failure.OVERLOAD, tries=2
    ),
    "context too long": Fault(
        does=_says(400, "invalid_request_error", "prompt is too long: 9000 tokens > 8000 maximum"),
        failure=Failure.CONTEXT_TOO_LONG,
    ),
    "length, without a word": Fault(
        does=_stops(Stop.LENGTH, ""),
        failure=Failure.TRUNCATED,
        tries=2,
        counted=Counted.WHOLE,
    ),
    "an end, without a word": Fault(
        does=_stops(Stop.END, ""), failure=Failure.MALFORMED, tries=2, counted=Counted.WHOLE
    ),
    "a page with status 200": Fault(
        does=_sends(PAGE, "text/html"),
        failure=Failure.MALFORMED,
        tries=2,
        counted=Counted.GUESSED,
    ),
    "another content type": Fault(
        does=_sends(b"%PDF-1.7\n\x93\x8c\x8b\x9e", "application/pdf"),
        failure=Failure.MALFORMED,
        tries=2,
        counted=Counted.GUESSED,
    ),
    "a connection without an answer": Fault(
        does=lambda _speech, _stream: Answer(None, end=End.CUT), failure=Failure.CONNECTION, tries=2
    ),
    "cut before the first byte of the answer": Fault(
        does=_head_only(End.CUT), failure=Failure.CONNECTION, tries=2, counted=Counted.GUESSED
    ),
}
"""Faults that a streamed answer and a whole one have in common."""

WHOLE: Mapping[str, Fault] = {
    "malformed JSON": Fault(
        does=_sends(b'{"id": "1", "cho'),
        failure=Failure.MALFORMED,
        tries=2,
        counted=Counted.GUESSED,
    ),
    "another JSON": Fault(
        does=_sends(b'{"hello": "world"}'),
        failure=Failure.MALFORMED,
        tries=2,
        counted=Counted.GUESSED,
    ),
    "an empty body": Fault(
        does=_sends(b""), failure=Failure.MALFORMED, tries=2, counted=Counted.GUESSED
    ),
    "cut in the middle": Fault(
        does=_breaks(End.CUT), failure=Failure.CONNECTION, tries=2, counted=Counted.GUESSED
    ),
    "reset in the middle": Fault(
        does=_breaks(End.RESET), failure=Failure.CONNECTION, tries=2, counted=Counted.GUESSED
    ),
    "ended in the middle": Fault(
        does=_breaks(End.EARLY), failure=Failure.MALFORMED, tries=2, counted=Counted.GUESSED
    ),
    "an error with status 200": Fault(does=_error_within(), failure=Failure.OVERLOAD, tries=2),
}

STREAMED: Mapping[str, Fault] = {
    "an empty body": Fault(
        does=_sends(b""), failure=Failure.TRUNCATED, tries=2, counted=Counted.GUESSED
    ),
    "cut in the middle": Fault(
        does=_breaks(End.CUT),
        failure=Failure.CONNECTION,
        counted=Counted.GUESSED,
        heard="".join(HALF),
    ),
    "reset in the middle": Fault(
        does=_breaks(End.RESET),
        failure=Failure.CONNECTION,
        counted=Counted.GUESSED,
        heard="".join(HALF),
    ),
    "ended in the middle": Fault(
        does=_breaks(End.EARLY),
        failure=Failure.TRUNCATED,
        counted=Counted.GUESSED,
        heard="".join(HALF),
    ),
    "a good HTTP end in the middle": Fault(
        does=_breaks(End.CLEAN),
        failure=Failure.TRUNCATED,
        counted=Counted.GUESSED,
        heard="".join(HALF),
    ),
    "a broken line in the middle": Fault(
        does=_breaks(End.CLEAN, b'event: content_block_delta\ndata: {"id": "1", "cho\n\n'),
        failure=Failure.MALFORMED,
        counted=Counted.GUESSED,
        heard="".join(HALF),
    ),
    "an error within the stream, first": Fault(
        does=_error_within(), failure=Failure.OVERLOAD, tries=2
    ),
    "an error within the stream, later": Fault(
        does=_error_within(*HALF),
        failure=Failure.OVERLOAD,
        counted=Counted.GUESSED,
        heard="".join(HALF),
    ),
}
