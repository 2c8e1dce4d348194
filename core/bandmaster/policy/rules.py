"""Rules of the policy: what they decide, which actions they cover, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bandmaster.policy.action import ActionKind
from bandmaster.policy.globs import Glob, Names

EVERY_TOOL = "*"


class Decision(IntEnum):
    """The answer of the policy; the greater is the stricter."""

    ALLOW = 0
    ASK = 1
    DENY = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `glob` None covers every resource; empty `kinds` cover every kind."""

    decision: Decision
    scope: str
    """Where it comes from: `builtin`, `mode` or `settings`."""
    tool: str = EVERY_TOOL
    glob: Glob | Names | None = None
    kinds: frozenset[ActionKind] = frozenset()
    why: str = ""

    def covers(self, tool: str, kind: ActionKind, path: str, compared: str) -> bool:
        """Whether the rule speaks of `tool` doing `kind` to `path` (`compared`: its strict form).

        A rule with a glob says nothing of an action without a path.
        """
        if self.tool not in (EVERY_TOOL, tool) or (self.kinds and kind not in self.kinds):
            return False
        if self.glob is None:
            return True
        if self.decision is Decision.ALLOW:
            return self.glob.covers(path)
        return self.glob.covers(compared) or (path != compared and self.glob.covers(path))

    @property
    def line(self) -> str:
        """The rule in one line for a person."""
        where = f" {self.glob.text}" if self.glob else ""
        return f"{self.scope} {self.decision.word} {self.tool}{where}"
