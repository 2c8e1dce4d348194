"""What went wrong between us and a server, as one of our errors: one line, safe to show."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from bandmaster.errors import Failure, ModelError, ModelRefused, ModelUnavailable
from bandmaster.models import Prompt
from bandmaster.providers.place import Place

_QUOTED = 160
"""Characters of a server's own words that we show."""

_ECHO = 36
"""A server that repeats this much of the prompt is not quoted."""

BY_STATUS: Mapping[int, Failure] = {
    400: Failure.BAD_REQUEST,
    401: Failure.AUTHENTICATION,
    402: Failure.QUOTA,
    403: Failure.AUTHENTICATION,
    404: Failure.NOT_FOUND,
    408: Failure.TIMEOUT,
    409: Failure.OVERLOAD,
    413: Failure.CONTEXT_TOO_LONG,
    422: Failure.BAD_REQUEST,
    429: Failure.RATE_LIMIT,
    504: Failure.TIMEOUT,
}

_BY_MARK: Mapping[str, Failure] = {
    "api_error": Failure.OVERLOAD,
    "authentication_error": Failure.AUTHENTICATION,
    "billing_error": Failure.QUOTA,
    "content_filter": Failure.CONTENT_POLICY,
    "content_policy_violation": Failure.CONTENT_POLICY,
    "context_length_exceeded": Failure.CONTEXT_TOO_LONG,
    "contract_spend_limit_reached": Failure.QUOTA,
    "credit_balance_exhausted": Failure.QUOTA,
    "enforced_spend_limit_reached": Failure.QUOTA,
    "exceed_context_size_error": Failure.CONTEXT_TOO_LONG,
    "insufficient_quota": Failure.QUOTA,
    "invalid_api_key": Failure.AUTHENTICATION,
    "invalid_prompt": Failure.CONTENT_POLICY,
    "invalid_request_error": Failure.BAD_REQUEST,
    "model_not_found": Failure.NOT_FOUND,
    "not_found_error": Failure.NOT_FOUND,
    "organization_spend_limit_exceeded": Failure.QUOTA,
    "organization_usage_limit_exceeded": Failure.QUOTA,
    "overloaded_error": Failure.OVERLOAD,
    "permission_error": Failure.AUTHENTICATION,
    "project_spend_limit_exceeded": Failure.QUOTA,
    "rate_limit_error": Failure.RATE_LIMIT,
    "rate_limit_exceeded": Failure.RATE_LIMIT,
    "server_error": Failure.OVERLOAD,
    "server_is_overloaded": Failure.OVERLOAD,
    "service_unavailable_error": Failure.OVERLOAD,
    "timeout_error": Failure.TIMEOUT,
}
"""What the `code` and the `type` of an error body say, more exactly than the status does."""

_TOO_LONG = re.compile(
    r"maximum (context|prompt|model|input) length|prompt is too long|too large for model"
    r"|context[ _](size|window|length|limit)|maximum number of tokens|input tokens exceed",
    re.I,
)
_WINDOW = re.compile(
    r"(?:(?:context|prompt|model) (?:length|window|size)(?: of| is)?(?: only)?"
    r"|context the overflows\. However, the model is loaded with context length of only"
    r"|tokens allowed|configured limit of|context limit: \d+ \+ \d+ >|tokens >|model with)"
    r" *\(?(\d+)",
    re.I,
)
_NEEDED = re.compile(
    r"(?:(?:requested|resulted in|contains|request|passed|the first|too long:)(?: about)?"
    r"|token count|prompt \(length) \(?(\d+)",
    re.I,
)
_SUM = re.compile(r"(\d+) \+ (\d+) >")
_ASKED_FOR = re.compile(r"too large: (\d+)\..* request has (\d+) input tokens", re.I | re.S)
_NO_CREDIT = re.compile(
    r"credit balance|spend limit|usage limits?\b|insufficient (funds|balance)", re.I
)
_GENERAL = frozenset({Failure.BAD_REQUEST, Failure.RATE_LIMIT})
"""Failures that a more exact word in the body may replace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a server or its SDK said, understood but not yet worded."""

    failure: Failure
    status: int | None = None
    text: str = ""
    retry_after: float | None = None
    window: int | None = None
    """With a prompt that is too long: `sizes_in` reads both."""
    needed: int | None = None


def message_in(body: object) -> str:
    """What an error body says: an object with a `message`, or a text."""
    if isinstance(body, Mapping):
        said = cast("Mapping[str, object]", body)
        return message_in(said.get("message") or said.get("error"))
    return body if isinstance(body, str) else ""


def by_status(status: int) -> Failure:
    """What a status alone says."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return Failure.OVERLOAD
    return Failure.BAD_REQUEST if status >= 400 else Failure.MALFORMED


def refined(failure: Failure, marks: Iterable[str | None], text: str) -> Failure:
    """`failure` as the error body makes it more exact."""
    for mark in marks:
        exact = _BY_MARK.get(mark or "")
        if exact is not None and exact is not Failure.BAD_REQUEST:
            failure = exact
            break
    if failure in _GENERAL and _TOO_LONG.search(text):
        return Failure.CONTEXT_TOO_LONG
    if failure in _GENERAL and _NO_CREDIT.search(text):
        return Failure.QUOTA
    return failure


def sizes_in(text: str, body: object = None) -> tuple[int | None, int | None]:
    """How many tokens the model holds and how many it was given, where a server that found a
    prompt too long said so: in its words or, as llama.cpp does, in fields of the body."""
    if isinstance(body, Mapping):
        fields = cast("Mapping[str, object]", body)
        window, needed = fields.get("n_ctx"), fields.get("n_prompt_tokens")
        if isinstance(window, int) and isinstance(needed, int):
            return window, needed
        if "error" in fields:
            return sizes_in(text, fields["error"])
    plain = re.sub(r"(?<=\d)[,_](?=\d{3})", "", text)
    return _size(_WINDOW, plain), _sum(plain) or _size(_NEEDED, plain)


def _sum(text: str) -> int | None:
    """For servers that count the answer that was asked for apart from the prompt."""
    parts = _SUM.search(text) or _ASKED_FOR.search(text)
    return int(parts[1]) + int(parts[2]) if parts else None


def _size(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks us to wait, from any of the three ways to say so."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    seconds = _number(said)
    if seconds is not None or not said:
        return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


def explained(complaint: Complaint, place: Place, model: str, prompt: Prompt | None) -> ModelError:
    """Our error for a complaint, in one line that a person can act on."""
    words = _words(complaint, place, model)
    said = (
        "" if complaint.failure is Failure.AUTHENTICATION else quoted(complaint.text, place, prompt)
    )
    message = f"{words}: {said}" if said else words
    ours = error(complaint.failure, message, complaint.retry_after)
    ours.window, ours.needed = complaint.window, complaint.needed
    return ours


def error(failure: Failure, message: str, wait: float | None = None) -> ModelError:
    """`ModelRefused` where the request itself was refused, else `ModelUnavailable`."""
    if failure is Failure.CONTENT_POLICY:
        return ModelRefused(failure, message, retry_after=wait)
    return ModelUnavailable(failure, message, retry_after=wait)


def quoted(text: str, place: Place, prompt: Prompt | None) -> str:
    """A server's own words, short, in one line, without the key and without the prompt."""
    line = " ".join(text.split())
    if place.key:
        line = line.replace(place.key, "…")
    if not line.isprintable() or line.lstrip().startswith(("<", "{", "[")):
        return ""
    if prompt is not None and _echoes(line, prompt):
        return ""
    line = line.rstrip(". ")
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1].rstrip() + "…"


def _echoes(line: str, prompt: Prompt) -> bool:
    """Whether a long run of `line` stands in the prompt."""
    asked = " ".join(" ".join(one.text.split()) for one in prompt.messages)
    step = _ECHO // 3
    return any(
        line[start : start + 2 * step] in asked
        for start in range(0, len(line) - 2 * step + 1, step)
    )


def _words(complaint: Complaint, place: Place, model: str) -> str:
    status = f" ({complaint.status})" if complaint.status is not None else ""
    match complaint.failure:
        case Failure.AUTHENTICATION:
            return _about_the_key(place, status)
        case Failure.NOT_FOUND:
            return f"the server at {place.shown} has no model {model!r}{status}"
        case Failure.CONNECTION:
            return f"no connection to {place.shown}"
        case Failure.RATE_LIMIT:
            wait = complaint.retry_after
            hint = f", it asks to wait {wait:.0f} s" if wait else ""
            return f"the server takes no more requests for now{status}{hint}"
        case _:
            return _WORDS[complaint.failure] + status


def _about_the_key(place: Place, status: str) -> str:
    if not place.key:
        wanted = place.key_variable or f"api_key_env of provider {place.name!r}"
        return f"the server wants a key{status}: set {wanted}"
    where = f": look at {place.key_variable}" if place.key_variable else ""
    return f"the server refused the key{status}{where}"


def _number(said: str | None) -> float | None:
    try:
        number = float(said or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


_WORDS: Mapping[Failure, str] = {
    Failure.BAD_REQUEST: "the server did not accept the request",
    Failure.CANCELLED: "the call was cancelled",
    Failure.CONTENT_POLICY: "the request was refused for its content",
    Failure.CONTEXT_TOO_LONG: "the prompt is too long for this model",
    Failure.MALFORMED: "the server does not answer as its protocol says",
    Failure.OVERLOAD: "the server is overloaded or failing",
    Failure.QUOTA: "the account has no credit left or reached its limit",
    Failure.TIMEOUT: "the server did not answer in time",
    Failure.TRUNCATED: "the answer broke off",
    Failure.UNKNOWN: "the model gave no answer",
}
