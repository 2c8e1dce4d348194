"""Approvers that do what their names say."""

from __future__ import annotations

from collections.abc import Callable

from bandmaster.tools import Approval, ApprovalRequest


class Agrees:
    """Says yes to everything and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[ApprovalRequest] = []

    async def ask(self, request: ApprovalRequest) -> Approval:
        self.asked.append(request)
        return Approval(granted=True)


class Refuses:
    """Says no, with a reason."""

    def __init__(self, reason: str = "") -> None:
        self.reason = reason

    async def ask(self, request: ApprovalRequest) -> Approval:
        return Approval(granted=False, reason=self.reason)


class AgreesAfter:
    """Says yes once something else has happened."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    async def ask(self, request: ApprovalRequest) -> Approval:
        self.meanwhile()
        return Approval(granted=True)


class AsksLater:
    """Has passed the question on, and knows no answer yet."""

    async def ask(self, request: ApprovalRequest) -> Approval:
        return Approval(granted=False, pending=True)
