"""What each error of the `openai` SDK, and each error that a server tells by itself, means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import httpx2
import openai

from bandmaster.errors import Failure
from bandmaster.providers.failures import (
    Complaint,
    by_status,
    message_in,
    refined,
    retry_after,
    sizes_in,
)
from bandmaster.providers.openai_dialect import SaidError

FAILURES: Mapping[type[Exception], Failure | None] = {
    openai.APITimeoutError: Failure.TIMEOUT,
    openai.APIConnectionError: Failure.CONNECTION,
    openai.APIResponseValidationError: Failure.MALFORMED,
    openai.AuthenticationError: Failure.AUTHENTICATION,
    openai.BadRequestError: Failure.BAD_REQUEST,
    openai.ConflictError: Failure.OVERLOAD,
    openai.InternalServerError: Failure.OVERLOAD,
    openai.NotFoundError: Failure.NOT_FOUND,
    openai.OAuthError: Failure.AUTHENTICATION,
    openai.PermissionDeniedError: Failure.AUTHENTICATION,
    openai.RateLimitError: Failure.RATE_LIMIT,
    openai.UnprocessableEntityError: Failure.BAD_REQUEST,
    openai.APIStatusError: None,  # None: the status says it.
    openai.APIError: Failure.OVERLOAD,
    openai.OpenAIError: Failure.UNKNOWN,
    httpx2.TimeoutException: Failure.TIMEOUT,
    httpx2.TransportError: Failure.CONNECTION,
    httpx2.HTTPError: Failure.MALFORMED,
    httpx2.InvalidURL: Failure.CONNECTION,
}
"""What each error of the SDK means; the nearest class counts."""

ERRORS: tuple[type[Exception], ...] = (*FAILURES, SaidError)


def complaint_of(error: Exception) -> Complaint:
    """What one of `ERRORS` means."""
    if isinstance(error, SaidError):
        return _said(error.body)
    if isinstance(error.__cause__, httpx2.DecodingError):
        return Complaint(failure=Failure.MALFORMED)  # To the SDK it is one of the connection.
    failure = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
    if not isinstance(error, openai.APIStatusError):
        return Complaint(failure=failure or Failure.UNKNOWN)
    status, text = error.status_code, message_in(error.body)
    known = refined(failure or by_status(status), (error.code, error.type), text)
    window, needed = _sizes(known, text, error.body)
    return Complaint(
        failure=known,
        status=status,
        text=text,
        retry_after=retry_after(error.response.headers),
        window=window,
        needed=needed,
    )


def _said(body: object) -> Complaint:
    """An error within an answer: it has no status, but some servers give one as its code."""
    text, said = message_in(body), dict[str, object]()
    if isinstance(body, dict):
        said = cast("dict[str, object]", body)
    code = said.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else None
    marks = [one for one in (code, said.get("type")) if isinstance(one, str)]
    known = refined(Failure.OVERLOAD if status is None else by_status(status), marks, text)
    window, needed = _sizes(known, text, said)
    return Complaint(failure=known, status=status, text=text, window=window, needed=needed)


def _sizes(failure: Failure, text: str, body: object) -> tuple[int | None, int | None]:
    return sizes_in(text, body) if failure is Failure.CONTEXT_TOO_LONG else (None, None)
