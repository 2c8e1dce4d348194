"""`bandmaster fix`: a diff first, and files only where the person says so."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bandmaster_cli.main import main

Printed = pytest.CaptureFixture[str]
FIXED = "\n\ndef total(items=[]):\n    items.append(1)\n"


def test_without_apply_nothing_is_written_and_it_says_how(project: Path, capsys: Printed) -> None:
    before = (project / "shop.py").read_bytes()
    assert main(["fix", "shop.py"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("--- a/shop.py\n+++ b/shop.py\n")
    assert "-import os\n" in printed.out
    assert "would change shop.py (+0 −1)" in printed.err
    assert "nothing was written; add --apply to write it" in printed.err
    assert (project / "shop.py").read_bytes() == before


def test_the_diff_on_stdout_is_one_that_git_applies(project: Path, capsys: Printed) -> None:
    main(["fix", "."])
    patch = capsys.readouterr().out.encode()
    subprocess.run(["git", "apply", "-"], input=patch, check=True, timeout=60)
    assert (project / "shop.py").read_text() == FIXED


def test_apply_writes_and_lists_the_files(project: Path, capsys: Printed) -> None:
    assert main(["fix", ".", "--apply"]) == 0
    assert "wrote shop.py (+0 −1)" in capsys.readouterr().err
    assert (project / "shop.py").read_text() == FIXED
    assert sorted(path.name for path in project.iterdir()) == ["fine.py", "shop.py"]


def test_json_says_what_was_applied(project: Path, capsys: Printed) -> None:
    assert main(["fix", "shop.py", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["applied"] == []
    assert main(["fix", "shop.py", "--json", "--apply"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["applied"] == ["shop.py"]
    assert document["result"]["files"][0]["after"] == FIXED


def test_nothing_to_fix_is_done(project: Path, capsys: Printed) -> None:
    assert main(["fix", "fine.py", "--apply"]) == 0
    assert capsys.readouterr().out == ""


def test_a_file_that_cannot_be_written_is_told_and_nothing_changes(
    project: Path, capsys: Printed
) -> None:
    (project / "twin.py").hardlink_to(project / "shop.py")
    before = (project / "shop.py").read_bytes()
    assert main(["fix", "shop.py", "--apply"]) == 2
    assert "hard links" in capsys.readouterr().err
    assert (project / "shop.py").read_bytes() == before


def test_tests_need_a_model_and_say_so(project: Path, capsys: Printed) -> None:
    assert main(["test", "shop.py:total"]) == 3
    assert "needs a model" in capsys.readouterr().err
