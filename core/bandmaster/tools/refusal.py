"""What is said where an action is refused: why, and what the person could do about it."""

from __future__ import annotations

from bandmaster.policy import Action, ActionKind, Decision, Verdict
from bandmaster.settings import Mode


def refusal(action: Action, verdict: Verdict) -> str:
    """One paragraph that a model can read out: what was refused, the reason and the way out."""
    if verdict.decision is Decision.DENY:
        return f"{action.line}: denied: {verdict.why}. Do not try again; tell the person"
    return (
        f"{action.line}: not allowed: {verdict.why}, and nobody can be asked here. "
        f"{_way_out(action, verdict)}"
    )


def _way_out(action: Action, verdict: Verdict) -> str:
    if any(rule.scope == "builtin" for rule in verdict.rules):
        return "No rule can allow it; the person can make this change by hand"
    mode = f'mode = "{Mode.TRUST}"\n' if action.kind is not ActionKind.READ else ""
    return (
        "The person can allow it in their own bandmaster.toml (`bandmaster doctor` says where):\n"
        f'[policy]\n{mode}rules = [{{ effect = "allow", tool = "{action.tool}" }}]'
    )
