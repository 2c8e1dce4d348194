"""A workspace behind an MCP server, and clients of both eras of the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

import bandmaster
from bandmaster_mcp.server import Session, build_server

ERAS = ("auto", "legacy")


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Host:
    """Connects clients to a server for one workspace, in memory."""

    def __init__(self, root: Path, era: str) -> None:
        self.root = root
        self.era = era

    @asynccontextmanager
    async def client(
        self, elicit: Callable[..., Any] | None = None, sample: Callable[..., Any] | None = None
    ) -> AsyncIterator[Client]:
        session = Session(lambda: bandmaster.open(self.root, lenient=True))
        client = Client(
            build_server(session),
            mode=self.era,
            elicitation_callback=elicit,
            sampling_callback=sample,
        )
        try:
            async with client as connected:
                yield connected
        finally:
            await session.close()

    async def call(self, tool: str, /, **arguments: object) -> str:
        """What the tool says to a client that cannot ask anybody; a failure starts with `!`."""
        async with self.client() as client:
            result = await client.call_tool(tool, arguments)
        text = "".join(part.text for part in result.content)
        return f"!{text}" if result.is_error else text


@pytest.fixture
def host(tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host on a small workspace; the person's own configuration is an empty folder."""
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "XAI_API_KEY", "MISTRAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "shop"
    root.mkdir()
    (root / "shop.py").write_text("import os\n\n\ndef sell(basket=[]):\n    return basket\n")
    return Host(root, era)
