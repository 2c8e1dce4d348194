"""Routing: from a task to the order in which performers are tried, with the reason."""

from bandmaster.routing.analysis import NO_FACTS, analyse
from bandmaster.routing.cascades.cascade import Plan, Situation, Tried, Worth, plan
from bandmaster.routing.cascades.verifier import Verifier
from bandmaster.routing.chains import Circumstances, apply_chain, chain_for
from bandmaster.routing.circuits.admission import without_resting
from bandmaster.routing.circuits.balancing import FAILED, Balance
from bandmaster.routing.circuits.breaker import CircuitState, speaks_of_endpoint
from bandmaster.routing.circuits.health import HealthBoard, ModelHealth, Ruling
from bandmaster.routing.circuits.measured import Measured
from bandmaster.routing.circuits.reliability import by_reliability
from bandmaster.routing.estimation.estimator import Estimate, Estimator, Lesson, Prior, Row
from bandmaster.routing.estimation.exploration import Explorer
from bandmaster.routing.estimation.features import Features, read_features
from bandmaster.routing.estimation.matrix import CapabilityMatrix
from bandmaster.routing.learning.experience import Happening
from bandmaster.routing.learning.learner import Learned, Learner
from bandmaster.routing.learning.rewards import REWARDS, What, judge
from bandmaster.routing.learning.trial_book import TrialBook
from bandmaster.routing.learning.trials import Arm, Report, Standing, Trial
from bandmaster.routing.learning.whatif import Side, WhatIf, what_if
from bandmaster.routing.limits import Demand, why_not
from bandmaster.routing.pools import fold_pools, members_of, pool_players
from bandmaster.routing.profile import (
    Complexity,
    Judged,
    Profile,
    Quality,
    Sensitivity,
    Urgency,
    WorkspaceFacts,
)
from bandmaster.routing.recorded.predict import Prediction, predict_files
from bandmaster.routing.recorded.replay import serve_replay
from bandmaster.routing.route import BUILTIN, Player, choose_route
from bandmaster.routing.selection import Reference, Selection, refer, select, weigh

__all__ = [
    "BUILTIN",
    "FAILED",
    "NO_FACTS",
    "REWARDS",
    "Arm",
    "Balance",
    "CapabilityMatrix",
    "CircuitState",
    "Circumstances",
    "Complexity",
    "Demand",
    "Estimate",
    "Estimator",
    "Explorer",
    "Features",
    "Happening",
    "HealthBoard",
    "Judged",
    "Learned",
    "Learner",
    "Lesson",
    "Measured",
    "ModelHealth",
    "Plan",
    "Player",
    "Prediction",
    "Prior",
    "Profile",
    "Quality",
    "Reference",
    "Report",
    "Row",
    "Ruling",
    "Selection",
    "Sensitivity",
    "Side",
    "Situation",
    "Standing",
    "Trial",
    "TrialBook",
    "Tried",
    "Urgency",
    "Verifier",
    "What",
    "WhatIf",
    "WorkspaceFacts",
    "Worth",
    "analyse",
    "apply_chain",
    "by_reliability",
    "chain_for",
    "choose_route",
    "fold_pools",
    "judge",
    "members_of",
    "plan",
    "pool_players",
    "predict_files",
    "read_features",
    "refer",
    "select",
    "serve_replay",
    "speaks_of_endpoint",
    "weigh",
    "what_if",
    "why_not",
    "without_resting",
]
