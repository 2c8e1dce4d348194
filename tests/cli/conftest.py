"""A person's empty home and a small project, for every test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

_KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "XAI_API_KEY", "MISTRAL_API_KEY", "OLLAMA_HOST")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of this machine's configuration reaches a test, and nothing comes out of it."""
    for name in (*_KEYS, "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one defect that is fixed safely and one that is not; the person is in it."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "shop.py").write_text("import os\n\n\ndef total(items=[]):\n    items.append(1)\n")
    (root / "fine.py").write_text("answer = 42\n")
    monkeypatch.chdir(root)
    return root
