"""The replay: the router over JSON lines, in a small world whose results are known."""

from __future__ import annotations

import json

import pytest

from bandmaster.errors import UsageError
from bandmaster.routing.recorded.replay import Replay, serve_replay
from bandmaster.settings import Learning
from tests.fakes import worlds


def test_after_a_history_the_router_loses_little() -> None:
    replay = Replay()
    worlds.start(replay)
    worlds.tell(replay, worlds.make_rows(100, seed=1))
    rows = worlds.make_rows(200, seed=2)
    assert worlds.play(replay, rows) < worlds.uniform(rows) / 4


def test_without_a_history_it_learns_from_its_own_choices() -> None:
    rows = worlds.make_rows(300, seed=3)
    lost = 0.0
    for seed in range(3):
        replay = Replay()
        worlds.start(replay, seed=seed)
        lost += worlds.play(replay, rows) / 3
    assert lost < worlds.uniform(rows) / 2


def test_the_same_seed_gives_the_same_choices() -> None:
    rows = worlds.make_rows(60, seed=4)

    def lost(seed: int) -> float:
        replay = Replay()
        worlds.start(replay, seed=seed)
        return worlds.play(replay, rows)

    assert lost(1) == lost(1)
    assert len({lost(seed) for seed in range(4)}) > 1


def test_without_exploration_the_best_so_far_is_asked() -> None:
    replay = Replay(Learning(exploration=0.0))
    worlds.start(replay)
    worlds.tell(replay, worlds.make_rows(300, seed=5))
    row = worlds.Row("one", "fix", dict.fromkeys(worlds.MODELS, 1.0))
    assert {worlds.ask(replay, row) for _ in range(20)} == {"strong"}


def test_a_cascade_is_as_good_as_the_best_model_and_much_cheaper() -> None:
    rows = worlds.make_rows(600, seed=7)
    replay = Replay()
    worlds.start(replay, cascade=True)
    worlds.tell(replay, worlds.make_rows(300, seed=6))
    played = worlds.cascade(replay, rows, seed=8)
    best = sum(row.scores["strong"] for row in rows) / len(rows)
    assert played.quality > best - 0.02
    assert played.cost < 0.5 * worlds.MODELS["strong"].cost


def test_verdicts_of_a_cascade_do_not_make_the_last_resort_look_worse() -> None:
    rows = worlds.make_rows(600, seed=9)
    replay = Replay()
    worlds.start(replay, cascade=True)
    worlds.tell(replay, worlds.make_rows(200, seed=10))
    worlds.cascade(replay, rows[:500], seed=11)
    late = worlds.cascade(replay, rows[500:], seed=12)
    best = sum(row.scores["strong"] for row in rows[500:]) / 100
    assert late.quality > best - 0.04


def test_a_line_goes_out_for_every_query_and_for_nothing_else() -> None:
    query = {"type": "query", "id": "q", "task_type": "fix", "text": "", "models": ["a", "b"]}
    feedback = {"type": "feedback", "id": "q", "model": "a", "score": 1, "cost": None}
    lines = [{"type": "start", "models": ["a", "b"]}, query, feedback, query]
    out: list[str] = []
    serve_replay([json.dumps(line) for line in lines] + ["\n"], out.append)
    assert [sorted(json.loads(line)) for line in out] == [["model"], ["model"]]
    assert all(line.endswith("\n") for line in out)


@pytest.mark.parametrize("line", ["not JSON", "[1]", '{"type": "stop"}', '{"type": "query"}'])
def test_a_line_that_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(UsageError, match="line 2"):
        serve_replay(['{"type": "start", "models": []}', line], print)


def test_feedback_on_a_query_that_was_never_asked_is_refused() -> None:
    replay = Replay()
    worlds.start(replay)
    with pytest.raises(UsageError, match="'x'"):
        replay.hear({"type": "feedback", "id": "x", "model": "small", "score": 1})


QUERY = '{"type": "query", "id": "q", "models": ["a", "b"]}'


@pytest.mark.parametrize(
    "line",
    [
        '{"type": "feedback", "id": "q", "model": "a", "score": 1, "cost": NaN}',
        '{"type": "feedback", "id": "q", "model": "a", "score": 1, "cost": 1e999}',
        '{"type": "feedback", "id": "q", "model": "a", "score": 1, "cost": -1}',
        '{"type": "feedback", "id": "q", "model": "a", "score": 1%s}' % ("0" * 400),
        '{"type": "feedback", "id": "q", "model": "a", "score": "good"}',
        '{"type": "feedback", "id": "q", "model": "a"}',
        '{"type": "feedback", "id": "q", "model": "z", "score": 1}',
        '{"type": "history", "id": "h", "model": "a", "score": null}',
        '{"type": "query", "id": "q", "models": "ab"}',
        '{"type": "query", "id": "q", "models": [1, null]}',
        '{"type": "query", "id": "q", "models": ["a"], "tried": [1]}',
        '{"type": "query", "id": "q", "text": 5}',
        '{"type": "start", "lambda": NaN}',
        '{"type": "start", "models": "ab"}',
        "[" * 100_000,
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_named(line: str) -> None:
    out: list[str] = []
    with pytest.raises(UsageError, match="line 3: "):
        serve_replay(['{"type": "start", "models": ["a", "b"]}', QUERY, line], out.append)
    assert len(out) == 1


def test_a_query_that_no_model_could_answer_is_refused() -> None:
    with pytest.raises(UsageError, match="line 2: there are no models"):
        serve_replay(['{"type": "start"}', '{"type": "query", "id": "q"}'], print)


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u2028", ""])
def test_any_text_is_answered_and_a_byte_order_mark_is_passed_over(text: str) -> None:
    out: list[str] = []
    query = {"type": "query", "id": "q", "text": text, "models": ["a", "b"]}
    serve_replay(['\ufeff{"type": "start"}\r\n', json.dumps(query)], out.append)
    assert len(out) == 1
