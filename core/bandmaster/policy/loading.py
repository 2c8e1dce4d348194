"""From the settings to a policy: rules are compiled and checked as they are loaded."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bandmaster.errors import SettingsError, UnknownName
from bandmaster.policy.builtin import protects
from bandmaster.policy.globs import allowing, restricting
from bandmaster.policy.policy import Policy
from bandmaster.policy.rules import EVERY_TOOL, Decision, Rule
from bandmaster.settings import Effect, PolicyRule, PolicySettings

_DECISIONS = {
    Effect.ALLOW: Decision.ALLOW,
    Effect.ASK: Decision.ASK,
    Effect.DENY: Decision.DENY,
}


def from_settings(
    settings: PolicySettings, *, known_tools: Collection[str], root: Path, home: Path
) -> Policy:
    """The policy that `settings` describe for the workspace at `root`.

    Raises `SettingsError` for a rule that names no known tool or can never match; the message
    names the rule by its number.
    """
    rules: list[Rule] = []
    for number, written in enumerate(settings.rules, 1):
        try:
            rules.append(_rule(written, known_tools, root, home))
        except (SettingsError, UnknownName) as error:
            raise SettingsError(f"policy.rules, rule {number}: {error}") from None
    return Policy(tuple(rules), settings.mode)


def _rule(written: PolicyRule, known_tools: Collection[str], root: Path, home: Path) -> Rule:
    if written.tool != EVERY_TOOL and written.tool not in known_tools:
        raise UnknownName("tool", written.tool, known_tools)
    compiled = allowing if written.effect is Effect.ALLOW else restricting
    glob = None if written.path is None else compiled(written.path, root, home)
    if written.effect is Effect.ALLOW and written.path and protects(written.path):
        raise SettingsError(f"{written.path!r} is a protected path, which no allow rule covers")
    return Rule(
        decision=_DECISIONS[written.effect],
        scope="settings",
        tool=written.tool,
        glob=glob,
        why=written.why,
    )
