"""What was asked before is not asked again, until somebody wants it anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bandmaster_cli.main import main
from tests.cli.processes import SPEECH, bandmaster, serving

FIRST = SPEECH.answer("So it is.\n", "stop", stream=True)
SECOND = SPEECH.answer("Not any more.\n", "stop", stream=True)
ASK = ("ask", "is it?", "--file", "shop.py", "--model", "fake/one")


async def test_the_second_time_nobody_is_asked_and_the_notes_say_so(
    project: Path, home: Path
) -> None:
    async with serving(home, FIRST, SECOND) as upstream:
        await bandmaster(*ASK)
        code, out, err = await bandmaster(*ASK)
        assert (code, out) == (0, "So it is.\n")
        assert "note: from the cache" in err
        _, out, _ = await bandmaster(*ASK, "--json")
        document = json.loads(out)
        assert document["notes"] == ["from the cache"]
        assert document["usage"]["input"] == 0
        assert document["saved"] == {"dollars": "0", "unpriced": 0} | document["saved"]
        assert [one.model for one in upstream.requests if one.model] == ["one"]


async def test_no_cache_asks_anew_and_the_new_answer_is_kept(project: Path, home: Path) -> None:
    async with serving(home, FIRST, SECOND) as upstream:
        await bandmaster(*ASK)
        assert (await bandmaster(*ASK, "--no-cache"))[1] == "Not any more.\n"
        assert (await bandmaster(*ASK))[1] == "Not any more.\n"
        assert len([one for one in upstream.requests if one.model]) == 2


async def test_the_cache_is_shown_and_cleared(project: Path, home: Path) -> None:
    async with serving(home, FIRST) as upstream:
        await bandmaster(*ASK)
        await bandmaster(*ASK)
        _, out, _ = await bandmaster("cache")
        assert out == "1 answer, 0.0 MB of 100.0 MB.\nGiven again 1 time.\n"
        _, out, _ = await bandmaster("cache", "--json")
        shown = json.loads(out)
        assert (shown["answers"], shown["hits"], shown["saved"]) == (1, 1, "0")
        assert (await bandmaster("cache", "clear"))[1] == "Cleared 1 answer.\n"
        await bandmaster(*ASK)
        assert len([one for one in upstream.requests if one.model]) == 2


def test_a_cache_that_is_switched_off_says_so(
    project: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "bandmaster.toml").write_text("[cache]\nenabled = false\n")
    assert main(["policy", "trust"]) == 0
    assert main(["cache"]) == 0
    assert "switched off" in capsys.readouterr().err
