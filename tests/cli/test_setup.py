"""doctor, models, route, init and policy."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import pytest

import bandmaster
from bandmaster import Settings
from bandmaster_cli.main import main
from bandmaster_cli.template import template
from tests.cli.processes import SPEECH, serving
from tests.cli.processes import bandmaster as run
from tests.fakes.upstream import Answer

Printed = pytest.CaptureFixture[str]
OFFERS = Answer(body=(SPEECH.models("one", "two", "three"),))


def test_the_written_file_sets_nothing_and_shows_every_default() -> None:
    settings = dataclasses.asdict(Settings())
    assert tomllib.loads(template()) == {name: {} for name in settings if name != "providers"}
    setting = re.compile(r"^# (?=\w+ = |\[)", re.MULTILINE)
    shown = tomllib.loads(setting.sub("", template()))
    assert set(shown.pop("providers")) == {"lmstudio", "company"}
    assert len(shown["policy"].pop("rules")) == 1
    settings.pop("providers")
    settings["policy"].pop("rules")
    for name in ("budget", "routing"):  # What has no default is shown in words.
        settings[name] = {key: one for key, one in settings[name].items() if one is not None}
    assert shown == json.loads(json.dumps(settings))


def test_every_example_of_the_written_file_is_right_when_it_is_uncommented() -> None:
    example = re.compile(r"^# +(?=\w+ = |\[)", re.MULTILINE)
    shown = tomllib.loads(example.sub("", template()))
    assert shown["budget"]["project"] == 100.0
    assert shown["catalog"]["company/large"]["prices"] == {"input": 0.5, "output": 2.0}
    assert shown["routing"]["latency"] == 0.1
    assert len(shown["chains"]["changes"]["links"]) == len(shown["pools"]["sol"]["members"]) == 2


def test_init_writes_into_the_workspace_or_for_the_person(
    project: Path, home: Path, capsys: Printed
) -> None:
    assert main(["init"]) == 0
    assert capsys.readouterr().out == f"Wrote {project / 'bandmaster.toml'}\n"
    assert main(["init", "--user"]) == 0
    assert (home / "config" / "bandmaster.toml").read_text() == template()
    assert main(["review"]) == 0


def test_init_never_overwrites(project: Path, capsys: Printed) -> None:
    (project / "bandmaster.toml").write_text("# mine\n")
    assert main(["init"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (project / "bandmaster.toml").read_text() == "# mine\n"


def test_trust_is_given_shown_and_taken_back(project: Path, capsys: Printed) -> None:
    (project / "bandmaster.toml").write_text('[models]\ndefault = "builtin"\n')
    assert main(["policy", "show"]) == 0
    shown = capsys.readouterr().out
    assert "is not trusted." in shown
    assert "names models.default: this is left out until you trust the workspace" in shown
    assert main(["policy", "trust"]) == 0
    assert "names models.default: this counts." in capsys.readouterr().out
    assert bandmaster.is_trusted(project)
    assert main(["policy", "untrust", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trusted"] is False


def test_route_explains_without_asking_anybody(project: Path, capsys: Printed) -> None:
    assert main(["route", "explain", "is it true?", "--kind", "review"]) == 0
    assert capsys.readouterr().out == "review: configured order\n  1  builtin\n"
    assert main(["route", "explain", "is it true?", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["links"] == []


async def test_models_are_listed_in_their_order(project: Path, home: Path) -> None:
    async with serving(home, OFFERS) as upstream:
        code, out, _ = await run("models")
        assert upstream.requests == []
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["1", "fake/one"],
        ["2", "fake/two"],
        ["3", "builtin"],
    ]


def test_the_facts_of_a_model_come_with_who_says_so(
    project: Path, home: Path, capsys: Printed
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "bandmaster.toml").write_text(
        '[providers.far]\nkind = "openai"\nbase_url = "https://models.invalid/v1"\n'
        '[catalog."far/codestral-9"]\nwindow = 5000\nprices = { input = 1, output = 2.5 }\n'
    )
    assert main(["models", "--facts", "far/codestral-9"]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert shown[0] == ["far/codestral-9"]
    assert ["window", "5,000", "tokens", "your", "settings"] in shown
    assert ["price", *"$1.00 in, $1.00 cached, $2.50 out per M your settings".split()] in shown
    assert main(["models", "--facts", "far/codestral-9", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["price"] == {"input": "1", "cached": "1", "output": "2.5"}
    assert (document["abilities"]["fim"], document["unknown"]) == (True, ["size", "tokens"])
    assert main(["models", "--facts", "near/x"]) == 2
    assert "provider 'near' is not known; did you mean 'far'?" in capsys.readouterr().err


async def test_doctor_says_what_works(project: Path, home: Path) -> None:
    async with serving(home, OFFERS):
        code, out, _ = await run("doctor", "--json")
    document = json.loads(out)
    checks = {check["name"]: check for check in document["checks"]}
    assert (code, document["ok"]) == (0, True)
    assert checks["git"]["state"] == checks["ruff"]["state"] == checks["database"]["state"] == "ok"
    assert "3 models offered, with one, two" in checks["fake"]["detail"]
    assert "python" in checks["grammars"]["detail"]
    assert checks["workspace file"]["state"] == "none"


async def test_doctor_ends_with_no_where_a_provider_does_not_answer(
    project: Path, home: Path
) -> None:
    async with serving(home, Answer(status=500, body=(b"{}",))):
        code, out, _ = await run("doctor")
    assert code == 1
    assert "fail fake " in out
    assert out.endswith("1 thing does not work.\n")


def test_doctor_never_shows_a_key(
    project: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "bandmaster.toml").write_text(
        '[providers.far]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'api_key_env = "FAR_KEY"\nmodels = ["m"]\n'
        '[providers.away]\nkind = "openai"\nbase_url = "https://models.invalid/v1"\n'
        'api_key_env = "AWAY_KEY"\nmodels = ["m"]\n'
    )
    monkeypatch.setenv("FAR_KEY", "sk-very-secret")
    assert main(["doctor", "--verbose"]) == 1
    printed = capsys.readouterr()
    words = " ".join(printed.out.split())
    assert "FAR_KEY found" in words
    assert "AWAY_KEY is not set" in words
    assert "very-secret" not in printed.out + printed.err


def test_doctor_goes_on_with_a_broken_configuration(project: Path, capsys: Printed) -> None:
    (project / "bandmaster.toml").write_text("[limits]\nfile_bytes = 0\n")
    assert main(["doctor", "--json"]) == 1
    checks = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["workspace file"]["state"] == "fail"
    assert "file_bytes" in checks["error"]["detail"]


@pytest.mark.usefixtures("project")
def test_doctor_says_that_the_database_is_none(home: Path, capsys: Printed) -> None:
    (home / "state").mkdir(parents=True)
    (home / "state" / "bandmaster.sqlite").write_text("no database")
    assert main(["doctor", "--json"]) == 1
    checks = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["database"]["state"] == "fail"
    assert "file is not a database" in checks["database"]["detail"]


def test_doctor_says_that_a_shared_database_does_not_answer(
    project: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://ann:geheim@127.0.0.1:1/band"
    monkeypatch.setenv("BANDMASTER_DATABASE__URL", url)
    main(["doctor", "--json"])
    checks = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
    shared = checks["shared database"]
    assert shared["state"] == "fail"
    assert "127.0.0.1/band" in shared["detail"]
    assert "geheim" not in shared["detail"]
