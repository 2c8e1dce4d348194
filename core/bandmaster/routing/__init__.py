"""Routing: from a task to the order in which performers are tried, with the reason."""

from bandmaster.routing.admission import without_resting
from bandmaster.routing.analysis import analyse
from bandmaster.routing.balancing import FAILED, Balance
from bandmaster.routing.breaker import CircuitState, speaks_of_endpoint
from bandmaster.routing.cascade import Plan, Situation, Tried, Worth, plan
from bandmaster.routing.chains import Circumstances, apply_chain, chain_for
from bandmaster.routing.estimator import Estimate, Estimator, Lesson, Prior, Row
from bandmaster.routing.experience import Happening
from bandmaster.routing.exploration import Explorer
from bandmaster.routing.features import Features, read_features
from bandmaster.routing.health import HealthBoard, ModelHealth, Ruling
from bandmaster.routing.learning import Learned, Learner
from bandmaster.routing.limits import Demand, why_not
from bandmaster.routing.matrix import CapabilityMatrix
from bandmaster.routing.measured import Measured
from bandmaster.routing.pools import fold_pools, members_of, pool_players
from bandmaster.routing.predict import Prediction, predict_files
from bandmaster.routing.profile import Judged, Profile, Sensitivity, WorkspaceFacts
from bandmaster.routing.reliability import by_reliability
from bandmaster.routing.replay import serve_replay
from bandmaster.routing.rewards import REWARDS, What
from bandmaster.routing.route import BUILTIN, Player, choose_route
from bandmaster.routing.selection import Reference, Selection, refer, select, weigh
from bandmaster.routing.trial_book import TrialBook
from bandmaster.routing.trials import Arm, Report, Standing, Trial
from bandmaster.routing.verifier import Verifier
from bandmaster.routing.whatif import Side, WhatIf, what_if

__all__ = [
    "BUILTIN",
    "FAILED",
    "REWARDS",
    "Arm",
    "Balance",
    "CapabilityMatrix",
    "CircuitState",
    "Circumstances",
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
