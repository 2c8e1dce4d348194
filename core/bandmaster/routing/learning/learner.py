"""Learning: the product's learner, from what became of answers to what is expected of models.

What is old is digested into one value that is read when a process starts; what is recent is kept
apart and learned on top, so that a later word on an answer (an undo, a rating) replaces the
earlier one instead of being added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bandmaster.errors import UnknownName, UsageError
from bandmaster.routing.cascades.cascade import Situation, Worth
from bandmaster.routing.cascades.verifier import Verifier
from bandmaster.routing.estimation.estimator import no_prior
from bandmaster.routing.estimation.features import Features
from bandmaster.routing.estimation.lessons import Estimate, Prior
from bandmaster.routing.learning.experience import Experience, Happening
from bandmaster.routing.learning.knowledge import Answer, Knowledge, by_task, days
from bandmaster.routing.learning.rewards import What
from bandmaster.settings import Learning
from bandmaster.store import Database

_MOST_RECENT = 600
"""More happenings than this are not kept apart: all but the latest half of so many are digested."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of a model for a kind of task, and what that rests on."""

    model: str
    kind: str
    results: int
    """Answers that were given."""
    quality: float
    spread: float
    prior: float
    """What would be believed without them."""
    dollars: float
    seconds: float
    seen: Mapping[str, int]
    """How often what happened to them (`What`)."""


class Learner:
    """Learns for one person, or all who share a database.

    `estimates` works on what is in memory; everything else may wait for the database, so call it
    in a thread. Not safe for threads that call at the same time.
    """

    def __init__(
        self,
        database: Database,
        workspace: str,
        *,
        settings: Learning,
        prior: Callable[[str, str], Prior] = no_prior,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._experience = Experience(database)
        self.workspace = workspace
        self._settings = settings
        self._prior = prior
        self._clock = clock
        self._edition: str | None = None
        self._digest = "{}"
        self._recent: list[Happening] = []
        self._place = 0
        self._knowledge = self._empty()

    @property
    def verifier(self) -> Verifier:
        """How reliable the project's tests were so far."""
        return self._knowledge.reliability.verifier

    def share(self, kind: str) -> float:
        """How much of a result a task's difficulty decides (`Difficulty.share`)."""
        return self._knowledge.difficulty.share(kind)

    def estimates(self, features: Features, models: Sequence[str]) -> tuple[Estimate, ...]:
        """What is expected of each of `models` now, in their order."""
        return self._knowledge.estimator.estimate(features, models, days(self._clock()))

    def situation(
        self, features: Features, models: Sequence[str], worth: Worth, *, depth: int = 3
    ) -> Situation:
        """What a cascade decision on a task rests on: for `plan`, with the project's tests."""
        return self._knowledge.situation(
            features, models, worth, depth=depth, at=days(self._clock())
        )

    def record(
        self,
        task: str,
        features: Features,
        model: str,
        *,
        what: What = What.ANSWERED,
        dollars: float | None = None,
        seconds: float | None = None,
    ) -> None:
        """A model answered a task, or gave something that was of no use."""
        happening = Happening(
            at=self._clock(),
            workspace=self.workspace,
            task=task,
            model=model,
            what=what,
            features=features,
            dollars=dollars,
            seconds=seconds,
        )
        self._experience.add([happening])

    def happened(
        self, task: str, what: What, *, model: str = "", rating: float | None = None
    ) -> str:
        """Something happened to the answer to `task`: that of `model`, else the last one.

        Returns whose answer it was. Raises `UnknownName` where there is none.
        """
        known = [one for one in self._experience.of_task(task) if not model or one.model == model]
        if not known:
            raise UnknownName("task" if not model else "answer", task, [])
        answered = [one for one in known if one.what is What.ANSWERED] or known
        last = answered[-1]
        self._experience.add(
            [replace(last, at=self._clock(), what=what, rating=rating, dollars=None, seconds=None)]
        )
        return last.model

    def feedback(self, task: str, score: float, *, model: str = "") -> str:
        """A person rated the answer to `task`, from 0 (bad) to 1 (good).

        Returns whose answer it was. Raises `UnknownName`, `UsageError`.
        """
        if not 0 <= score <= 1:
            raise UsageError(f"a rating is from 0 to 1, got {score:g}")
        return self.happened(task, What.RATED, model=model, rating=score)

    def refresh(self) -> None:
        """Learn what was added since the last time, by this process and by others."""
        if not self._settings.enabled:
            return
        edition = self._experience.edition()
        if edition != self._edition:
            digest = self._experience.digest()
            self._edition, self._digest, self._place = digest.edition, digest.state, digest.upto
            self._recent = []
            self._knowledge = self._empty()
            self._knowledge.restore(self._digest)
        self._take(self._experience.after(self._place))
        if len(self._recent) > _MOST_RECENT:
            self._condense()

    def learned(self) -> tuple[Learned, ...]:
        """Everything that is known, by kind and model."""
        knowledge, found = self._knowledge, list[Learned]()
        for (kind, model), seen in sorted(knowledge.counts.items()):
            (one,) = self.estimates(Features(kind), [model])
            prior = self._prior(kind, model).quality
            results = seen[What.ANSWERED.value] + seen[What.UNUSABLE.value]
            learned = Learned(
                model, kind, results, one.quality, one.spread, prior, one.dollars, one.seconds, seen
            )
            found.append(learned)
        return tuple(found)

    def reset(self, *, kind: str = "", model: str = "") -> int:
        """Forget a kind, a model, or both; all where neither is named. Returns how many rows."""
        removed = self._experience.forget(kind=kind, model=model)
        self.refresh()
        return removed

    def past(self, since: datetime) -> tuple[Happening, ...]:
        """What happened since then, for judging it again (`whatif.py`)."""
        return self._experience.since(since)

    def _empty(self) -> Knowledge:
        return Knowledge(self._prior, self._settings.half_life_days)

    def _take(self, happenings: Sequence[Happening]) -> None:
        """Learn new happenings; where they change what recent ones were worth, those anew."""
        if not happenings:
            return
        known = {one.task for one in self._recent}
        self._recent += happenings
        self._place = happenings[-1].id
        fresh = by_task(happenings)
        if known.isdisjoint(fresh):
            for answers in fresh.values():
                self._knowledge.add(tuple(answers.values()))
            return
        self._knowledge = self._empty()
        self._knowledge.restore(self._digest)
        _learn(self._knowledge, self._recent)

    def _condense(self) -> None:
        """Digest all but the latest of what is recent, for all processes."""
        border = self._recent[-_MOST_RECENT // 2].id
        digested = self._empty()
        digested.restore(self._digest)
        _learn(digested, [one for one in self._recent if one.id <= border])
        self._experience.replace(self._edition or "", border, digested.state())
        self._edition = None
        self.refresh()


def _learn(knowledge: Knowledge, happenings: Sequence[Happening]) -> None:
    tasks: dict[str, dict[str, Answer]] = by_task(happenings)
    for answers in tasks.values():
        knowledge.add(tuple(answers.values()))
