"""A small world of tasks and models whose results are known, to judge routers in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from bandmaster.routing.recorded.replay import Replay

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Skill:
    """How often a model succeeds on each kind of task, and what a try costs."""

    cost: float
    chance: Mapping[str, float]


MODELS = {
    "small": Skill(0.05, {"fix": 0.75, "ask": 0.55}),
    "middle": Skill(0.5, {"fix": 0.78, "ask": 0.8}),
    "odd": Skill(0.6, {"fix": 0.3, "ask": 0.5}),
    "strong": Skill(2.0, {"fix": 0.95, "ask": 0.9}),
}


@dataclass(frozen=True)
class Row:
    """One task with the result of every model."""

    id: str
    kind: str
    scores: Mapping[str, float]


def make_rows(count: int, *, seed: int, alike: float = 0.7) -> list[Row]:
    """Tasks whose hidden difficulty decides the share `alike` of every result."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        kind = chance.choice(("fix", "ask"))
        ease = chance.gauss(0, alike**0.5)
        scores = {
            name: float(
                ease + chance.gauss(0, (1 - alike) ** 0.5) < _NORMAL.inv_cdf(one.chance[kind])
            )
            for name, one in MODELS.items()
        }
        rows.append(Row(f"{seed}-{number}", kind, scores))
    return rows


def start(replay: Replay, *, cascade: bool = False, seed: int = 0) -> None:
    """Tell a replay of the world: a task solved is worth 20 dollars."""
    replay.hear(
        {
            "type": "start",
            "seed": seed,
            "models": sorted(MODELS),
            "lambda": 0.1,
            "cost_ref": 2.0,
            "cascade": cascade,
            "depth": 3,
        }
    )


def tell(replay: Replay, rows: Sequence[Row]) -> None:
    """Send the results of all models as history."""
    for row in rows:
        for model in MODELS:
            replay.hear({"type": "history", **_result(row, model)})


def ask(replay: Replay, row: Row, tried: Sequence[Mapping[str, object]] = ()) -> str | None:
    """The model that the router wants for a task."""
    query = {"type": "query", "id": row.id, "task_type": row.kind, "text": ""}
    answer = replay.hear({**query, "models": sorted(MODELS), "tried": list(tried)})
    assert answer is not None
    model = answer["model"]
    assert model is None or isinstance(model, str)
    return model


def play(replay: Replay, rows: Sequence[Row]) -> float:
    """Let the router choose for every row and learn of it; what it lost to `strong`, each."""
    lost = 0.0
    for row in rows:
        model = ask(replay, row)
        assert model is not None
        replay.hear({"type": "feedback", **_result(row, model)})
        lost += _value(row, "strong") - _value(row, model)
    return lost / len(rows)


def uniform(rows: Sequence[Row]) -> float:
    """What choosing at random loses to `strong`, each."""
    lost = [_value(row, "strong") - _value(row, model) for row in rows for model in MODELS]
    return sum(lost) / len(lost)


@dataclass(frozen=True)
class Played:
    """What a cascade came to, a task on average."""

    quality: float
    cost: float


def cascade(replay: Replay, rows: Sequence[Row], *, seed: int) -> Played:
    """Play verified cascades: the verifier passes 95 % of right answers and 10 % of wrong ones."""
    chance = random.Random(seed)
    quality = cost = 0.0
    for row in rows:
        tried: list[dict[str, object]] = []
        while len(tried) < 3 and (model := ask(replay, row, tried)) is not None:
            passed = chance.random() < (0.95 if row.scores[model] else 0.10)
            cost += MODELS[model].cost
            tried.append({"model": model, "verdict": "pass" if passed else "fail"})
            result = _result(row, model)
            replay.hear({"type": "feedback", **result, "score": float(passed)})
            if passed:
                break
        quality += row.scores[str(tried[-1]["model"])]
    return Played(quality / len(rows), cost / len(rows))


def _value(row: Row, model: str) -> float:
    return row.scores[model] - 0.1 * MODELS[model].cost / 2.0


def _result(row: Row, model: str) -> dict[str, object]:
    return {
        "id": row.id,
        "task_type": row.kind,
        "text": "",
        "model": model,
        "score": row.scores[model],
        "cost": MODELS[model].cost,
        "latency": None,
    }
