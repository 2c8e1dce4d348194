"""Second opinions: whether what ruff reports is a defect where it stands, and how bad.

A judge reads the code around a finding. Where this Python cannot parse the file, nobody can
judge, and the finding counts as unsure.
"""

from __future__ import annotations

from dataclasses import replace

from bandmaster.findings import Confidence, Finding
from bandmaster.providers.builtin.judging import expressions, names, security, values
from bandmaster.providers.builtin.judging.module import Module, called
from bandmaster.providers.builtin.judging.values import CONSUMERS
from bandmaster.providers.builtin.judging.verdict import Judge

_BY_TEXT: dict[str, Judge] = {
    "F401": names.unused_import,
    "F402": expressions.trifling,
    "F841": names.unused_variable,
    "PLW0128": expressions.trifling,
    "PIE796": names.defined_twice,
    "B004": expressions.asks_callable,
    "PLE1205": expressions.logging_arguments,
    "PLE1206": expressions.logging_arguments,
    "PLR0124": expressions.compared_with_itself,
    "T100": expressions.debugger,
    "C901": expressions.complexity,
}
"""Judges that read the text only."""
_BY_TREE: dict[str, Judge] = {
    "F507": expressions.format_count,
    "F811": names.redefined,
    "F821": names.undefined,
    "F822": names.exported,
    "PLW0127": names.self_assigned,
    "B006": values.shared_default,
    "B018": expressions.pointless,
    "B019": values.cached_method,
    "B023": values.late_binding,
    "SIM115": values.opened,
    "PLE0101": values.returned_from_init,
    "PLE0302": expressions.special_signature,
    "PLR0206": expressions.property_parameters,
    "ASYNC251": expressions.sleeps,
    "S102": security.runs_code,
    "S104": security.all_interfaces,
    "S110": expressions.swallowed,
    "S112": expressions.swallowed,
    "S301": security.loads,
    "S302": security.loads,
    "S306": security.temporary_name,
    "S307": security.runs_code,
    "S324": security.weak_hash,
    "S602": security.shell,
    "S605": security.shell,
    "S608": security.sql,
}
"""Judges that need the syntax tree."""


def judge(finding: Finding, module: Module) -> Finding | None:
    """The finding as it weighs here; None where it is not a defect."""
    by_text = _BY_TEXT.get(finding.rule)
    if by_text is not None:
        return by_text(finding, module)
    by_tree = _BY_TREE.get(finding.rule)
    if by_tree is None:
        return finding
    if module.tree is None:
        return replace(finding, confidence=Confidence.LOW)
    try:
        return by_tree(finding, module)
    except RecursionError:  # The code is nested deeper than trees can be written out again.
        return replace(finding, confidence=Confidence.LOW)


__all__ = ["CONSUMERS", "Module", "called", "judge"]
