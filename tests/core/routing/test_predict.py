"""Predict: learning one recorded suite and answering another, through the product's own parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bandmaster.errors import Unreadable, UsageError
from bandmaster.routing.recorded.predict import MAIN, predict, predict_files
from bandmaster.routing.recorded.suites import Query, read_suite


def line(number: int, kind: str, scores: dict[str, float]) -> str:
    costs = {"dear": 1.0, "cheap": 0.01}
    cells = {name: {"score": score, "cost": costs[name]} for name, score in scores.items()}
    return json.dumps({"id": f"{kind}{number}", "task_type": kind, "text": "x", "models": cells})


def suite(path: Path, count: int) -> Path:
    """Hard tasks only the dear model solves; easy ones both."""
    lines = [line(n, "hard", {"dear": 1.0, "cheap": 0.0}) for n in range(count)]
    lines += [line(n, "easy", {"dear": 1.0, "cheap": 1.0}) for n in range(count)]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def learned(tmp_path: Path) -> tuple[Query, ...]:
    return read_suite(suite(tmp_path / "train.jsonl", 40))


def test_each_kind_of_task_gets_the_model_that_is_worth_its_money(
    learned: tuple[Query, ...],
) -> None:
    main = {one.id: one.model for one in predict(learned, learned) if one.point == MAIN}
    assert main["hard3"] == "dear"
    assert main["easy3"] == "cheap"


def test_the_sweep_goes_from_the_best_model_to_the_cheapest(learned: tuple[Query, ...]) -> None:
    points: dict[str, list[str]] = {}
    for one in predict(learned, learned):
        points.setdefault(one.point, []).append(one.model)
    ends = [points[name] for name in points if name != MAIN]
    assert ends[0].count("dear") >= 40
    assert set(ends[-1]) == {"cheap"}
    assert {len(chosen) for chosen in points.values()} == {len(learned)}


def test_what_a_model_made_of_a_query_is_not_looked_at(tmp_path: Path) -> None:
    train = read_suite(suite(tmp_path / "train.jsonl", 40))
    turned = tmp_path / "turned.jsonl"
    turned.write_text(line(1, "hard", {"dear": 0.0, "cheap": 1.0}))
    asked = read_suite(suite(tmp_path / "asked.jsonl", 2))[1:2]
    assert [one.model for one in predict(train, read_suite(turned))] == [
        one.model for one in predict(train, asked)
    ]


def test_files_are_learned_and_answered(tmp_path: Path) -> None:
    train, asked = suite(tmp_path / "train.jsonl", 20), suite(tmp_path / "asked.jsonl", 3)
    assert {one.id for one in predict_files(train, asked)} == {
        *("hard0", "hard1", "hard2"),
        *("easy0", "easy1", "easy2"),
    }


def test_a_line_that_is_no_query_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(line(1, "hard", {"dear": 1.0, "cheap": 0.0}) + '\n{"id": "x"}\n')
    with pytest.raises(UsageError, match=r"broken\.jsonl:2: "):
        read_suite(path)


def test_a_score_that_is_no_number_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"id": "x", "models": {"m": {"score": null}}}')
    with pytest.raises(UsageError, match="None is no number"):
        read_suite(path)


def test_only_a_newline_ends_a_line_and_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "marked.jsonl"
    path.write_text('\ufeff{"id": "x\u2028y", "models": {"m": {"score": 1}}}\r\n', encoding="utf-8")
    assert [query.id for query in read_suite(path)] == ["x\u2028y"]


def test_a_number_beyond_all_numbers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    path.write_text('{"id": "x", "models": {"m": {"score": 1%s}}}' % ("0" * 400))
    with pytest.raises(UsageError, match=r"huge\.jsonl:1: "):
        read_suite(path)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read_suite(tmp_path / "nothing.jsonl")


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(UsageError, match="nothing to learn"):
        list(predict((), ()))
