"""The PostgreSQL server of this session; each test has a database of its own in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.store import Database
from tests.e2e.postgres.server import programs, running


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    bin_ = programs()
    if bin_ is None:
        missing = "there is no PostgreSQL server: run tests/e2e/postgres/setup.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with running(bin_) as url:
        yield url


@pytest.fixture
def url(_server: str, tmp_path: Path) -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"band_{abs(hash(tmp_path)):x}"
    with closing(Database(tmp_path / "none", _server)) as server:
        server.write(f"CREATE DATABASE {name}", ())
        yield _server.replace("/postgres?", f"/{name}?")
        server.write(f"DROP DATABASE {name} WITH (FORCE)", ())
