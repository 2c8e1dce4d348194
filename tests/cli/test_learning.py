"""Rating answers, and comparing two models, by processes with a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import SPEECH, bandmaster, serving

GOOD = SPEECH.answer("Yes.\n", "stop", stream=True)


async def test_the_last_answer_is_rated_and_the_rating_is_shown(project: Path, home: Path) -> None:
    async with serving(home, GOOD):
        asked = await bandmaster("ask", "does it?", "--json", "--model", "fake/one")
        rated = await bandmaster("feedback", "last", "good", "--json")
    assert (asked[0], rated[0]) == (0, 0), asked[2]
    assert json.loads(rated[1]) == {"task": "last", "model": "fake/one", "rating": 1.0}


async def test_an_answer_is_rated_by_the_id_in_its_outcome(project: Path, home: Path) -> None:
    async with serving(home, GOOD):
        _, out, _ = await bandmaster("ask", "does it?", "--json", "--model", "fake/two")
        task = json.loads(out)["task"]["id"]
        code, said, _ = await bandmaster("feedback", task, "0.25")
    assert (code, said) == (0, f"fake/two: 0.25 for task {task} is remembered.\n")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("last", "good"), "'last'"),
        (("nothing", "bad"), "'nothing'"),
        (("last", "fine"), "good, bad or a number"),
        (("last", "7"), "from 0 (bad) to 1 (good)"),
    ],
)
async def test_what_cannot_be_rated_is_named(
    project: Path, argv: tuple[str, str], said: str
) -> None:
    code, out, err = await bandmaster("feedback", *argv)
    assert (code, out) == (2, "")
    assert said in err


async def test_what_was_learned_is_shown_and_can_be_forgotten(project: Path, home: Path) -> None:
    async with serving(home, GOOD):
        await bandmaster("ask", "does it?", "--model", "fake/one")
        await bandmaster("feedback", "last", "bad")
        _, shown, _ = await bandmaster("models", "--learned")
        _, out, _ = await bandmaster("models", "--learned", "--json")
        await bandmaster("models", "--forget", "fake/one")
        _, empty, _ = await bandmaster("models", "--learned", "--json")
    (learned,) = json.loads(out)["learned"]
    assert (learned["model"], learned["kind"], learned["answers"]) == ("fake/one", "ask", 1)
    assert learned["seen"] == {"answered": 1, "rated": 1}
    assert learned["quality"] < learned["prior"]
    assert "fake/one ask" in shown
    assert json.loads(empty) == {"learned": []}


async def test_a_trial_is_started_reported_and_ended(project: Path, home: Path) -> None:
    async with serving(home, GOOD):
        begun = await bandmaster(
            "trial", "start", "small", "fake/one", "fake/two", "--kind", "ask", "--share", "1"
        )
        reported = await bandmaster("trial", "report", "--json")
        ended = await bandmaster("trial", "end", "small")
        none = await bandmaster("trial", "report")
    assert begun[0] == 0, begun[2]
    (report,) = json.loads(reported[1])
    assert (report["name"], report["kind"], report["standing"]) == ("small", "ask", "running")
    assert [arm["model"] for arm in report["arms"]] == ["fake/one", "fake/two"]
    assert ended[0] == 0
    assert none[1] == "No trial is running.\n"


async def test_a_trial_of_one_model_is_refused(project: Path, home: Path) -> None:
    async with serving(home):
        code, _, err = await bandmaster("trial", "start", "x", "fake/one", "--kind", "ask")
    assert code == 2
    assert "two models" in err
