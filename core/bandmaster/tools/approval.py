"""The seam for asking a person: a request that is shown whole, and the answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from bandmaster.errors import ToolDenied
from bandmaster.policy import Action, Verdict


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A question to a person; an answer counts for this very action and preview alone."""

    action: Action
    verdict: Verdict
    preview: str
    """What would happen: the diff that would be written, the command that would run."""

    @property
    def digest(self) -> str:
        """A name for exactly this question, to bind an answer to it."""
        parts = (
            self.action.tool,
            self.action.kind,
            *self.action.resources,
            "",
            *self.action.argv,
            "",
            self.action.caller.client,
            self.action.caller.session,
            self.preview,
        )
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's answer; `reason` is in their words or says why nobody answered."""

    granted: bool
    reason: str = ""
    pending: bool = False
    """The question is on its way, and the answer comes with the same call made once more."""


class ApprovalPending(ToolDenied):
    """Nothing was done yet: the person is being asked, and the call will be made again."""


class Approver(Protocol):
    """Someone who can ask the person. Implementations live in the front doors."""

    async def ask(self, request: ApprovalRequest) -> Approval:
        """The person's answer. An answer that does not come is a no; raises nothing of its own."""
        ...
