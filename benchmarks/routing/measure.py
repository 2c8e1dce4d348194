"""The router's figures on recorded outcomes: a held-out part, five folds by group, decision time.

    python benchmarks/routing/measure.py DATA [--splits 3]

DATA is a folder with the suites (`agents.train.jsonl`, …) and `score_router.py`, which judges. The
router is the product's own: what `bandmaster route predict` calls.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

from bandmaster.models.catalog import Catalog
from bandmaster.routing import CapabilityMatrix, Estimator, Features, Lesson, Row, read_features
from bandmaster.routing.recorded.predict import MAIN, predict
from bandmaster.routing.recorded.suites import Query, read_suite

SUITES = {"agents": "dev", "agents-code": "dev", "small": "dev", "pair": "test"}
GOALS = {
    "agents": "cAPGR >= .86, saved at 95 % >= 58 %, lift >= +5.0",
    "agents-code": "lift >= -0.5",
    "small": "cAPGR >= 1.20",
    "pair": "cAPGR >= .62",
}
FOLDS = 5
Lines = Sequence[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--splits", type=int, default=3, help="how often the folds are drawn")
    arguments = parser.parse_args()
    scorer = load_scorer(arguments.data / "score_router.py")
    print("suite        on            cAPGR  save@95   lift  quality  saved")
    for suite, part in SUITES.items():
        measure_suite(scorer, arguments.data, suite, part, arguments.splits)
    measure_time(arguments.data / "agents.train.jsonl")


def load_scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_router", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure_suite(scorer: ModuleType, data: Path, suite: str, part: str, splits: int) -> None:
    train, test = data / f"{suite}.train.jsonl", data / f"{suite}.{part}.jsonl"
    known = dict(zip_queries(train) + zip_queries(test))
    rows, held = read_lines(train), read_lines(test)
    show(suite, part, [score(scorer, rows, held, known)])
    folds = [score(scorer, *fold, known) for fold in all_folds(rows, splits)]
    show(suite, f"{splits} x {FOLDS} folds", folds, f"   goal: {GOALS[suite]}")


def zip_queries(path: Path) -> list[tuple[str, Query]]:
    return [(query.id, query) for query in read_suite(path)]


def read_lines(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def all_folds(rows: Lines, splits: int) -> Iterable[tuple[Lines, Lines]]:
    """Each group lies on one side: twins of one issue must not help each other."""
    for split in range(splits):
        place = {row["id"]: crc32(f"{split} {row['group']}".encode()) % FOLDS for row in rows}
        for fold in range(FOLDS):
            yield (
                [row for row in rows if place[row["id"]] != fold],
                [row for row in rows if place[row["id"]] == fold],
            )


def score(
    scorer: ModuleType, train: Lines, test: Lines, known: dict[str, Query]
) -> dict[str, float]:
    """The scorer's figures for what the product predicts."""
    matrix = CapabilityMatrix(Catalog({}, lambda _model: None).facts)
    points: dict[str, dict[str, str]] = {}
    for one in predict(
        [known[row["id"]] for row in train],
        [known[row["id"]] for row in test],
        prior=matrix.prior,
    ):
        points.setdefault(one.point, {})[one.id] = one.model
    reference = scorer.Ref(train, test, sorted(train[0]["models"]))
    met = {name: scorer.point_metrics(choice, reference, []) for name, choice in points.items()}
    curve = scorer.curve_metrics([(one["cost"], one["quality"]) for one in met.values()], reference)
    at = met[MAIN]
    return {
        "count": len(test),
        "cAPGR": curve["cAPGR"],
        "save@95": curve["save@95"] or 0.0,
        "lift": at["lift_vs_zero"],
        "quality": at["quality"],
        "saved": at["cost_saving"],
    }


def show(suite: str, part: str, scores: Sequence[dict[str, float]], note: str = "") -> None:
    total = sum(one["count"] for one in scores)
    mean = {name: sum(one[name] * one["count"] for one in scores) / total for name in scores[0]}
    print(
        f"{suite:12} {part:12} {mean['cAPGR']:6.3f} {100 * mean['save@95']:7.1f}%"
        f" {100 * mean['lift']:+6.1f} {mean['quality']:8.3f} {100 * mean['saved']:5.1f}%{note}",
        flush=True,
    )


def measure_time(path: Path) -> None:
    """CPU time of one decision, before and after 10,000 remembered outcomes."""
    rows = read_lines(path)
    models = sorted(rows[0]["models"])
    features = [
        read_features(row["text"] or "", kind=row["task_type"], cluster=row["repo"] or "")
        for row in rows
    ]
    estimator, seen = Estimator(half_life=90.0), 0
    taken: list[str] = []
    for target in (1000, 10_000, 30_000):
        while seen < target:
            for found, row in zip(features, rows, strict=True):
                learn(estimator, found, row, seen / 2000)
                seen += len(models)
                if seen >= target:
                    break
        taken.append(f"{decision(estimator, features, models):.3f} ms after {seen:,} outcomes")
    print(
        f"one decision, {len(models)} models, CPU: {', '.join(taken)} (goal: under 0.3, unchanged)"
    )


def learn(estimator: Estimator, features: Features, row: dict[str, Any], at: float) -> None:
    lessons = (
        Lesson(features, model, cell["score"], cell["cost"], cell["latency"], at=at)
        for model, cell in row["models"].items()
    )
    estimator.learn_row(Row(features, tuple(lessons)))


def decision(estimator: Estimator, features: Sequence[Features], models: Sequence[str]) -> float:
    for found in features[:200]:
        estimator.estimate(found, models, 5.0)
    count, started = 0, time.process_time()
    while time.process_time() - started < 1.0:
        found = estimator.estimate(features[count % len(features)], models, 5.0)
        max(found, key=lambda one: one.quality - 0.1 * one.dollars)
        count += 1
    return (time.process_time() - started) / count * 1000.0


if __name__ == "__main__":
    main()
