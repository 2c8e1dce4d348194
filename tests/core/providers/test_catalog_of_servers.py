"""The roster asks a server on this machine what its model can do, once, and nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bandmaster
from tests.fakes.upstream import Answer, Upstream

SHOWN = {
    "capabilities": ["completion", "tools", "insert"],
    "model_info": {
        "general.architecture": "qwen3",
        "general.parameter_count": 30_500_000_000,
        "qwen3.context_length": 40_960,
    },
}


def opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, url: str
) -> bandmaster.Engine:
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "bandmaster.toml").write_text(
        f'[providers.lab]\nkind = "{kind}"\nbase_url = "{url}"\nmodels = ["zork"]\n'
    )
    return bandmaster.open(tmp_path)


async def test_what_ollama_says_of_its_model_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream(Answer(body=(json.dumps(SHOWN).encode(),))) as server:
        async with opened(tmp_path, monkeypatch, "ollama", server.url) as engine:
            facts = await engine.facts("lab/zork")
            assert await engine.facts("lab/zork") == facts
        assert [one.path for one in server.requests] == ["/api/show"]
    assert (facts.window, facts.sources["window"]) == (40_960, "its server")
    assert facts.abilities.tools
    assert not facts.abilities.vision
    assert facts.size == 30.5
    assert facts.price is not None
    assert not facts.price.output


async def test_a_server_that_does_not_answer_is_asked_once_for_all_its_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream(Answer(status=500, body=(b"{}",))) as server:
        url = server.url
    async with opened(tmp_path, monkeypatch, "ollama", url) as engine:
        for name in ("zork", "zork2"):
            assert "window" in (await engine.facts(f"lab/{name}")).unknown


async def test_a_protocol_without_a_word_for_it_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream(Answer(status=500, body=(b"{}",))) as server:
        async with opened(tmp_path, monkeypatch, "openai", f"{server.url}/v1") as engine:
            assert (await engine.facts("lab/zork")).unknown >= {"window", "tools"}
        assert server.requests == []
