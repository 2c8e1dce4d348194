"""Routing: from a task to the order in which performers are tried, with the reason."""

from bandmaster.routing.admission import without_resting
from bandmaster.routing.balancing import Balance
from bandmaster.routing.breaker import State, speaks_of_endpoint
from bandmaster.routing.chains import Circumstances, apply_chain, chain_for
from bandmaster.routing.estimator import Estimate, Estimator, Lesson, Prior, Row
from bandmaster.routing.features import Features, read_features
from bandmaster.routing.health import HealthBoard, ModelHealth, Ruling
from bandmaster.routing.measured import Measured
from bandmaster.routing.pools import fold_pools, members_of, pool_players
from bandmaster.routing.reliability import by_reliability
from bandmaster.routing.route import Player, choose_route

__all__ = [
    "Balance",
    "Circumstances",
    "Estimate",
    "Estimator",
    "Features",
    "HealthBoard",
    "Lesson",
    "Measured",
    "ModelHealth",
    "Player",
    "Prior",
    "Row",
    "Ruling",
    "State",
    "apply_chain",
    "by_reliability",
    "chain_for",
    "choose_route",
    "fold_pools",
    "members_of",
    "pool_players",
    "read_features",
    "speaks_of_endpoint",
    "without_resting",
]
