"""The permission policy: a pure judgement of actions that are about to happen."""

from bandmaster.policy.action import Action, ActionKind, Caller, Origin
from bandmaster.policy.loading import from_settings
from bandmaster.policy.policy import Policy, Verdict
from bandmaster.policy.rules import Decision, Rule
from bandmaster.policy.secret_paths import is_secret_path

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
    "is_secret_path",
]
