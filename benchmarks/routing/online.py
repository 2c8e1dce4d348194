"""Online learning and cascades of the router, by the scorer that comes with the recorded outcomes.

Run it with the interpreter that has Bandmaster and the folder of the outcomes:
`python benchmarks/routing/online.py DATA [--seeds N] [--cv]`. Each line says what was aimed at.
`--cv` adds five folds over the groups of the train part, which takes some minutes. Ends with 1
where a decision is too slow.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bandmaster.routing import Features, Lesson, Situation, Tried, Verifier, Worth, plan
from bandmaster.routing.estimation.estimator import Estimator

LIMIT_MS = 0.3
FOLDS = 5
ROUTER = f"{Path(sys.executable).with_name('bandmaster')} route replay --stdio"


@dataclass(frozen=True)
class Aim:
    """What a cascade should reach: points of quality against the best single model, and saving."""

    suite: str
    history: str
    points: float
    saved: float


AIMS = (
    Aim("agents", "full", -1.0, 0.70),
    Aim("agents-code", "full", -1.5, 0.58),
    Aim("agents", "logged", -2.0, 0.50),
    Aim("agents-code", "logged", -2.0, 0.50),
)


class Scorer:
    """The scorer of the recorded outcomes, run as its own process."""

    def __init__(self, data: Path, seeds: int) -> None:
        self._script = data / "score_router.py"
        self._seeds = seeds

    def run(self, mode: str, test: Path, *options: str) -> Any:
        """Its report on `test`, parsed."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "report.json"
            command = [sys.executable, str(self._script), mode, "--test", str(test)]
            command += ["--cmd", ROUTER, "--seeds", str(self._seeds), "--json", str(out), *options]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            return json.loads(out.read_text())


def regret(scorer: Scorer, test: Path, options: Sequence[str]) -> float:
    """What the router lost to the best fixed choice, as a share of what uniform choice loses."""
    runs = scorer.run("replay", test, *options)
    lost = uniform = 0.0
    for run in runs:
        count = sum(1 for _ in test.open())
        lost += run[f"regret@{count}"]
        uniform += (run["U_best_fixed"] - run["U_uniform"]) * count
    return lost / uniform


def cascade(scorer: Scorer, test: Path, options: Sequence[str]) -> tuple[float, float]:
    """Points of quality against the best single model, and the share of its cost that is saved."""
    found = scorer.run("cascade", test, *options)
    quality = sum(run["quality"] for run in found["runs"]) / len(found["runs"])
    cost = sum(run["cost"] for run in found["runs"]) / len(found["runs"])
    return 100 * (quality - found["best_quality"]), 1 - cost / found["best_cost"]


def folds(train: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Train and test files, five times; twins of one group stay on one side."""
    rows = [json.loads(line) for line in train.open()]
    groups = sorted({row["group"] for row in rows})
    random.Random(0).shuffle(groups)
    fold = {group: place % FOLDS for place, group in enumerate(groups)}
    for number in range(FOLDS):
        parts = (folder / f"{number}.train.jsonl", folder / f"{number}.test.jsonl")
        for part, inside in zip(parts, (False, True), strict=True):
            chosen = [row for row in rows if (fold[row["group"]] == number) is inside]
            part.write_text("".join(json.dumps(row) + "\n" for row in chosen))
        yield parts


def print_replays(scorer: Scorer, data: Path) -> None:
    train, test = data / "agents.train.jsonl", data / "agents.dev.jsonl"
    for what, options, most in (
        ("after logged history", ["--warm", str(train)], 1 / 3),
        ("cold start", [], 1 / 2),
    ):
        for names in ([], ["--anon"]):
            share = regret(scorer, test, [*options, *names])
            known = "without names" if names else "with names"
            print(
                f"replay agents dev, {what:21s} {known:14s} regret {share:5.2f} of uniform"
                f" (aim {most:.2f})"
            )


def print_cascades(scorer: Scorer, data: Path, *, cross: bool) -> None:
    for aim in AIMS:
        train, test = (data / f"{aim.suite}.{part}.jsonl" for part in ("train", "dev"))
        for names in ([], ["--anon"]):
            options = ["--warm-mode", aim.history, *names]
            found = [("dev", cascade(scorer, test, ["--warm", str(train), *options]))]
            if cross:
                found.append(("5-fold", crossed(scorer, train, options)))
            for where, (points, saved) in found:
                known = "without names" if names else "with names"
                print(
                    f"cascade {aim.suite:11s} {where:6s} {aim.history:6s} {known:14s}"
                    f" {points:+5.1f} points, {saved:5.1%} saved"
                    f" (aim {aim.points:+.1f} at {aim.saved:.0%})"
                )


def crossed(scorer: Scorer, train: Path, options: Sequence[str]) -> tuple[float, float]:
    """The mean over the folds, by their sizes."""
    points = saved = 0.0
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for known, test in folds(train, Path(folder)):
            count = sum(1 for _ in test.open())
            one = cascade(scorer, test, ["--warm", str(known), *options])
            points, saved = points + count * one[0], saved + count * one[1]
            total += count
    return points / total, saved / total


def decision_ms(outcomes: int) -> float:
    """CPU of one estimate of 12 models and one cascade decision, after so many outcomes."""
    chance, models = random.Random(0), [f"m{number}" for number in range(12)]
    estimator = Estimator()
    queries = [Features(f"kind {number % 7}", f"repository {number % 40}") for number in range(280)]
    for _ in range(outcomes):
        place = chance.randrange(12)
        score = float(chance.random() < 0.5 + place / 30)
        lesson = Lesson(chance.choice(queries), models[place], score, 0.05 * 1.4**place, 20.0)
        estimator.learn(lesson)
    rounds, verifier = 2000, Verifier()
    started = time.process_time()
    for number in range(rounds):
        estimates = estimator.estimate(queries[number % len(queries)], models)
        tried = (Tried(models[0], passed=False),) if number % 2 else ()
        plan(Situation(estimates, verifier, 0.6, Worth(dollar=0.05)), tried)
    return (time.process_time() - started) / rounds * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder of the recorded outcomes")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each figure (default: 3)")
    parser.add_argument("--cv", action="store_true", help="five folds of the train part as well")
    arguments = parser.parse_args()
    scorer = Scorer(arguments.data, arguments.seeds)
    print_replays(scorer, arguments.data)
    print_cascades(scorer, arguments.data, cross=arguments.cv)
    took = {outcomes: decision_ms(outcomes) for outcomes in (0, 100, 10_000)}
    for outcomes, milliseconds in took.items():
        print(
            f"one decision, 12 models, {outcomes:6d} outcomes: {milliseconds:.3f} ms CPU"
            f" (limit {LIMIT_MS})"
        )
    return int(max(took.values()) >= LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
