"""Fields of a JSON line: each is what it should be, or a `UsageError` names it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import cast

from bandmaster.errors import UsageError

Message = Mapping[str, object]


def read_message(line: str) -> Message:
    """The object of a line; a byte order mark before it is no part of it."""
    try:
        message: object = json.loads(line.removeprefix("\ufeff"))
    except RecursionError as error:
        raise UsageError("not JSON that can be read: nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise UsageError(f"an object is wanted, got {line.strip()[:40]!r}")
    return cast("Message", message)


def text(message: Message, key: str) -> str:
    """A text that must be there."""
    value = message.get(key)
    if not isinstance(value, str):
        raise UsageError(f"{key!r} wants a text, got {_show(value)}")
    return value


def some_text(message: Message, key: str) -> str:
    """A text that may be missing: then it is empty."""
    return "" if message.get(key) is None else text(message, key)


def some_number(message: Message, key: str) -> float | None:
    """A number that may be missing; NaN and infinities are none."""
    value = message.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or not _is_finite(value):
        raise UsageError(f"{key!r} wants a number, got {_show(value)}")
    return float(value)


def some_amount(message: Message, key: str) -> float | None:
    """A number of at least 0 that may be missing."""
    value = some_number(message, key)
    if value is not None and value < 0.0:
        raise UsageError(f"{key!r} cannot be less than 0, got {value:g}")
    return value


def texts(message: Message, key: str) -> tuple[str, ...]:
    """A list of texts that may be missing: then it is empty."""
    values = _listed(message, key)
    if not all(isinstance(one, str) and one for one in values):
        raise UsageError(f"{key!r} wants a list of texts, got {_show(message[key])}")
    return tuple(cast("list[str]", values))


def messages(message: Message, key: str) -> tuple[Message, ...]:
    """A list of objects that may be missing: then it is empty."""
    values = _listed(message, key)
    if not all(isinstance(one, dict) for one in values):
        raise UsageError(f"{key!r} wants a list of objects, got {_show(message[key])}")
    return tuple(cast("list[Message]", values))


def _listed(message: Message, key: str) -> list[object]:
    value = message.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise UsageError(f"{key!r} wants a list, got {_show(value)}")
    return cast("list[object]", value)


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _show(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
