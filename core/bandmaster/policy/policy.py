"""Judging: over all rules that match, the strictest wins; their order never matters."""

from __future__ import annotations

from dataclasses import dataclass

from bandmaster.policy import builtin
from bandmaster.policy.action import Action, ActionKind
from bandmaster.policy.globs import comparable
from bandmaster.policy.rules import Decision, Rule
from bandmaster.settings import Mode


@dataclass(frozen=True, slots=True)
class Verdict:
    """The policy's answer, the rules that it came from (none: the default), and the reason."""

    decision: Decision
    rules: tuple[Rule, ...]
    why: str


class Policy:
    """The rules in force. Judging does no I/O and keeps no state."""

    def __init__(self, rules: tuple[Rule, ...] = (), mode: Mode = Mode.MANUAL) -> None:
        self.mode = mode
        self.rules = (*builtin.PROTECTED, *builtin.of_mode(mode), *rules)

    def judge(self, action: Action) -> Verdict:
        """The strictest answer for any of the action's resources."""
        verdicts = [self._judge_one(action, path) for path in action.resources or ("",)]
        return max(verdicts, key=lambda verdict: verdict.decision)

    def denies_outright(self, tool: str, *, reads: bool) -> bool:
        """Whether every call of `tool` would be denied, whatever it touches."""
        kind = ActionKind.READ if reads else ActionKind.EXEC
        return any(
            rule.decision is Decision.DENY and rule.glob is None and rule.covers(tool, kind, "", "")
            for rule in self.rules
        )

    def _judge_one(self, action: Action, path: str) -> Verdict:
        compared = comparable(path)
        matching = [
            rule for rule in self.rules if rule.covers(action.tool, action.kind, path, compared)
        ]
        if not matching:
            decision, why = builtin.default(action.kind, compared)
            return Verdict(decision, (), why)
        decision = max(rule.decision for rule in matching)
        because = tuple(rule for rule in matching if rule.decision is decision)
        reasons = dict.fromkeys(rule.why or f"rule: {rule.line}" for rule in because)
        return Verdict(decision, because, "; ".join(reasons))
