"""A check on a syntax tree: a query that finds candidates, and a test that keeps the defects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

Test = Callable[[Node], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One kind of defect. `query` marks each candidate with `@hit`."""

    rule: Rule
    message: str
    query: str
    test: Test


def check(
    code: str,
    grade: tuple[Severity, Confidence, Category],
    query: str,
    test: Test,
    message: str,
    why: str,
    how: str,
) -> Check:
    severity, confidence, category = grade
    rule = Rule(code, severity, confidence, category, why, how)
    return Check(rule=rule, message=message, query=query, test=test)


def always(_: Node) -> bool:
    """The query alone tells."""
    return True


def text(node: Node | None) -> str:
    """The source of `node`, or nothing."""
    if node is None or node.text is None:
        return ""
    return node.text.decode("utf-8", "replace")


def field(node: Node | None, name: str) -> Node | None:
    return None if node is None else node.child_by_field_name(name)


def first(node: Node | None) -> Node | None:
    """The first named child."""
    return next(iter(node.named_children), None) if node is not None else None


def within(node: Node) -> Iterator[Node]:
    """`node` and all nodes in it, without recursion."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(one.children))


def around(node: Node, types: frozenset[str], stop: frozenset[str] = frozenset()) -> Node | None:
    """The nearest node of one of `types` around `node`, not beyond one of `stop`."""
    parent = node.parent
    while parent is not None and parent.type not in types:
        if parent.type in stop:
            return None
        parent = parent.parent
    return parent


def operator(node: Node) -> str:
    """The operator of a binary expression or an assignment."""
    sign = node.child_by_field_name("operator")
    if sign is not None:
        return sign.type
    return next((child.type for child in node.children if not child.is_named), "")
