"""chains, and whose circuit is open, from one process to the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bandmaster_cli.main import main
from tests.cli.processes import SPEECH
from tests.cli.processes import bandmaster as run
from tests.fakes.upstream import Answer, Upstream

Printed = pytest.CaptureFixture[str]
TIMES_OUT = Answer(status=408, body=(b"{}",))
SPEAKS = SPEECH.answer("so it is", "stop", stream=True)


def settings(home: Path, down: str, up: str, more: str = "") -> None:
    folder = home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bandmaster.toml").write_text(
        f'[providers.down]\nkind = "openai"\nbase_url = "{down}/v1"\nmodels = ["m"]\n'
        f'[providers.up]\nkind = "openai"\nbase_url = "{up}/v1"\nmodels = ["m"]\n' + more
    )


async def test_who_failed_in_other_processes_is_not_asked_again(project: Path, home: Path) -> None:
    async with Upstream(TIMES_OUT) as down, Upstream(SPEAKS) as up:
        settings(home, down.url, up.url, '[routing]\npolicy = "order"\n')
        for number in range(4):
            code, out, _ = await run("ask", f"is it so, {number} times?")
            assert (code, out) == (0, "so it is\n")
        assert len(down.requests) == 3
        _, shown, _ = await run("models")
        _, said, _ = await run("models", "--json")
        _, _, told = await run("ask", "is it so?", "--verbose")
    lines = shown.splitlines()
    assert "down/m" in lines[0]
    assert "circuit open until" in lines[0]
    assert lines[0].endswith("after timeout")
    assert "up/m" in lines[1]
    assert "100% of 4 calls answered" in lines[1]
    down_health = next(
        one["health"] for one in json.loads(said)["models"] if one["name"] == "down/m"
    )
    assert (down_health["circuit"], down_health["failure"]) == ("open", "timeout")
    assert "down/m: circuit open until" in told


CHAIN = """
[pools.both]
members = ["down/m", "up/m"]
[chains.talk]
kinds = ["ask", "explain"]
[[chains.talk.links]]
model = "down/m"
[[chains.talk.links]]
model = "pool/both"
on = ["timeout"]
context_tokens = 2000
tools = false
[[chains.talk.links]]
model = "openai/gpt"
[chains.unused]
kinds = ["ask"]
[[chains.unused.links]]
model = "up/m"
"""


async def test_a_chain_with_a_pool_answers_and_the_ledger_names_the_member(
    project: Path, home: Path
) -> None:
    chain = CHAIN.partition("[chains.unused]")[0]
    async with Upstream(TIMES_OUT) as down, Upstream(SPEAKS) as up:
        settings(home, down.url, up.url, chain)
        code, out, _ = await run("ask", "is it so?", "--json")
    outcome = json.loads(out)
    assert (code, outcome["model"]) == (0, "up/m")
    assert outcome["attempts"][0]["model"] == "down/m"
    assert outcome["route"]["policy"] == "chain 'talk'"


def test_chains_are_shown_with_what_rules_their_links_out(
    project: Path, home: Path, capsys: Printed
) -> None:
    address = "http://127.0.0.1:1"
    settings(home, address, address, CHAIN.replace('["ask"]', '["ask", "explain"]'))
    assert main(["chains"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "talk  not used: other chains have its kinds of task",
        "unused  for explain, ask; reorder: never",
        "  1  up/m",
        "  2  builtin",
    ]
    settings(home, address, address, CHAIN.partition("[chains.unused]")[0])
    assert main(["chains"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "talk  for explain, ask; reorder: never",
        "  1  down/m",
        "  2  pool/both  after timeout; 2,000 tokens of context; no tools",
        "  –  openai/gpt  not configured here",
        "  3  builtin",
    ]
    assert main(["chains", "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["chains"]
    assert (shown["name"], shown["kinds"]) == ("talk", ["explain", "ask"])
    assert shown["route"]["links"] == ["down/m", "pool/both", "builtin"]


def test_without_chains_that_is_said(project: Path, capsys: Printed) -> None:
    assert main(["chains"]) == 0
    assert capsys.readouterr().out.startswith("No chain is configured")
