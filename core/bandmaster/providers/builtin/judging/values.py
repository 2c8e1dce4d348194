"""Judging findings about values that outlive what was meant: defaults, files, loop variables."""

from __future__ import annotations

import ast
import re

from bandmaster.findings import Confidence, Finding, Severity
from bandmaster.providers.builtin.judging.module import Function, Module, called
from bandmaster.providers.builtin.judging.verdict import trifle, weigh

CONSUMERS = frozenset("load safe_load full_load list tuple set dict sorted len sum".split())
"""Functions that read all of a file that they are given, and do not close it."""

_CHANGES = frozenset(
    "append extend insert add update setdefault pop popitem remove discard clear sort reverse"
    " appendleft extendleft".split()
)
_ON_PURPOSE = re.compile(r"^_|cache|memo|seen|state", re.IGNORECASE)
_LATER = frozenset(
    "append add insert connect bind after after_idle call_soon call_later call_at submit Thread"
    " Timer add_done_callback register subscribe create_task ensure_future Button add_command on"
    " setdefault add_callback".split()
)
_LATER_KEYWORDS = frozenset(
    "command target callback on_click on_change handler key_handler".split()
)


def shared_default(finding: Finding, module: Module) -> Finding | None:
    """A shared default does harm only where the function, or its class, changes it."""
    function, name = _parameter(finding, module)
    if function is None or _rebinds(function, name):
        return trifle(finding)
    if _changes(function, name, _ON_PURPOSE):
        return finding
    attribute = _kept_as(function, name)
    owner = next(module.parents(function), None)
    if attribute and isinstance(owner, ast.ClassDef) and _changes(owner, attribute, None):
        return finding
    return trifle(finding)


def _parameter(finding: Finding, module: Module) -> tuple[Function | None, str]:
    """The function and the parameter whose default stands at the finding."""
    for node in module.at(finding.span.start):
        for arguments in (one for one in module.parents(node) if isinstance(one, ast.arguments)):
            function = next(module.parents(arguments), None)
            positional = [*arguments.posonlyargs, *arguments.args]
            pairs = [
                *zip(reversed(positional), reversed(arguments.defaults), strict=False),
                *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
            ]
            name = next((arg.arg for arg, default in pairs if default is node), "")
            if isinstance(function, Function) and name:
                return function, name
    return None, ""


def _changes(scope: ast.AST, name: str, purpose: re.Pattern[str] | None) -> bool:
    """Whether the object that `name` means is changed in place in `scope`.

    Where `name` says by `purpose` that it is shared between calls, that is meant.
    """
    if purpose is not None and purpose.search(name):
        return False
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if _is(node.func.value, name) and node.func.attr in _CHANGES:
                return True
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            if _is(node.value, name):
                return True
        elif isinstance(node, ast.AugAssign) and _is(node.target, name):
            return True
    return False


def _kept_as(function: Function, name: str) -> str:
    """The attribute in which the function keeps the object itself, as `self.x`, or nothing."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _is(node.value, name):
            target = node.targets[0]
            if isinstance(target, ast.Attribute):
                return f"{ast.unparse(target.value)}.{target.attr}"
    return ""


def _rebinds(function: Function, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in ast.walk(function)
        if not isinstance(node, ast.AugAssign)
    ) and not any(
        isinstance(node, ast.AugAssign) and _is(node.target, name) for node in ast.walk(function)
    )


def _is(node: ast.AST | None, name: str) -> bool:
    """Whether `node` is the name, or the attribute written with a dot."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}" == name
    return isinstance(node, ast.Name) and node.id == name


def cached_method(finding: Finding, module: Module) -> Finding:
    """A cache with a limit lets go of old instances in the end."""
    for node in module.at(finding.span.start):
        limit = [one.value for one in getattr(node, "keywords", []) if one.arg == "maxsize"]
        endless = any(isinstance(one, ast.Constant) and one.value is None for one in limit)
        if endless or ast.unparse(node).rpartition(".")[2] == "cache":
            return weigh(finding, Severity.MEDIUM, Confidence.MEDIUM)
    return trifle(finding)


def opened(finding: Finding, module: Module) -> Finding | None:
    """A file is lost when it is read on the spot, or kept in a local name that nobody closes."""
    call = next((one for one in module.at(finding.span.start) if called(one)), None)
    call = _innermost(module, finding) or call
    if call is None or "tempfile" in ast.unparse(call).lower():
        return None
    parent = next(module.parents(call), None)
    if isinstance(parent, ast.Attribute):
        return weigh(finding, Severity.MEDIUM, Confidence.HIGH)
    if isinstance(parent, ast.Call) and called(parent) in CONSUMERS:
        return weigh(finding, Severity.MEDIUM, Confidence.MEDIUM)
    function = module.function(call)
    if not isinstance(parent, ast.Assign) or not isinstance(parent.targets[0], ast.Name):
        return None
    name = parent.targets[0].id
    scope = function if function is not None else module.tree
    if scope is None or _handed_on(scope, name):
        return None
    if _closes(scope, name):
        return weigh(finding, Severity.LOW, Confidence.MEDIUM)
    return weigh(finding, Severity.MEDIUM, Confidence.HIGH)


def _innermost(module: Module, finding: Finding) -> ast.Call | None:
    """`open(…)` in `open(…).read()` starts where the longer call starts."""
    calls = [one for one in module.at(finding.span.start) if isinstance(one, ast.Call)]
    return next((one for one in reversed(calls) if "open" in called(one).lower()), None)


def _closes(scope: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "close" and _is(node.value, name)
        for node in ast.walk(scope)
    )


def _handed_on(scope: ast.AST, name: str) -> bool:
    """Whether somebody else may close it: it is returned, kept, passed on, or used by `with`."""
    for node in ast.walk(scope):
        given: list[ast.AST | None] = []
        if isinstance(node, ast.Return | ast.Yield | ast.Await | ast.Assign):
            given = [node.value]
        elif isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.withitem):
            given = [node.context_expr]
        elif isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.IfExp | ast.BoolOp):
            given = list(ast.iter_child_nodes(node))
        if any(_is(one, name) for one in given):
            return True
    return False


def late_binding(finding: Finding, module: Module) -> Finding:
    """A function that is called within the same round sees the right value."""
    for node in module.at(finding.span.start):
        for around in module.parents(node):
            if isinstance(around, ast.Lambda | Function):
                return finding if _outlives(module, around) else trifle(finding)
    return trifle(finding)


def _outlives(module: Module, function: ast.Lambda | Function) -> bool:
    """Whether the function is kept for later than the round of the loop that made it."""
    if isinstance(function, ast.Lambda):
        return _kept(module, function)
    scope = module.function(function) or module.tree
    return scope is not None and any(
        isinstance(node, ast.Name) and node.id == function.name and _kept(module, node)
        for node in ast.walk(scope)
    )


def _kept(module: Module, node: ast.AST) -> bool:
    parent = next(module.parents(node), None)
    if isinstance(parent, ast.keyword):
        return (parent.arg or "") in _LATER_KEYWORDS
    if isinstance(parent, ast.Call):
        return node in parent.args and called(parent) in _LATER
    if isinstance(parent, ast.Assign):
        return not isinstance(parent.targets[0], ast.Name)
    return isinstance(parent, ast.List | ast.Dict | ast.ListComp | ast.Yield)


def returned_from_init(finding: Finding, module: Module) -> Finding | None:
    """What a call returns may well be None."""
    for node in module.at(finding.span.start):
        if isinstance(node, ast.Return):
            return None if isinstance(node.value, ast.Call | ast.Await) else finding
    return finding
