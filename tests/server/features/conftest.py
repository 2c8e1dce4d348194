"""A server in memory over an engine that plays what a test sets."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bandmaster_lsp.server import build
from tests.fakes.editor import VSCODE, Editor, Json, in_memory
from tests.fakes.engine import PlaysBack


@dataclass
class Stage:
    """An editor, the engine that its server opened, and a file of the workspace."""

    editor: Editor
    engine: PlaysBack
    root: Path
    uri: str

    def file(self, name: str) -> str:
        return (self.root / name).as_uri()


Open = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def stage(tmp_path: Path) -> Open:
    """Opens a stage: the engine has `plays` and `engine`, the editor `capabilities` and more."""

    @asynccontextmanager
    async def open_stage(
        plays: dict[Any, Any] | None = None,
        capabilities: Json = VSCODE,
        engine: dict[str, Any] | None = None,
        **more: Any,
    ) -> AsyncGenerator[Stage]:
        playing = PlaysBack(tmp_path, plays or {}, **(engine or {}))
        server = build(lambda start, *, trusted: playing)
        async with in_memory(server) as editor:
            await editor.initialize(tmp_path, capabilities, **more)
            yield Stage(editor, playing, playing.root, (tmp_path / "a.py").as_uri())

    return open_stage
