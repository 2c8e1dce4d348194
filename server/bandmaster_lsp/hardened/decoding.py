"""Puts the replies of odd clients into the shape that the protocol asks for."""

from __future__ import annotations

from typing import cast

JsonObject = dict[str, object]
INTERNAL_ERROR = -32603


def as_object(value: object) -> JsonObject | None:
    """`value` as a JSON object, or None where it is something else."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def straighten_reply(message: JsonObject) -> JsonObject:
    """A reply with either a result or a whole error.

    Some clients send `"error": null` beside a result, others an error without a code.
    """
    reply = dict(message)
    error = reply.pop("error", None)
    if error is None:
        reply.setdefault("result", None)
        return reply
    reply.pop("result", None)
    given = as_object(error) or {}
    code, text = given.get("code"), given.get("message")
    reply["error"] = {
        "code": code if isinstance(code, int) else INTERNAL_ERROR,
        "message": text if isinstance(text, str) else "the editor gave no reason",
    }
    return reply
