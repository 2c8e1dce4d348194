"""The simulator of this session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.e2e.models.simulator import Simulator, command, running


@pytest.fixture(scope="session")
def _running() -> Iterator[Simulator]:
    program = command()
    if program is None:
        missing = "the model simulator is not installed: run tests/e2e/models/setup.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with running(program) as simulator:
        yield simulator


@pytest.fixture
def simulator(_running: Simulator) -> Simulator:
    """The simulator, with nothing asked yet."""
    _running.reset()
    return _running
