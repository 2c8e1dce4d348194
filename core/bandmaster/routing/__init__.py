"""Routing: from a task to the order in which performers are tried, with the reason."""

from bandmaster.routing.estimator import Estimate, Estimator, Lesson, Prior, Row
from bandmaster.routing.features import Features, read_features
from bandmaster.routing.route import Player, choose_route

__all__ = [
    "Estimate",
    "Estimator",
    "Features",
    "Lesson",
    "Player",
    "Prior",
    "Row",
    "choose_route",
    "read_features",
]
