"""Judging findings about expressions that look pointless or wrong."""

from __future__ import annotations

import ast
import re

from bandmaster.findings import Confidence, Finding, Severity
from bandmaster.providers.builtin.judging.module import Function, Module, called
from bandmaster.providers.builtin.judging.verdict import trifle, weigh

_LAST_STEPS = frozenset(("__del__", "__exit__", "__aexit__", "close", "aclose", "shutdown"))
_PATHS = re.compile(r"\((\d+) > \d+\)")


def compared_with_itself(finding: Finding, module: Module) -> Finding | None:
    """`x != x` is how one asks for NaN."""
    if re.search(r"\bnan\b|isnan|_nan", module.text, re.IGNORECASE):
        return None
    return finding


def pointless(finding: Finding, module: Module) -> Finding | None:
    """Looking an attribute up may be meant: in a `try` it asks, elsewhere a property works."""
    nodes = module.at(finding.span.start)
    if any(isinstance(one, ast.BinOp) and ast.unparse(one.right) == "0" for one in nodes):
        return None  # `1 / 0` is there to raise.
    for node in nodes:
        if any(isinstance(one, ast.Try | ast.With) for one in module.parents(node)):
            return None
    return trifle(finding) if any(isinstance(one, ast.Attribute) for one in nodes) else finding


def property_parameters(finding: Finding, module: Module) -> Finding:
    """Parameters with defaults only keep a value at hand."""
    for node in module.at(finding.span.start):
        for one in (node, *module.parents(node)):
            if isinstance(one, Function):
                given = one.args
                needed = len(given.args) + len(given.posonlyargs) - 1 - len(given.defaults)
                return finding if needed > 0 or None in given.kw_defaults else trifle(finding)
    return trifle(finding)


def swallowed(finding: Finding, module: Module) -> Finding | None:
    """A small step that may fail, or a handler that says why, is meant to be silent."""
    for node in module.at(finding.span.start):
        if not isinstance(node, ast.ExceptHandler):
            continue
        written = "".join(module.line(n) for n in range(node.lineno, (node.end_lineno or 0) + 1))
        function = module.function(node)
        if "#" in written or (function is not None and function.name in _LAST_STEPS):
            return None
        around = next(module.parents(node), None)
        small = isinstance(around, ast.Try) and len(around.body) == 1
        return trifle(finding) if small else finding
    return finding


def special_signature(finding: Finding, module: Module) -> Finding | None:
    """A method that is only declared, or only says that it is not to be used, is never called."""
    for node in module.at(finding.span.start):
        for one in (node, *module.parents(node)):
            if isinstance(one, Function):
                stub = ast.Expr | ast.Pass | ast.Raise | ast.Assert
                return None if all(isinstance(step, stub) for step in one.body) else finding
    return finding


def format_count(finding: Finding, module: Module) -> Finding | None:
    """Only a tuple that is written here has a length that can be counted."""
    for node in module.at(finding.span.start):
        if isinstance(node, ast.BinOp):
            return finding if isinstance(node.right, ast.Tuple) else None
    return finding


def logging_arguments(finding: Finding, module: Module) -> Finding | None:
    """Loggers of other libraries take other arguments."""
    return finding if re.search(r"^\s*(?:import|from)\s+logging\b", module.text, re.M) else None


def debugger(finding: Finding, _: Module) -> Finding | None:
    """Importing a debugger stops nothing."""
    return None if finding.message.startswith("Import") else finding


def asks_callable(finding: Finding, module: Module) -> Finding | None:
    """`getattr(x, "__call__", …)` fetches the method and asks nothing."""
    return finding if "hasattr" in module.line(finding.span.start.line) else None


def sleeps(finding: Finding, module: Module) -> Finding | None:
    """`sleep(0)` gives way and blocks nobody."""
    for node in module.at(finding.span.start):
        for one in (node, *module.parents(node)):
            if called(one) == "sleep" and isinstance(one, ast.Call) and one.args:
                return None if ast.unparse(one.args[0]) == "0" else finding
    return finding


def complexity(finding: Finding, _: Module) -> Finding:
    """The more paths, the surer that it hurts."""
    found = _PATHS.search(finding.message)
    paths = int(found[1]) if found else 0
    return finding if paths > 30 else weigh(finding, Severity.LOW, Confidence.MEDIUM)


def trifling(finding: Finding, _: Module) -> Finding:
    return trifle(finding)
