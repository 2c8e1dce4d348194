"""The address of a shared database, as a person may write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bandmaster.errors import SettingsError
from bandmaster.store import Database


def test_an_address_that_is_none_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="postgresql://USER@HOST/NAME") as refused:
        Database(tmp_path / "db.sqlite", "postgresql://me:sesame@[::1/db")
    assert "sesame" not in str(refused.value)
