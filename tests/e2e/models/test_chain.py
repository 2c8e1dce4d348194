"""A chain of models behind the simulator: one fails in each way there is, the next one answers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import bandmaster
from bandmaster import Answer, Failed, Failure, Finished, Kind, Preferences, Restarted, Task
from tests.e2e.models.simulator import Simulator
from tests.fakes.upstream import Answer as ServerAnswer
from tests.fakes.upstream import Upstream

pytestmark = pytest.mark.e2e
QUESTION = "What is the capital city of Norway?"
TEXT = "Oslo is the capital city of Norway, and about 700,000 people live there."
PAGE = b"<!DOCTYPE html><html><body><h1>Welcome to our portal</h1></body></html>"
KINDS = {"openai": "/v1", "anthropic": "", "ollama": ""}
FAULTS = {
    "refuses-401": Failure.AUTHENTICATION,
    "busy-429": Failure.RATE_LIMIT,
    "fails-500": Failure.OVERLOAD,
    "malformed": Failure.MALFORMED,
    "drops": Failure.CONNECTION,
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@dataclass(frozen=True)
class House:
    """A project and a person's own folders."""

    project: Path
    home: Path

    def configure(self, *providers: tuple[str, str, str, str]) -> None:
        """Name, kind, address and model of each provider, in the order in which they are tried."""
        file = self.home / "config" / "bandmaster.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            "".join(
                f'[providers.{name}]\nkind = "{kind}"\nbase_url = "{url}{KINDS[kind]}"\n'
                f'api_key_env = "SIMULATOR_KEY"\nmodels = ["{model}"]\n'
                for name, kind, url, model in providers
            )
        )

    async def bandmaster(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command line; its exit code, output and notes."""
        variables = {
            name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bandmaster_cli",
            *arguments,
            cwd=self.project,
            env=variables | {"BANDMASTER_HOME": str(self.home), "SIMULATOR_KEY": "sk-simulated"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(60):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    house = House(tmp_path / "project", tmp_path / "home")
    house.project.mkdir()
    (house.project / "norway.py").write_text('CAPITAL = "Oslo"\n')
    monkeypatch.setenv("BANDMASTER_HOME", str(house.home))
    monkeypatch.setenv("SIMULATOR_KEY", "sk-simulated")
    for name in [one for one in os.environ if one.endswith("_API_KEY") or one == "OLLAMA_HOST"]:
        monkeypatch.delenv(name)
    return house


@each_kind
@pytest.mark.parametrize("model", FAULTS)
async def test_where_one_model_fails_the_next_one_answers_and_the_outcome_tells(
    model: str, kind: str, house: House, simulator: Simulator
) -> None:
    house.configure(("bad", kind, simulator.url, model), ("good", kind, simulator.url, "answers"))
    code, out, err = await house.bandmaster("ask", "--json", QUESTION)
    assert code == 0, err
    check(json.loads(out), f"bad/{model}", FAULTS[model])
    asked = simulator.asked()
    assert asked[-1] == "answers"
    assert set(asked[:-1]) == {model}
    assert len(asked) <= 3


@each_kind
async def test_a_page_with_status_200_is_no_answer(
    kind: str, house: House, simulator: Simulator
) -> None:
    async with Upstream(ServerAnswer(200, (PAGE,), "text/html")) as portal:
        house.configure(("bad", kind, portal.url, "any"), ("good", kind, simulator.url, "answers"))
        code, out, err = await house.bandmaster("ask", "--json", QUESTION)
    assert code == 0, err
    check(json.loads(out), "bad/any", Failure.MALFORMED)


def check(outcome: Any, bad: str, failure: Failure) -> None:
    assert outcome["result"]["text"].strip() == TEXT
    assert outcome["model"] == "good/answers"
    first, second = outcome["attempts"]
    assert (first["model"], first["failure"]) == (bad, failure.value)
    assert (second["model"], second["failure"]) == ("good/answers", None)
    assert first["message"]
    assert "\n" not in first["message"]


async def test_the_person_reads_one_line_for_each_failure(
    house: House, simulator: Simulator
) -> None:
    house.configure(
        ("first", "openai", simulator.url, "refuses-401"),
        ("second", "anthropic", simulator.url, "malformed"),
        ("third", "ollama", simulator.url, "answers"),
    )
    code, out, err = await house.bandmaster("ask", QUESTION)
    assert (code, out.strip()) == (0, TEXT)
    assert "sk-simulated" not in out + err
    assert "Traceback" not in err
    for said in ("look at SIMULATOR_KEY", "second/malformed failed (the server sent "):
        assert sum(said in line for line in err.splitlines()) == 1


async def test_when_all_models_fail_the_error_tells_each_and_ends_with_3(
    house: House, simulator: Simulator
) -> None:
    house.configure(
        ("first", "openai", simulator.url, "refuses-401"),
        ("second", "anthropic", simulator.url, "busy-429"),
    )
    code, out, err = await house.bandmaster("ask", QUESTION)
    assert (code, out) == (3, "")
    assert "look at SIMULATOR_KEY" in err
    assert "Too many requests" in err
    assert "Traceback" not in err


@each_kind
async def test_a_stream_that_is_cut_begins_anew_with_the_next_model(
    kind: str, house: House, simulator: Simulator
) -> None:
    house.configure(("bad", kind, simulator.url, "cuts"), ("good", kind, simulator.url, "answers"))
    events = [event async for event in stream(house)]
    last = events[-1]
    assert isinstance(last, Finished)
    assert isinstance(last.outcome.result, Answer)
    assert last.outcome.result.text.strip() == TEXT
    bad, good = last.outcome.attempts
    assert bad.failure in {Failure.CONNECTION, Failure.TRUNCATED}
    assert good.failure is None
    assert [type(one) for one in events if isinstance(one, Failed | Restarted)]
    # Where the cut comes before the first word, the lost connection is tried once more.
    assert simulator.asked() in (["cuts", "answers"], ["cuts", "cuts", "answers"])


async def stream(house: House) -> AsyncIterator[bandmaster.Event]:
    task = Task(kind=Kind.ASK, instruction=QUESTION, preferences=Preferences(stream=True))
    async with bandmaster.open(house.project) as engine:
        async for event in engine.run(task):
            yield event
