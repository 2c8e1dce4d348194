"""Asking the person through the client: an elicitation, in either era of the protocol.

Up to 2025-11-25 the question is a request to the client in the middle of the call. From 2026-07-28
a call that needs an answer ends with the question, and the client makes the same call again with
the answer and with the name of the question, which it cannot change.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from bandmaster import Approval, ApprovalRequest

_KEY = "approval"
_MOST_PREVIEW = 6000
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "allow": {"type": "boolean", "title": "Allow this once", "default": False},
        "reason": {"type": "string", "title": "What to tell the model", "maxLength": 500},
    },
    "required": ["allow"],
}


class Elicitation:
    """Asks the client's person about one call. `question` is what still waits for an answer."""

    def __init__(
        self, context: ServerRequestContext[Any, Any], params: CallToolRequestParams
    ) -> None:
        self._context = context
        self._params = params
        self.question: InputRequiredResult | None = None

    async def ask(self, request: ApprovalRequest) -> Approval:
        if self._context.session.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return self._ask_by_return(request)
        try:
            answer = await self._context.session.elicit_form(
                _message(request), _FORM, related_request_id=self._context.request_id
            )
        except MCPError as error:
            return Approval(granted=False, reason=f"the client could not ask: {error}")
        return _approval(answer)

    def _ask_by_return(self, request: ApprovalRequest) -> Approval:
        answer = (self._params.input_responses or {}).get(_KEY)
        if isinstance(answer, ElicitResult) and self._params.request_state == request.digest:
            return _approval(answer)
        form = ElicitRequestFormParams(message=_message(request), requested_schema=_FORM)
        self.question = InputRequiredResult(
            input_requests={_KEY: ElicitRequest(params=form)}, request_state=request.digest
        )
        return Approval(granted=False, pending=True)


def can_elicit(context: ServerRequestContext[Any, Any]) -> bool:
    """Whether the client can show a form to its person."""
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None:
        return False
    return elicitation.form is not None or elicitation.url is None


def _approval(answer: ElicitResult) -> Approval:
    content = answer.content or {}
    reason = content.get("reason")
    words = f"the person said: {reason[:500]!r}" if isinstance(reason, str) and reason else ""
    if answer.action == "accept":
        return Approval(granted=content.get("allow") is True, reason=words)
    return Approval(granted=False, reason=words or f"the person chose {answer.action!r}")


def _message(request: ApprovalRequest) -> str:
    """The question with everything that it covers, as far as a form can show it."""
    preview = request.preview.replace("\r\n", "\n")
    if len(preview) > _MOST_PREVIEW:
        hidden = preview.count("\n", _MOST_PREVIEW)
        preview = f"{preview[:_MOST_PREVIEW]}\n… {hidden} more lines are not shown here"
    client = request.action.caller.client
    head = f"{client} wants to {request.action.line}\n({request.verdict.why})"
    return _visible(f"{head}\n\n{preview}")


def _visible(text: str) -> str:
    """Characters that a screen would hide or obey are spelled out, so that nothing is disguised."""
    return "".join(
        f"\\u{ord(character):04x}"
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in "\n\t"
        else character
        for character in text
    )
