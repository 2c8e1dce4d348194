"""A real `bandmaster lsp`, with a model on loopback that answers as told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.fakes.editor import Editor, in_process

COMMAND = (sys.executable, "-m", "bandmaster_cli", "lsp")
TOY = (sys.executable, "-m", "tests.fakes.toy_server")
DEFECT = "import os\n\n\ndef collect(into=[]):\n    into.append(1)\n    return into\n"
"""ruff finds two defects in it: an unused import, and a default that is shared."""

Process = AbstractAsyncContextManager[tuple[Editor, "object"]]


def environment(home: Path, url: str | None = None) -> dict[str, str]:
    """The environment of a server whose person has one model, at `url`, or none."""
    home.joinpath("config").mkdir(parents=True, exist_ok=True)
    if url is not None:
        home.joinpath("config", "bandmaster.toml").write_text(
            f'[providers.fake]\nkind = "openai"\nbase_url = "{url}/v1"\n'
            'api_key_env = "FAKE_KEY"\nmodels = ["m"]\n'
        )
    kept = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR", "PYTHONPATH")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return {
        **inherited,
        "BANDMASTER_HOME": str(home),
        "FAKE_KEY": "sk-fake",
        "HOME": str(home),
        "GIT_CEILING_DIRECTORIES": str(home.parent),
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A project with one file on disk."""
    folder = tmp_path / "my project"
    folder.mkdir()
    folder.joinpath("a.py").write_text(DEFECT)
    return folder


Start = Callable[..., AbstractAsyncContextManager[tuple[Editor, "object"]]]


@pytest.fixture
def lsp(tmp_path: Path, workspace: Path) -> Start:
    """Starts `bandmaster lsp`; `url` is that of its model."""

    def start(url: str | None = None) -> AbstractAsyncContextManager[tuple[Editor, object]]:
        return in_process(*COMMAND, env=environment(tmp_path / "home", url), cwd=workspace)

    return start
