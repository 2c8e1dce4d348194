"""Files that a Python function reads in its `return` and never closes; ruff looks past these."""

from __future__ import annotations

import ast
import re

from bandmaster.findings import Category, Confidence, Finding, Position, Severity, Span
from bandmaster.providers.builtin.judging import Module
from bandmaster.providers.builtin.rules import Rule
from bandmaster.workspace import Document

_LOOKS_LIKE = re.compile(r"\breturn\b.*\bopen\(.*\)\.(?:read|write)")
_READS = frozenset("read readline readlines write writelines".split())
_RULE = Rule(
    "py-unclosed-file",
    Severity.MEDIUM,
    Confidence.HIGH,
    Category.RESOURCE,
    "Nobody can close the file: it stays open until the interpreter happens to free it.",
    "Open it in a `with` statement, or use `Path.read_text`.",
)


def find_leaks(document: Document) -> list[Finding]:
    """Files that are opened and used within one `return`."""
    if not _LOOKS_LIKE.search(document.text):
        return []
    module = Module(document.text)
    if module.tree is None:
        return []
    return [
        _finding(document.path, module, node)
        for statement in ast.walk(module.tree)
        if isinstance(statement, ast.Return)
        for node in ast.walk(statement)
        if _is_lost(node)
    ]


def _is_lost(node: ast.AST) -> bool:
    """`open(…).read`: what was opened has no name."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in _READS
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "open"
    )


def _finding(path: str, module: Module, node: ast.AST) -> Finding:
    start = getattr(node, "lineno", 1)
    column = len(module.line(start).encode()[: getattr(node, "col_offset", 0)].decode()) + 1
    end = Position(start, column + len("open"))
    return Finding(
        path=path,
        span=Span(Position(start, column), end),
        rule=_RULE.code,
        name="unclosed-file",
        severity=_RULE.severity,
        confidence=_RULE.confidence,
        category=_RULE.category,
        message="The file is opened and never closed",
        why=_RULE.why,
        how=_RULE.how,
        source="ast",
    )
