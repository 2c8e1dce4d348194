"""bandmaster route: predictions from files, policies, and past tasks judged again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bandmaster_cli.main import main

Printed = pytest.CaptureFixture[str]


def line(number: int, scores: dict[str, float]) -> str:
    cells = {name: {"score": score, "cost": 0.1, "latency": None} for name, score in scores.items()}
    return json.dumps({"id": str(number), "task_type": "math", "text": "1+1?", "models": cells})


def suite(path: Path) -> Path:
    path.write_text("\n".join(line(n, {"right": 1.0, "wrong": 0.0}) for n in range(20)) + "\n")
    return path


def test_a_suite_is_learned_and_another_answered_at_every_point(tmp_path: Path) -> None:
    train, out = suite(tmp_path / "train.jsonl"), tmp_path / "out.jsonl"
    files = ["--train", str(train), "--suite", str(train), "--out", str(out)]
    assert main(["route", "predict", *files]) == 0
    lines = [json.loads(one) for one in out.read_text().splitlines()]
    main_point = {one["id"]: one["model"] for one in lines if one["point"] == "main"}
    assert main_point == {str(n): "right" for n in range(20)}
    points = {one["point"] for one in lines}
    assert len(points) > 20
    assert len(lines) == 20 * len(points)


def test_a_prediction_without_files_says_what_it_wants(capsys: Printed) -> None:
    assert main(["route", "predict"]) == 2
    assert "--train, --suite and --out" in capsys.readouterr().err


def test_a_line_that_is_no_query_is_named(tmp_path: Path, capsys: Printed) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "x"}\n')
    files = ["--train", str(broken), "--suite", str(broken), "--out", str(tmp_path / "out")]
    assert main(["route", "predict", *files]) == 2
    assert "broken.jsonl:1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("project")
def test_a_policy_that_is_none_is_named_with_those_there_are(capsys: Printed) -> None:
    assert main(["route", "explain", "is it true?", "--policy", "zzz"]) == 2
    assert "balanced, cost, local" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_the_profile_says_where_each_field_came_from(capsys: Printed) -> None:
    assert main(["route", "explain", "it crashes", "--json"]) == 1
    profile = json.loads(capsys.readouterr().out)["profile"]
    assert profile["kind"] == {"value": "fix", "because": "the words 'crashes'"}


def test_the_profile_knows_the_file_that_is_asked_about(project: Path, capsys: Printed) -> None:
    for number in range(10):
        (project / f"user{number}.py").write_text("import shop\n")
    assert main(["route", "explain", "why?", "--file", "shop.py", "--json"]) == 1
    profile = json.loads(capsys.readouterr().out)["profile"]
    assert profile["domain"] == {"value": "python", "because": "the language of the focus"}
    assert profile["context"] == {"value": "neighbours", "because": "10 files that use it"}
    assert main(["route", "explain", "why?", "--file", "shop.py", "--verbose"]) == 1
    assert "context: neighbours (10 files that use it)" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_without_past_tasks_there_is_nothing_to_judge_again(capsys: Printed) -> None:
    assert main(["route", "whatif", "--policy", "cost"]) == 0
    assert "No model did a task in the last 7 days." in capsys.readouterr().out
    assert main(["route", "whatif"]) == 2


@pytest.mark.usefixtures("project")
def test_with_a_check_the_cascade_is_told(home: Path, capsys: Printed) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "bandmaster.toml").write_text(
        '[providers.x]\nkind = "openai"\nbase_url = "http://models.invalid/v1"\n'
        'models = ["cheap", "dear"]\n[routing]\npolicy = "balanced"\n'
        '[catalog."x/cheap"]\nstrengths = { ask = 0.85 }\nprices = { input = 1, output = 1 }\n'
        '[catalog."x/dear"]\nstrengths = { ask = 0.9 }\nprices = { input = 60, output = 60 }\n'
    )
    assert main(["route", "explain", "why?", "--check"]) == 0
    assert "Checked: x/cheap, and if that is rejected x/dear." in capsys.readouterr().out
    assert main(["route", "explain", "why?", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cascade"] == ["x/cheap", "x/dear"]


def test_what_nobody_knows_the_price_of_is_not_said_to_cost_anything(
    project: Path, home: Path, capsys: Printed
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "bandmaster.toml").write_text(
        '[providers.away]\nkind = "openai"\nbase_url = "https://models.example.org/v1"\n'
        'models = ["mystery", "gpt-5-mini"]\n'
    )
    assert main(["route", "explain", "why?"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "away/mystery" in line]
    assert "no known price" in lines[0]
    assert "$" not in lines[0]
    assert main(["route", "explain", "why?", "--json"]) == 0
    found = {one["model"]: one for one in json.loads(capsys.readouterr().out)["candidates"]}
    assert found["away/mystery"]["expected"]["dollars"] is None
