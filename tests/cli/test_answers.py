"""Questions to a model, by processes with a server: what is printed, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bandmaster_cli.main import main
from tests.cli.processes import SPEECH, bandmaster, serving
from tests.fakes.upstream import Answer, End

GOOD = SPEECH.answer("# Yes\n\nIt *does*.\n", "stop", stream=True)
CUT = SPEECH.streams(SPEECH.says("Half an ans"), end=End.CUT)
NO_KEY = Answer(status=401, body=(SPEECH.error("invalid_api_key", "no"),))


async def test_a_pipe_gets_the_markdown_as_it_is_and_the_envelope_on_stderr(
    project: Path, home: Path
) -> None:
    async with serving(home, GOOD):
        code, out, err = await bandmaster("ask", "does it?", "--file", "shop.py")
    assert (code, out) == (0, "# Yes\n\nIt *does*.\n")
    envelope = err.splitlines()[-1]
    assert envelope.startswith("fake/one · balanced · 11 (4 cached) + 7 tokens · no cost")


async def test_a_pipe_never_gets_text_that_was_taken_back(project: Path, home: Path) -> None:
    async with serving(home, CUT, GOOD):
        code, out, err = await bandmaster("ask", "does it?")
    assert (code, out) == (0, "# Yes\n\nIt *does*.\n")
    told = [line for line in err.splitlines() if "failed" in line]
    assert len(told) == 1
    assert told[0].startswith("fake/one failed (")
    assert told[0].endswith("asking fake/two")


async def test_a_fallback_is_told_in_one_line_and_quiet_tells_nothing(
    project: Path, home: Path
) -> None:
    async with serving(home, NO_KEY, GOOD):
        _, _, err = await bandmaster("explain", "shop.py:4")
    assert sum("fake/one failed" in line for line in err.splitlines()) == 1
    async with serving(home, NO_KEY, GOOD):
        assert await bandmaster("--quiet", "ask", "x") == (0, "# Yes\n\nIt *does*.\n", "")


async def test_who_answers_instead_of_the_one_asked_for_is_told(project: Path, home: Path) -> None:
    async with serving(home, NO_KEY, GOOD):
        _, _, err = await bandmaster("ask", "x", "--model", "fake/two")
    assert err.splitlines()[-1].startswith("fake/one · instead of fake/two · ")


async def test_json_is_the_whole_outcome(project: Path, home: Path) -> None:
    async with serving(home, NO_KEY, GOOD):
        code, out, _ = await bandmaster("ask", "a", "shop", "--json", "--file", "shop.py:total")
    document = json.loads(out)
    assert code == 0
    assert document["model"] == "fake/two"
    assert document["task"]["instruction"] == "a shop"
    assert document["task"]["focus"][0]["symbol"] == "total"
    assert [one["failure"] for one in document["attempts"]] == ["authentication", None]
    assert document["result"]["type"] == "answer"
    assert document["result"]["text"].strip() == "# Yes\n\nIt *does*."


async def test_no_model_that_answers_is_exit_3_with_what_was_tried(
    project: Path, home: Path
) -> None:
    async with serving(home, NO_KEY):
        code, out, err = await bandmaster("ask", "x")
    assert (code, out) == (3, "")
    assert "fake/one" in err
    assert "fake/two" in err
    assert "Traceback" not in err


async def test_no_model_at_all_is_exit_3_with_what_to_do(project: Path) -> None:
    code, out, err = await bandmaster("ask", "x")
    assert (code, out) == (3, "")
    assert "OPENAI_API_KEY" in err


async def test_local_only_and_the_model_reach_the_task(project: Path, home: Path) -> None:
    async with serving(home, GOOD):
        argv = ("ask", "x", "--model", "fake/two", "--local-only", "--json")
        code, out, _ = await bandmaster(*argv)
    document = json.loads(out)
    assert (code, document["model"]) == (0, "fake/two")
    assert document["task"]["constraints"]["local_only"] is True


async def test_a_request_as_json_is_answered_with_an_outcome(project: Path, home: Path) -> None:
    request = project / "request.json"
    request.write_text(json.dumps({"kind": "ask", "instruction": "x"}))
    async with serving(home, GOOD):
        code, out, _ = await bandmaster("run", str(request))
    document = json.loads(out)
    assert (code, document["task"]["instruction"]) == (0, "x")
    assert document["result"]["type"] == "answer"


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is not JSON"), ('{"kind": "sing"}', "kind: "), ("[1]", "the request")]
)
async def test_a_request_that_cannot_be_read_says_why(project: Path, text: str, said: str) -> None:
    (project / "request.json").write_text(text)
    code, out, err = await bandmaster("run", str(project / "request.json"))
    assert (code, out) == (2, "")
    assert said in err


async def test_what_it_may_cost_and_how_models_are_weighed_reach_the_task(
    project: Path, home: Path
) -> None:
    async with serving(home, GOOD):
        argv = ("ask", "x", "--max-dollars", "0.50", "--policy", "cost", "--no-cache", "--json")
        code, out, _ = await bandmaster(*argv)
    document = json.loads(out)
    assert code == 0
    assert document["task"]["constraints"]["dollars"] == "0.50"
    assert document["task"]["preferences"]["policy"] == "cost"
    assert document["route"]["policy"] == "cost"


@pytest.mark.parametrize("amount", ["-1", "much", "nan", "inf"])
def test_what_is_no_amount_is_wrong_usage(amount: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "x", f"--max-dollars={amount}"]) == 2
    assert f"'{amount}' is no amount of dollars, such as 0.50" in capsys.readouterr().err


async def test_what_a_call_will_take_is_told_once_it_is_known(project: Path, home: Path) -> None:
    async with serving(home, GOOD):
        told = [await bandmaster("ask", "x", "--verbose", "--no-cache") for _ in range(4)]
    assert [code for code, _, _ in told] == [0] * 4
    foretold = ["asking fake/one, about a second" in err for _, _, err in told]
    assert foretold == [False, False, False, True]
