"""Judging findings about names: undefined, unused, defined twice."""

from __future__ import annotations

import ast
import re

from bandmaster.findings import Confidence, Finding, Severity
from bandmaster.providers.builtin.judging.module import Function, Module
from bandmaster.providers.builtin.judging.verdict import trifle, weigh

_DYNAMIC = re.compile(
    r"globals\(\)\s*(?:\.update|\.setdefault|\[)|setattr\(\s*builtins|vars\(builtins"
)
_EXECUTES = re.compile(r"\bexec\(|sys\.modules\[__name__\]")
_POSTPONED = re.compile(r"^from __future__ import .*\bannotations\b", re.MULTILINE)
_OLD_NAME = re.compile(
    r"`(?:basestring|unicode|long|xrange|raw_input|reduce|unichr|file|cmp|execfile|buffer|reload"
    r"|apply|intern)`"
)
_TWO_PYTHONS = re.compile(r"\bPY[23]\b|version_info|\bsix\b|python_2_unicode")
_PROMISED = re.compile(r"#\s*(?:type:\s*ignore|pyright:\s*ignore)")
_PATH = re.compile(r"\w+")


def undefined(finding: Finding, module: Module) -> Finding | None:
    """Names that are put in place at run time are not missing; annotations are not evaluated."""
    if _PROMISED.search(module.line(finding.span.start.line)) or _DYNAMIC.search(module.text):
        return None
    if "`get_ipython`" in finding.message or "`__" in finding.message:
        return None
    nodes = module.at(finding.span.start)
    if any(_is_late(module, node) for node in nodes):
        return weigh(finding, Severity.LOW, Confidence.HIGH)
    if _OLD_NAME.search(finding.message) and any(_is_guarded(module, node) for node in nodes):
        return trifle(finding)
    if _EXECUTES.search(module.text) or _is_bound(_quoted(finding), module):
        return weigh(finding, Severity.MEDIUM, Confidence.LOW)
    return finding


def _quoted(finding: Finding) -> str:
    """The name that the message is about."""
    return finding.message.partition("`")[2].partition("`")[0]


def _is_bound(name: str, module: Module) -> bool:
    """Whether the file gives the name a meaning anywhere: then it is a matter of order."""
    if module.tree is None:
        return False
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, Function | ast.ClassDef) and node.name == name:
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name) == name:
            return True
    return False


def _is_late(module: Module, node: ast.AST) -> bool:
    """Whether the name is in an annotation that is not evaluated when the line runs."""
    if isinstance(node, ast.Constant):
        return True
    return _POSTPONED.search(module.text) is not None and _in_annotation(module, node)


def _is_guarded(module: Module, node: ast.AST) -> bool:
    """Whether a name of Python 2 stands where only Python 2 comes."""
    return any(
        isinstance(one, ast.If | ast.IfExp | ast.Try)
        or (isinstance(one, Function) and _TWO_PYTHONS.search(module.text) is not None)
        for one in module.parents(node)
    )


def _in_annotation(module: Module, node: ast.AST) -> bool:
    child = node
    for parent in module.parents(node):
        if isinstance(parent, ast.arg | ast.AnnAssign) and parent.annotation is child:
            return True
        if isinstance(parent, Function) and parent.returns is child:
            return True
        child = parent
    return False


def redefined(finding: Finding, module: Module) -> Finding:
    """A second function of the same name loses code; a second import costs nothing."""
    nodes = module.at(finding.span.start)
    line = module.line(finding.span.start.line)
    if re.search(rf"^\s*global\s.*\b{re.escape(_quoted(finding))}\b", module.text, re.MULTILINE):
        return trifle(finding)
    if any(isinstance(one, Function | ast.ClassDef) for one in nodes) or re.match(
        r"\s*(?:async\s+def|def|class)\b", line
    ):
        return weigh(finding, Severity.MEDIUM, Confidence.HIGH)
    return weigh(finding, Severity.LOW, Confidence.MEDIUM)


def unused_import(finding: Finding, module: Module) -> Finding | None:
    """Packages import to offer names to others, and programs to see whether they can."""
    *_, name = finding.path.split("/")
    if name == "__init__.py" or "compat" in name or "find_spec" in finding.message:
        return None
    return trifle(finding) if "#" in module.line(finding.span.start.line) else finding


def unused_variable(finding: Finding, module: Module) -> Finding | None:
    """The name of a caught exception, or one that says that it is not used, is a trifle."""
    line = module.line(finding.span.start.line)
    name = _PATH.match(line[finding.span.start.column - 1 :])
    if re.match(r"\s*except\b", line) or (name and name[0].startswith(("_", "dummy", "unused"))):
        return trifle(finding)
    return finding


def self_assigned(finding: Finding, module: Module) -> Finding | None:
    """In a module or class `x = x` makes a name local on purpose."""
    nodes = module.at(finding.span.start)
    if nodes and not any(module.function(node) for node in nodes):
        return None
    return finding


def exported(finding: Finding, module: Module) -> Finding | None:
    """Names of `__all__` that a module makes at run time, or has as its submodules, exist."""
    if finding.path.endswith("__init__.py") or "__getattr__" in module.text:
        return None
    return undefined(finding, module)


def defined_twice(finding: Finding, _: Module) -> Finding | None:
    """Two calls make two values, whatever they look like."""
    return None if "(" in finding.message else finding
