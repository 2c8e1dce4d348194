"""A door works with the shared database as with the person's own file."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.store import Database
from tests.cli.processes import SPEECH, bandmaster, serving

pytestmark = pytest.mark.e2e


@pytest.fixture
def project(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person whose variables name the shared database, in a project."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "norway.py").write_text('CAPITAL = "Oslo"\n')
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "XAI_API_KEY", "MISTRAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BANDMASTER_DATABASE__URL", url)
    monkeypatch.setenv("BANDMASTER_BUDGET__DAY", "1.00")
    monkeypatch.chdir(root)
    return root


async def test_tasks_are_done_rated_and_summed(project: Path, tmp_path: Path, url: str) -> None:
    reply = SPEECH.answer("Oslo.", "stop", stream=True)
    async with serving(tmp_path / "home", reply, reply):
        code, out, err = await bandmaster("ask", "the capital?", "--file", "norway.py", "--json")
        assert (code, "error" in err) == (0, False), err
        task = json.loads(out)["task"]["id"]
        code, out, err = await bandmaster("ask", "and now?", "--file", "norway.py")
    assert (code, out, "error" in err) == (0, "Oslo.\n", False), err
    assert (await bandmaster("feedback", task, "good"))[0] == 0
    code, out, err = await bandmaster("stats", "--json")
    assert [row["calls"] for row in json.loads(out)["rows"]] == [2]
    with closing(Database(tmp_path / "none", url)) as database:
        assert len(database.read("SELECT person FROM usage WHERE person <> ''", ())) == 2
    with closing(Database(tmp_path / "home" / "state" / "bandmaster.sqlite")) as own:
        assert own.read("SELECT COUNT(*) FROM usage", ()) == [(0,)]
