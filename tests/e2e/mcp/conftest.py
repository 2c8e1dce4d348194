"""The workspace of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small project with a defect, tests, and a person who lets its tests run."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "shop.py").write_text("import os\n\n\ndef sell(basket=[]):\n    return basket\n")
    return root
