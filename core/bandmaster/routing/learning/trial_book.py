"""The book of trials: those that run, kept in the database, and reports from what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from bandmaster.errors import UnknownName, UsageError
from bandmaster.routing.learning.experience import Experience
from bandmaster.routing.learning.knowledge import Answer, by_task
from bandmaster.routing.learning.trials import Arm, Report, Trial, arm, report
from bandmaster.store import Database

_SELECT = "SELECT name, kind, first, second, share, at FROM trial"


class TrialBook:
    """All trials of a person. Every method may wait for the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._experience = Experience(database)

    def start(self, trial: Trial, now: datetime) -> None:
        """Begin a trial. Raises `UsageError` where it cannot be one."""
        if trial.first == trial.second:
            raise UsageError(f"a trial wants two models, got {trial.first!r} twice")
        if not 0 < trial.share <= 1:
            raise UsageError(f"a trial's share is above 0 and at most 1, got {trial.share:g}")
        if any(one.name == trial.name for one in self._read(_SELECT)):
            raise UsageError(f"there is a trial {trial.name!r} already")
        if any(one.kind == trial.kind for one in self.running()):
            raise UsageError(f"there is a trial of {trial.kind!r} tasks already")
        self._database.write(
            "INSERT INTO trial (name, at, kind, first, second, share) VALUES (?, ?, ?, ?, ?, ?)",
            (trial.name, _text(now), trial.kind, trial.first, trial.second, trial.share),
        )

    def running(self) -> tuple[Trial, ...]:
        """The trials that decide on tasks now."""
        return self._read(f"{_SELECT} WHERE ended IS NULL")

    def end(self, name: str, now: datetime) -> Report:
        """End a trial; its last report. Raises `UnknownName`."""
        last = self.report(name)
        statement = "UPDATE trial SET ended = ? WHERE name = ? AND ended IS NULL"
        self._database.write(statement, (_text(now), name))
        return last

    def report(self, name: str) -> Report:
        """How a trial stands. Raises `UnknownName`."""
        rows = self._database.read(f"{_SELECT} WHERE name = ?", (name,))
        if not rows:
            raise UnknownName("trial", name, [one.name for one in self._read(_SELECT)])
        trial, start = _trial(rows[0]), datetime.fromisoformat(str(rows[0][5]))
        scores: dict[str, list[float]] = {trial.first: [], trial.second: []}
        dollars: dict[str, list[float]] = {trial.first: [], trial.second: []}
        for task, answers in by_task(self._experience.since(start)).items():
            model = trial.model_for(task, trial.kind)
            answer = answers.get(model or "")
            if answer is not None and answer.happenings[0].features.kind == trial.kind:
                _enter(answer, scores[answer.happenings[0].model], dollars)
        arms: list[Arm] = [arm(one, scores[one], dollars[one]) for one in scores]
        return report(trial, *arms)

    def _read(self, query: str) -> tuple[Trial, ...]:
        return tuple(map(_trial, self._database.read(f"{query} ORDER BY name", ())))


def _enter(answer: Answer, scores: list[float], dollars: dict[str, list[float]]) -> None:
    first, reward = answer.happenings[0], answer.reward
    if reward is not None:
        scores.append(reward.score)
    if first.dollars is not None:
        dollars[first.model].append(first.dollars)


def _trial(row: tuple[object, ...]) -> Trial:
    name, kind, first, second, share, _ = row
    return Trial(
        name=str(name),
        kind=str(kind),
        first=str(first),
        second=str(second),
        share=float(cast("float", share)),
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
