"""The permission policy: a pure judgement of actions that are about to happen."""

from bandmaster.policy.action import Action, ActionKind, Caller, Origin
from bandmaster.policy.loading import from_settings
from bandmaster.policy.policy import Policy, Verdict
from bandmaster.policy.rules import Decision, Rule

__all__ = [
    "Action",
    "ActionKind",
    "Caller",
    "Decision",
    "Origin",
    "Policy",
    "Rule",
    "Verdict",
    "from_settings",
]
