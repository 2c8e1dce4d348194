"""A meter that lets every call through and remembers what each one used."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from bandmaster.models import Prompt
from bandmaster.tasks import Cost, Usage


@dataclass
class _Call:
    usage: Usage | None = None

    def used(self, usage: Usage) -> None:
        self.usage = usage


@dataclass
class Counts:
    """`calls` holds what each call used, `passed` how many were begun, `saved` what was spared."""

    calls: list[Usage] = field(default_factory=list[Usage])
    passed: int = 0
    saved: list[Usage] = field(default_factory=list[Usage])

    @asynccontextmanager
    async def call(self, prompt: Prompt, /) -> AsyncGenerator[_Call]:
        self.passed += 1
        call = _Call()
        try:
            yield call
        finally:
            if call.usage is not None:
                self.calls.append(call.usage)

    async def spared(self, usage: Usage) -> Cost:
        self.saved.append(usage)
        return Cost(Decimal("0.012"))
