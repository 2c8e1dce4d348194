"""`bandmaster review`, through the real engine on a small project."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from bandmaster_cli.main import main
from tests.cli.test_sarif import SCHEMA

Printed = pytest.CaptureFixture[str]


def rules(printed: str) -> list[str]:
    return sorted(one["rule"] for one in json.loads(printed)["result"]["findings"])


def test_a_review_ends_with_done_and_prints_only_the_answer(project: Path, capsys: Printed) -> None:
    assert main(["review"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("Reviewed 2 files of project in ")
    assert "shop.py  1 medium, 1 low\n" in printed.out
    assert printed.err == ""


def test_json_is_one_document_and_nothing_else(project: Path, capsys: Printed) -> None:
    assert main(["review", "shop.py", "--json"]) == 0
    printed = capsys.readouterr().out
    assert rules(printed) == ["B006", "F401"]
    assert json.loads(printed)["task"]["focus"] == [
        {"path": "shop.py", "span": None, "symbol": None}
    ]


def test_sarif_of_a_real_review_is_valid(project: Path, capsys: Printed) -> None:
    assert main(["review", "--format", "sarif"]) == 0
    document = json.loads(capsys.readouterr().out)
    Draft4Validator(json.loads(SCHEMA.read_text())).validate(document)
    assert len(document["runs"][0]["results"]) == 2


@pytest.mark.parametrize(
    ("lowest", "code"), [("low", 1), ("medium", 1), ("high", 0), ("critical", 0), ("never", 0)]
)
def test_findings_at_or_above_the_limit_end_with_no(
    project: Path, lowest: str, code: int, capsys: Printed
) -> None:
    assert main(["review", "--fail-on", lowest]) == code


def test_the_limit_may_stand_in_the_settings(project: Path, capsys: Printed) -> None:
    (project / "bandmaster.toml").write_text('[review]\nfail_on = "medium"\n')
    assert main(["review"]) == 1
    assert main(["review", "--fail-on", "never"]) == 0


def test_a_hidden_finding_counts_for_the_limit(project: Path, capsys: Printed) -> None:
    (project / "bandmaster.toml").write_text("[review]\nshow = 1\n")
    assert main(["review", "--fail-on", "low"]) == 1
    assert "1 of 2 findings are shown" in capsys.readouterr().out
    assert main(["review", "--all"]) == 0
    assert "are shown" not in capsys.readouterr().out


def test_rules_and_files_can_be_left_out(project: Path, capsys: Printed) -> None:
    assert main(["review", "--json", "--ignore", "unused-import"]) == 0
    assert rules(capsys.readouterr().out) == ["B006"]
    assert main(["review", "--json", "--exclude", "shop*"]) == 0
    assert rules(capsys.readouterr().out) == []


def test_output_goes_to_a_file_that_is_written_whole(project: Path, capsys: Printed) -> None:
    target = project / "report.sarif"
    target.write_text("old")
    target.chmod(0o640)
    assert main(["review", "--format", "sarif", "--output", str(target)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "report.sarif" in printed.err
    assert json.loads(target.read_text())["version"] == "2.1.0"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in project.iterdir()) == ["fine.py", "report.sarif", "shop.py"]


def test_text_in_a_file_has_no_colour(project: Path, capsys: Printed) -> None:
    assert main(["--color", "always", "review", "--output", "report.txt"]) == 0
    assert "\x1b" not in (project / "report.txt").read_text()


def test_an_output_that_cannot_be_written_is_wrong_usage(project: Path, capsys: Printed) -> None:
    assert main(["review", "--output", "no/such/folder.txt"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_path_that_is_not_there_is_wrong_usage(project: Path, capsys: Printed) -> None:
    assert main(["review", "gone.py:3"]) == 2
    assert capsys.readouterr().err == (
        "bandmaster: 'gone.py' cannot be read: no such file or folder\n"
    )


def test_an_unknown_model_is_met_with_the_nearest(project: Path, capsys: Printed) -> None:
    assert main(["review", "--model", "bultin"]) == 2
    assert "did you mean 'builtin'?" in capsys.readouterr().err


def test_paths_are_shown_from_where_the_person_is(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    subprocess.run(["git", "init", "-q"], check=True, timeout=60)
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    assert main(["review", ".."]) == 0
    assert "\n../shop.py  " in capsys.readouterr().out


def test_a_project_elsewhere_is_found_by_its_path(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert main(["review", str(project)]) == 0
    assert "Reviewed 2 files of project" in capsys.readouterr().out
    assert main(["review", "--workspace", str(project)]) == 0
    assert "Reviewed 2 files of project" in capsys.readouterr().out


def test_the_command_that_is_offered_works(project: Path, capsys: Printed) -> None:
    assert main(["review", "shop.py", "fine.py"]) == 0
    assert "\n1 can be fixed safely: bandmaster fix shop.py fine.py\n" in capsys.readouterr().out
    assert main(["fix", "shop.py", "fine.py"]) == 0


def test_odd_files_are_named_and_skipped(project: Path, capsys: Printed) -> None:
    (project / "binary.py").write_bytes(b"\0\1")
    (project / "latin.py").write_bytes(b"x = '\xff'\n")
    assert main(["review", "--all"]) == 0
    out = capsys.readouterr().out
    assert "2 files not examined:\n  binary.py  binary file\n  latin.py  not UTF-8 text\n" in out
