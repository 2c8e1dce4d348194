"""Examining one file with the checks of its language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tree_sitter import Node, QueryCursor

from bandmaster.findings import Category, Confidence, Finding, Severity
from bandmaster.providers.builtin.checks import complexity
from bandmaster.providers.builtin.checks.check import Check, within
from bandmaster.providers.builtin.checks.grammars import Errors, Grammar, parser_of, query_of
from bandmaster.providers.builtin.positions import Ruler
from bandmaster.providers.builtin.rules import Rule
from bandmaster.workspace import Document

_MOST_PER_CHECK = 5
"""More findings of one check in one file are its author's habit."""
_LONGEST_LINE = 3_000
"""A file with a longer line was not written by a person."""
_BRACKETS = {"}": "{", ")": "(", "]": "["}
_WHY = "What a parser does not understand, a compiler may refuse."
_HOW = "Look for a missing bracket, quote or keyword here or just before."
_UNBALANCED = Rule("syntax-error", Severity.HIGH, Confidence.MEDIUM, Category.SYNTAX, _WHY, _HOW)
_UNCLEAR = Rule("syntax-error", Severity.LOW, Confidence.LOW, Category.SYNTAX, _WHY, _HOW)


def examine_tree(document: Document, grammar: Grammar) -> list[Finding]:
    """What the checks of `grammar` find in `document`."""
    if "\0" in document.text or _has_long_line(document.text):
        return []  # Some parsers never return from a NUL.
    data = document.text.encode("utf-8", "replace")
    tree = parser_of(grammar).parse(data)
    captured = QueryCursor(query_of(grammar)).captures(tree.root_node)
    place = _Place(document, data)
    findings: list[Finding] = []
    for at, check in enumerate(grammar.checks):
        findings.extend(_hits(check, captured.get(f"h{at}", ()), place))
    findings.extend(_complex(captured.get("function", ()), captured.get("branch", ()), place))
    if tree.root_node.has_error and grammar.errors is not Errors.HIDDEN:
        told = grammar.errors is Errors.TOLD and not (
            _balanced(tree.root_node) or _even(document.text)
        )
        findings.append(_broken(tree.root_node, place, _UNBALANCED if told else _UNCLEAR))
    return findings


def _has_long_line(text: str) -> bool:
    return any(len(line) > _LONGEST_LINE for line in text.split("\n"))


class _Place:
    """Makes findings in one file from bytes of its tree."""

    def __init__(self, document: Document, data: bytes) -> None:
        self._path = document.path
        self._data = data
        self._ruler = Ruler(document.text)

    def finding(self, rule: Rule, message: str, start: int, end: int) -> Finding:
        return Finding(
            path=self._path,
            span=self._ruler.span(self._offset(start), self._offset(end)),
            rule=rule.code,
            name=rule.code.partition("-")[2] or rule.code,
            severity=rule.severity,
            confidence=rule.confidence,
            category=rule.category,
            message=message,
            why=rule.why,
            how=rule.how,
            source="tree-sitter",
        )

    def _offset(self, byte: int) -> int:
        return len(self._data[:byte].decode("utf-8", "ignore"))


def _hits(check: Check, nodes: Iterable[Node], place: _Place) -> list[Finding]:
    findings: list[Finding] = []
    for node in sorted(nodes, key=lambda one: one.start_byte):
        if len(findings) >= _MOST_PER_CHECK:
            break
        if not node.has_error and check.test(node):
            findings.append(place.finding(check.rule, check.message, node.start_byte, _end(node)))
    return findings


def _end(node: Node) -> int:
    """Long nodes are marked by their first line."""
    if node.end_point[0] == node.start_point[0] or node.text is None:
        return node.end_byte
    return node.start_byte + len(node.text.split(b"\n", 1)[0].rstrip(b"\r"))


def _complex(functions: Iterable[Node], branches: Iterable[Node], place: _Place) -> list[Finding]:
    spans = [(one.start_byte, one.end_byte, _end(one)) for one in functions]
    counts = complexity.paths(
        [(start, end) for start, end, _ in spans], [one.start_byte for one in branches]
    )
    return [
        place.finding(complexity.RULE, f"The function has {count} paths", start, shown)
        for (start, _, shown), count in zip(spans, counts, strict=True)
        if count > complexity.MOST_PATHS
    ]


def _broken(root: Node, place: _Place, rule: Rule) -> Finding:
    """The first place that the grammar does not understand."""
    node = root
    while not (node.is_error or node.is_missing):
        inner = next((one for one in node.children if one.has_error or one.is_missing), None)
        if inner is None:
            break
        node = inner
    return place.finding(rule, "The code cannot be parsed here", node.start_byte, _end(node))


def _balanced(root: Node) -> bool:
    """Whether each bracket of the code, outside texts and comments, has its other half."""
    counts = Counter(one.type for one in within(root) if not one.is_named and not one.is_missing)
    return all(counts[close] == counts[opening] for close, opening in _BRACKETS.items())


def _even(text: str) -> bool:
    """Whether all brackets of the text, wherever they stand, come in pairs.

    A parser that lost its way drops brackets from its tree; this sees those as well.
    """
    return all(text.count(close) == text.count(opening) for close, opening in _BRACKETS.items())
