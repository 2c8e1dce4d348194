"""Predict: the router learns one recorded suite and answers another, to be scored.

It is the product's own estimator and selection. Of a query that it answers it sees what it would
see of a task: kind, repository and text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bandmaster.errors import UsageError
from bandmaster.models.catalog import Catalog
from bandmaster.routing.cascades.cascade import Worth
from bandmaster.routing.estimation.estimator import Estimator, no_prior
from bandmaster.routing.estimation.lessons import Estimate, Prior
from bandmaster.routing.estimation.matrix import CapabilityMatrix
from bandmaster.routing.recorded.suites import Query, read_suite
from bandmaster.routing.selection import Selection, best, refer, weigh
from bandmaster.settings import Routing, Weighing

MAIN = "main"
"""The point that the default policy makes."""
_SWEEP = (0.0, *(0.002 * 1.16**step for step in range(62)))
"""Weights of cost from none to far too much."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The model for one query, at one point of the sweep."""

    id: str
    model: str
    point: str


def predict(
    train: Sequence[Query],
    suite: Sequence[Query],
    *,
    prior: Callable[[str, str], Prior] = no_prior,
    routing: Routing = Routing(policy=Weighing.BALANCED),  # noqa: B008 - a value, never changed
) -> Iterator[Prediction]:
    """Learn `train`, then choose for every query of `suite` at every point.

    `routing` makes the point `main`; the others weigh cost alone, from nothing to everything.
    Raises `UsageError` where there is nothing to learn from.
    """
    if not train:
        raise UsageError("there is nothing to learn from")
    estimator = Estimator(prior)
    estimator.fit(query.row for query in train)
    points = _points(train, routing)
    for query in suite:
        estimates = estimator.estimate(query.row.features, query.models)
        for point, selection in points.items():
            yield Prediction(query.id, best(estimates, selection).model, point)


def predict_files(train: Path, suite: Path) -> Iterator[Prediction]:
    """`predict` for two files, with what the capability matrix says of models by their names.

    Raises `Unreadable` and `UsageError`.
    """
    catalog = Catalog({}, lambda _model: None)
    matrix = CapabilityMatrix(catalog.facts)
    return predict(read_suite(train), read_suite(suite), prior=matrix.prior)


def _points(train: Sequence[Query], routing: Routing) -> dict[str, Selection]:
    reference = refer(_seen(query) for query in train)
    main = weigh("", routing, reference)
    points = {} if main is None else {MAIN: main}
    for weight in _SWEEP:
        worth = Worth(weight / reference.dollars if reference.dollars > 0.0 else 0.0)
        points[f"cost {weight:.3g}"] = Selection("cost", worth)
    return points


def _seen(query: Query) -> list[Estimate]:
    """What a recorded query took, as if it had been expected."""
    return [
        Estimate(one.model, one.score, 0.0, one.dollars or 0.0, one.seconds or 0.0)
        for one in query.row.lessons
    ]
