"""Tests that hold for many languages; a language gives the names of its own nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.checks.check import (
    Check,
    Test,
    check,
    field,
    operator,
    text,
    within,
)

SURE_BUG = (Severity.HIGH, Confidence.HIGH, Category.BUG)
BUG = (Severity.MEDIUM, Confidence.HIGH, Category.BUG)
LIKELY_BUG = (Severity.MEDIUM, Confidence.MEDIUM, Category.BUG)
SLIP = (Severity.LOW, Confidence.MEDIUM, Category.BUG)
HOLE = (Severity.HIGH, Confidence.HIGH, Category.SECURITY)
LIKELY_HOLE = (Severity.HIGH, Confidence.MEDIUM, Category.SECURITY)
RISK = (Severity.MEDIUM, Confidence.MEDIUM, Category.SECURITY)
HINT = (Severity.LOW, Confidence.MEDIUM, Category.SECURITY)
DEAD = (Severity.MEDIUM, Confidence.HIGH, Category.DEAD_CODE)
LEAK = (Severity.MEDIUM, Confidence.MEDIUM, Category.RESOURCE)

_CALLS = re.compile(r"[(`]|\+\+|--")
_SQL = re.compile(
    r"^\W{0,4}(?:select\b.{1,400}?\bfrom\b|insert\s+into\b|update\b.{1,400}?\bset\b|delete\s+from\b)",
    re.IGNORECASE | re.DOTALL,
)
_MEMBER = re.compile(r"\.|->")
_COMMENTS = frozenset(("comment", "line_comment", "block_comment"))


def neighbour(node: Node, *, step: Literal["before", "behind"]) -> Node | None:
    """The next statement in one direction, comments left out."""
    while True:
        beside = node.prev_named_sibling if step == "before" else node.next_named_sibling
        if beside is None or beside.type not in _COMMENTS:
            return beside
        node = beside


def is_sql(written: str) -> bool:
    """Whether a literal, quotes included, begins like an SQL statement."""
    return _SQL.match(written) is not None


def same_sides(node: Node) -> bool:
    """Both sides of an operator or assignment are the same and read nothing new."""
    left, right = text(field(node, "left")), text(field(node, "right"))
    return bool(left) and left == right and not _CALLS.search(left)


def dropped_error(node: Node) -> bool:
    """A handler without a statement or a comment, behind more than one small step."""
    attempt = node.parent.parent if node.parent is not None else None
    body = field(attempt, "body")
    small = body is not None and body.named_child_count < 2
    return node.named_child_count == 0 and not small


def compared_with_itself(node: Node) -> bool:
    """`x != x` and `x == x` ask for NaN; everything else is a slip."""
    left = field(node, "left")
    if operator(node) in ("==", "!=", "===", "!==") and left is not None:
        return (
            _MEMBER.search(text(left)) is not None
            and same_sides(node)
            and "nan" not in text(left).lower()
        )
    return same_sides(node)


def unreachable(jumps: Iterable[str], allowed: Iterable[str]) -> Test:
    """A statement right behind one of `jumps`, unless it is one of `allowed`."""
    leaving, fine = frozenset(jumps), frozenset(allowed) | _COMMENTS

    def test(node: Node) -> bool:
        before = neighbour(node, step="before")
        return before is not None and before.type in leaving and node.type not in fine

    return test


def repeated_condition(branch: str, other: str, wrapped: str = "") -> Test:
    """An `else if` whose condition is one that was asked before in the same chain.

    `branch` is the type of an `if`, `other` its field for the else part, `wrapped` the node that
    stands between the two.
    """

    def test(node: Node) -> bool:
        condition = text(field(node, "condition"))
        if not condition or _CALLS.search(condition.strip("()")):
            return False
        parent = node.parent
        if parent is not None and parent.type == wrapped:
            parent = parent.parent
        child = node
        while parent is not None and parent.type == branch:
            if field(parent, other) not in (child, child.parent):
                return False
            if text(field(parent, "condition")) == condition:
                return True
            child, parent = parent, parent.parent
            if parent is not None and parent.type == wrapped:
                parent = parent.parent
        return False

    return test


def repeated(key: Callable[[Node], str]) -> Test:
    """A node whose `key` an earlier sibling of the same type has too."""

    def test(node: Node) -> bool:
        mine = key(node)
        if not mine or node.parent is None:
            return False
        for sibling in node.parent.named_children:
            if sibling.start_byte >= node.start_byte:
                return False
            if sibling.type == node.type and key(sibling) == mine:
                return True
        return False

    return test


def built_text(node: Node) -> bool:
    """Whether an expression puts a value that is not written here into a text.

    A name in capitals is a constant of the program, as good as written here.
    """
    if node.type in _INTERPOLATED:
        holes = [one for one in node.named_children if one.type in _HOLES]
    elif node.type in ("binary_expression", "binary") and operator(node) in ("+", "."):
        parts = [one for one in within(node) if not one.children or one.type in _STRINGS]
        if not any(one.type in _STRINGS for one in parts):
            return False
        holes = [one for one in parts if "identifier" in one.type or one.type in _NAMES]
    else:
        return False
    return any(not _CONSTANT.fullmatch(text(one)) for one in holes)


_CONSTANT = re.compile(r"[$#]?\{?\s*(?:this\.|self\.)?#?(?:[A-Z][A-Z0-9_]*|\d+)\s*\}?")
_INTERPOLATED = frozenset(
    "template_string encapsed_string interpolated_string_expression string".split()
)
_HOLES = frozenset(
    "template_substitution interpolation variable_name member_access_expression"
    " subscript_expression".split()
)
_STRINGS = frozenset(
    "string string_literal template_string interpreted_string_literal raw_string_literal"
    " encapsed_string verbatim_string_literal".split()
)
_NAMES = frozenset(("variable_name", "name", "constant", "instance_variable"))


def self_assignment(language: str, query: str) -> Check:
    return check(
        f"{language}-self-assignment",
        BUG,
        query,
        same_sides,
        "The value is assigned to itself",
        "The assignment does nothing: another variable was probably meant.",
        "Assign what was meant, or remove the line.",
    )


def self_comparison(language: str, query: str) -> Check:
    return check(
        f"{language}-self-comparison",
        BUG,
        query,
        compared_with_itself,
        "The value is compared with itself",
        "The answer is always the same: another variable was probably meant.",
        "Compare with what was meant.",
    )


def dead_code(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-unreachable-code",
        DEAD,
        query,
        test,
        "This code can never run",
        "The statement before it always leaves: something is misplaced, or left over.",
        "Move the code before the jump, or remove it.",
    )


def condition_again(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-repeated-condition",
        BUG,
        query,
        test,
        "This condition was asked before in the same chain",
        "The branch can never be taken: another condition was probably meant.",
        "Correct the condition, or remove the branch.",
    )


def case_again(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-repeated-case",
        BUG,
        query,
        test,
        "The same case stands here twice",
        "The second one can never be taken: another value was probably meant.",
        "Correct the value, or remove the case.",
    )


def swallowed_error(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-empty-catch",
        SLIP,
        query,
        test,
        "The error is caught and dropped without a word",
        "When something goes wrong here, nobody will ever know.",
        "Handle or log the error, or say in a comment why it may be dropped.",
    )


def assigned_condition(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-assignment-in-condition",
        BUG,
        query,
        test,
        "A value is assigned where a comparison is expected",
        "The condition does not depend on the variable, whose old value is lost.",
        "Write `==`, or assign before the condition.",
    )


def built_sql(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-sql-injection",
        LIKELY_HOLE,
        query,
        test,
        "An SQL statement is put together from text and values",
        "Text that an outsider can influence becomes part of the statement.",
        "Pass the values as parameters of the query.",
    )


def built_command(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-command-injection",
        LIKELY_HOLE,
        query,
        test,
        "A command for the shell is put together from text and values",
        "Text that an outsider can influence becomes a command of the shell.",
        "Pass the program and its arguments as a list, without a shell.",
    )


def unverified_tls(language: str, query: str, test: Test) -> Check:
    return check(
        f"{language}-unverified-tls",
        HOLE,
        query,
        test,
        "The certificate of the other side is not checked",
        "Anyone on the way can read and change what is sent.",
        "Leave verification on; add the certificate authority if one is missing.",
    )
