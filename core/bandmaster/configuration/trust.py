"""What a workspace's own `bandmaster.toml` may say before the person trusts the workspace.

It may tighten and tune, but not name endpoints, keys, commands, allow rules or a looser mode
(POLICY): a cloned repository that points `base_url` at a stranger would be handed the key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

_UNTRUSTED = (
    "providers",
    "testing.command",
    "models.order",
    "models.default",
    "policy.mode",
    "budget",
    "chains",
    "pools",
    "catalog",
    "learning",
    "routing",
    "cache",
)
"""What is left out; allow rules besides."""
_STRICT_MODES = ("plan", "manual")
_TRUST_HINT = "run `bandmaster policy trust` if you trust this workspace"

Table = dict[str, Any]


def tightened(table: Table, path: Path, notes: list[str]) -> Table:
    """`table` without what an untrusted workspace may not say; each omission becomes a note."""
    out: list[str] = []
    kept = {section: _copied(value) for section, value in table.items()}
    for dotted in _UNTRUSTED:
        section, _, key = dotted.partition(".")
        if not key and kept.pop(section, None) is not None:
            out.append(section)
        elif key and isinstance(kept.get(section), dict) and key in kept[section]:
            if dotted == "policy.mode" and kept[section][key] in _STRICT_MODES:
                continue  # Stricter than or equal to the default.
            del kept[section][key]
            out.append(dotted)
    if _without_allow_rules(kept):
        out.append("policy.rules with effect allow")
    if out:
        notes.append(f"{path}: ignored {', '.join(out)}: not trusted yet; {_TRUST_HINT}")
    return kept


def without_database(table: Table, path: Path, notes: list[str]) -> Table:
    """`table` without where the person's rows are kept: no workspace says that, trusted or not."""
    if "database" not in table:
        return table
    notes.append(f"{path}: ignored database: set it in your own configuration")
    return {section: value for section, value in table.items() if section != "database"}


def _without_allow_rules(table: Table) -> bool:
    """Take allow rules out of `table`; whether there were any."""
    policy = table.get("policy")
    if not isinstance(policy, dict):
        return False
    section = cast("Table", policy)
    rules: object = section.get("rules")
    if not isinstance(rules, list):
        return False
    listed = cast("list[object]", rules)
    kept: list[object] = [rule for rule in listed if not _allows(rule)]
    section["rules"] = kept
    return len(kept) != len(listed)


def _allows(rule: object) -> bool:
    return isinstance(rule, dict) and cast("Table", rule).get("effect") == "allow"


def _copied(value: object) -> Any:
    return dict(cast("Table", value)) if isinstance(value, dict) else value
