"""What the tests of faults share: no key of the person's, and servers near and far."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no proxy of the person's."""
    for name in ("OPENAI", "ANTHROPIC", "XAI", "MISTRAL"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    for name in ("OLLAMA_HOST", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=[False, True], ids=["on this machine", "through a proxy"])
def far(request: pytest.FixtureRequest) -> bool:
    """Whether the servers are elsewhere: then they cost money, and a proxy leads to them."""
    return bool(request.param)
