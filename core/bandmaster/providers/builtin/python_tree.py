"""Defects of Python code that ruff looks past: lost files, and code that can never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from bandmaster.findings import Category, Confidence, Finding, Position, Severity, Span
from bandmaster.providers.builtin.judging import CONSUMERS, Module, called
from bandmaster.providers.builtin.rules import Rule
from bandmaster.workspace import Document

_LOSES_FILE = re.compile(r"\breturn\b.*\bopen\(")
_JUMPS = re.compile(
    r"^([ \t]+)(?:return|raise|continue|break)\b.*\n"  # A jump, …
    r"(?:[ \t]*(?:#.*)?\n|\1[ \t)\]}'\"].*\n)*"  # its further lines, blank ones, comments, …
    r"\1(?!(?:else|elif|except|finally|case)\b)[^\s#)\]}]",  # and code in the same block.
    re.MULTILINE,
)
"""Text that may hold unreachable code; most files do not, and are not parsed for it."""
_READS = frozenset("read readline readlines write writelines".split())
_UNCLOSED = Rule(
    "py-unclosed-file",
    Severity.MEDIUM,
    Confidence.HIGH,
    Category.RESOURCE,
    "Nobody can close the file: it stays open until the interpreter happens to free it.",
    "Open it in a `with` statement, or use `Path.read_text`.",
)
_UNREACHABLE = Rule(
    "py-unreachable-code",
    Severity.MEDIUM,
    Confidence.HIGH,
    Category.DEAD_CODE,
    "The statement before it always leaves: something is misplaced, or left over.",
    "Move the code before the jump, or remove it.",
)
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def examine_python(document: Document) -> list[Finding]:
    """What is seen in the syntax tree; the file is parsed only where its text raises a doubt."""
    loses, jumps = _LOSES_FILE.search(document.text), _JUMPS.search(document.text)
    if not loses and not jumps:
        return []
    module = Module(document.text)
    if module.tree is None:
        return []
    findings: list[Finding] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Return):
            findings.extend(
                _finding(document.path, module, one, _UNCLOSED, "A file is opened and never closed")
                for one in ast.walk(node)
                if isinstance(one, ast.Call) and _loses(one)
            )
        findings.extend(
            _finding(document.path, module, one, _UNREACHABLE, "This code can never run")
            for one in _unreachable(node)
        )
    return findings


def _loses(call: ast.Call) -> bool:
    """`open(…).read()` or `json.load(open(…))`: what was opened has no name."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _READS:
        return _is_open(call.func.value)
    return called(call) in CONSUMERS and any(_is_open(one) for one in call.args[:1])


def _is_open(node: ast.AST) -> bool:
    """Whether `node` is a call of the builtin `open`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"


def _unreachable(node: ast.AST) -> Iterator[ast.stmt]:
    """The first statement behind one that always leaves, in each block of `node`.

    A `yield` that is never reached makes its function a generator, and is meant.
    """
    for field in ("body", "orelse", "finalbody"):
        block: object = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        statements = [one for one in block if isinstance(one, ast.stmt)]  # pyright: ignore[reportUnknownVariableType] - a list of anything
        for before, after in pairwise(statements):
            if isinstance(before, _LEAVES):
                if not any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(after)):
                    yield after
                break


def _finding(
    path: str, module: Module, node: ast.expr | ast.stmt, rule: Rule, message: str
) -> Finding:
    line = module.line(node.lineno)
    column = len(line.encode()[: node.col_offset].decode()) + 1
    last = node.end_lineno == node.lineno and node.end_col_offset
    width = len(line.encode()[node.col_offset : last].decode()) if last else len(line.strip())
    return Finding(
        path=path,
        span=Span(Position(node.lineno, column), Position(node.lineno, column + width)),
        rule=rule.code,
        name=rule.code.removeprefix("py-"),
        severity=rule.severity,
        confidence=rule.confidence,
        category=rule.category,
        message=message,
        why=rule.why,
        how=rule.how,
        source="ast",
    )
