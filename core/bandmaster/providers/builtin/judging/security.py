"""Judging security findings: who can influence the text, and what is done with it."""

from __future__ import annotations

import ast
import re

from bandmaster.findings import Confidence, Finding, Severity
from bandmaster.providers.builtin.judging.module import Module, called, names
from bandmaster.providers.builtin.judging.verdict import trifle, weigh

_OUTSIDE = frozenset(
    "request argv environ getenv query_params recv query_string cookies user_input get_json".split()
)
_PASSWORD = re.compile(r"passw|pwd|credential")
_SENSITIVE = re.compile(r"passw|pwd|secret|credential|signature|token")
_SQL = re.compile(
    r"^\s*(?:select\b.+?\bfrom\b|insert\s+into\b|update\b.+?\bset\b|delete\s+from\b|replace\s+into\b"
    r"|drop\s+table\b|with\b.+?\bselect\b)",
    re.IGNORECASE | re.DOTALL,
)
_SHOUTED = re.compile(r"\s*[A-Z]{4,}\b")
_RUNS_SQL = frozenset("execute executemany executescript raw query fetch fetchall text".split())
_LISTENS = frozenset("bind run serve listen create_server start_server run_app".split())


def runs_code(finding: Finding, module: Module) -> Finding | None:
    """Text from outside is bad; a namespace made for the code shows that it is meant."""
    call = _call(finding, module)
    if call is None or not call.args:
        return trifle(finding)
    if _is_fixed(call.args[0], module):
        return None
    if _is_outside(call.args[0], module):
        return weigh(finding, Severity.CRITICAL, Confidence.HIGH)
    if len(call.args) > 1 or call.keywords or isinstance(call.args[0], ast.Call):
        return trifle(finding)
    return weigh(finding, Severity.MEDIUM, Confidence.MEDIUM)


def shell(finding: Finding, module: Module) -> Finding | None:
    """A command that is written here can only do what is written here."""
    if "seems safe" in finding.message:
        return None
    call = _call(finding, module)
    command = call.args[0] if call is not None and call.args else None
    if command is None or _is_fixed(command, module):
        return trifle(finding)
    if isinstance(command, ast.List | ast.Tuple):
        return weigh(finding, Severity.MEDIUM, Confidence.LOW)
    if isinstance(command, ast.JoinedStr | ast.BinOp) or _is_outside(command, module):
        return weigh(finding, Severity.HIGH, Confidence.HIGH)
    if called(command) == "format":
        return weigh(finding, Severity.HIGH, Confidence.HIGH)
    return finding


def loads(finding: Finding, module: Module) -> Finding:
    """Data from the network is worse than data of our own."""
    call = _call(finding, module)
    if call is not None and any(_is_outside(one, module) for one in call.args):
        return weigh(finding, Severity.HIGH, Confidence.HIGH)
    if call is not None and any(isinstance(one, ast.Attribute) for one in call.args):
        return trifle(finding)  # What an object has kept was put there by this program.
    return finding


def weak_hash(finding: Finding, module: Module) -> Finding:
    """A weak hash of a password is a hole; of anything else it may be a protocol's choice."""
    for node in module.at(finding.span.start):
        function = module.function(node)
        place = "" if function is None else function.name.lower()
        if _PASSWORD.search(place) or any(_SENSITIVE.search(name) for name in names(node)):
            return weigh(finding, Severity.HIGH, Confidence.MEDIUM)
    return trifle(finding)


def sql(finding: Finding, module: Module) -> Finding | None:
    """Text that is no statement, or whose parts are constants of the code, is harmless."""
    for node in module.at(finding.span.start):
        if not isinstance(node, ast.BinOp | ast.JoinedStr | ast.Call):
            continue
        constants = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
        written = "?".join(one for one in constants if isinstance(one, str))
        executed = any(called(one) in _RUNS_SQL for one in module.parents(node))
        if not _SQL.match(written) or not (executed or _SHOUTED.match(written)):
            return None
        if all(_is_fixed(part, module) or _is_constant_name(part) for part in _filled_in(node)):
            return trifle(finding)
        if executed:
            return weigh(finding, Severity.HIGH, Confidence.MEDIUM)
        return finding
    return finding


def _filled_in(node: ast.AST) -> list[ast.expr]:
    """What is put into the text."""
    if isinstance(node, ast.JoinedStr):
        return [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
    if isinstance(node, ast.Call):
        return [*node.args, *(keyword.value for keyword in node.keywords)]
    parts: list[ast.expr] = []
    todo: list[ast.expr] = [node] if isinstance(node, ast.BinOp) else []
    while todo:
        one = todo.pop()
        if isinstance(one, ast.BinOp):
            todo += [one.left, one.right]
        elif isinstance(one, ast.Tuple):
            todo += one.elts
        elif isinstance(one, ast.JoinedStr):
            parts += _filled_in(one)
        elif not isinstance(one, ast.Constant):
            parts.append(one)
    return parts


def _is_constant_name(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return (isinstance(name, str) and name.isupper()) or (
        isinstance(node, ast.Call) and called(node) in ("join", "quote_name", "quote")
    )


def all_interfaces(finding: Finding, module: Module) -> Finding | None:
    """It is a choice where a server is started with it, and an address like others elsewhere."""
    for node in module.at(finding.span.start):
        if any(called(one) in _LISTENS for one in module.parents(node)):
            return weigh(finding, Severity.LOW, Confidence.HIGH)
    return trifle(finding)


def temporary_name(finding: Finding, module: Module) -> Finding | None:
    """Pipes of Windows have names of their own, in which no file can get in the way."""
    call = _call(finding, module)
    if call is not None and r"\\.\pipe" in ast.unparse(call).replace("\\\\", "\\"):
        return None
    if call is not None and "pipe" in ast.unparse(call):
        return None
    return finding


def _call(finding: Finding, module: Module) -> ast.Call | None:
    calls = [one for one in module.at(finding.span.start) if isinstance(one, ast.Call)]
    if calls:
        return calls[-1]
    for node in module.at(finding.span.start):
        return next((one for one in module.parents(node) if isinstance(one, ast.Call)), None)
    return None


def _is_fixed(node: ast.expr, module: Module) -> bool:
    """Whether the value is written in the code: constants, or a name that only means constants."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.List | ast.Tuple):
        return all(_is_fixed(one, module) for one in node.elts)
    if isinstance(node, ast.Name):
        values = _values(node, module)
        return bool(values) and all(_is_literal(one) for one in values)
    return False


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple):
        return all(isinstance(one, ast.Constant) for one in node.elts)
    return isinstance(node, ast.Constant)


def _values(name: ast.Name, module: Module) -> list[ast.expr]:
    """What the name is given, in its function or in the module; none for a parameter."""
    scope = module.function(name)
    for place in (scope, module.tree):
        if place is None:
            continue
        if scope is place and name.id in {
            one.arg for one in ast.walk(place) if isinstance(one, ast.arg)
        }:
            return []
        values = [
            node.value if isinstance(node, ast.Assign) else node.iter
            for node in ast.walk(place)
            if (isinstance(node, ast.Assign) and _names_it(node.targets[0], name))
            or (isinstance(node, ast.For) and _names_it(node.target, name))
        ]
        if values:
            return values
    return []


def _names_it(target: ast.expr, name: ast.Name) -> bool:
    return isinstance(target, ast.Name) and target.id == name.id


def _is_outside(node: ast.expr, module: Module) -> bool:
    """Whether an outsider wrote the value: it is read here, or into a local name before."""
    values = _values(node, module) if isinstance(node, ast.Name) else [node]
    return any(
        names(value) & _OUTSIDE or any(called(one) == "input" for one in ast.walk(value))
        for value in [node, *values]
    )
