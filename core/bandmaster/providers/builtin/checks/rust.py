"""Checks for Rust."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import always, check, field, text

_ITEMS = frozenset(("mod_item", "function_item"))
_TRIFLE = (Severity.LOW, Confidence.LOW, Category.BUG)


def _is_test(node: Node) -> bool:
    """Whether the code is in a test module or a test function."""
    parent = node.parent
    while parent is not None:
        if parent.type in _ITEMS:
            before = parent.prev_named_sibling
            while before is not None and before.type in ("attribute_item", "line_comment"):
                if "test" in text(before):
                    return True
                before = before.prev_named_sibling
        parent = parent.parent
    return False


def _unwraps(node: Node) -> bool:
    return not _is_test(node)


def _unfinished(node: Node) -> bool:
    return text(field(node, "macro")) in ("todo", "unimplemented") and not _is_test(node)


def _debugs(node: Node) -> bool:
    return text(field(node, "macro")) == "dbg" and not _is_test(node)


def _unexplained(node: Node) -> bool:
    """An unsafe block without a comment that says `SAFETY`, before it or in it."""
    if "safety" in text(node)[:400].lower():
        return False
    statement = node
    while statement.parent is not None:
        before = statement.prev_named_sibling
        while before is not None and before.type in ("line_comment", "block_comment"):
            if "safety" in text(before).lower():
                return False
            before = before.prev_named_sibling
        if statement.parent.type in ("block", "source_file", "declaration_list"):
            break
        statement = statement.parent
    return not _is_test(node)


def _lets_go(node: Node) -> bool:
    """`let _ = mutex.lock()` gives the lock back at once."""
    value = text(field(node, "value"))
    return text(field(node, "pattern")) == "_" and bool(
        re.search(r"\.(?:lock|read|write)\(\)(?:\.unwrap\(\)|\.await|\?)*$", value)
    )


def _shell_text(node: Node) -> bool:
    called = re.sub(r"\s", "", text(field(node, "function")))
    arguments = field(node, "arguments")
    return (
        re.search(r'Command::new\("(?:/bin/)?(?:ba|z|da)?sh"\)\.arg\("-c"\)\.arg$', called)
        is not None
        and arguments is not None
        and re.match(r"\(\s*&?format!\(.*\{", text(arguments), re.DOTALL) is not None
    )


def _sql_text(node: Node) -> bool:
    called, arguments = text(field(node, "function")), field(node, "arguments")
    if arguments is None or not re.search(
        r"\b(?:query|execute|query_as|sql_query|prepare)$", called
    ):
        return False
    return any(
        re.match(r'&?format!\(\s*"', text(one)) and shapes.is_sql(text(one).partition("(")[2])
        for one in arguments.named_children
    )


RUST = (
    shapes.self_assignment("rust", "(assignment_expression) @hit"),
    shapes.self_comparison("rust", '(binary_expression operator: ["<" ">" "<=" ">="]) @hit'),
    shapes.condition_again(
        "rust",
        "(else_clause (if_expression) @hit)",
        shapes.repeated_condition("if_expression", "alternative", "else_clause"),
    ),
    check(
        "rust-lock-dropped",
        shapes.SURE_BUG,
        "(let_declaration) @hit",
        _lets_go,
        "The lock is given back at once",
        "`let _ =` drops the guard before the next line, so nothing is protected.",
        "Give the guard a name: `let _guard = …`.",
    ),
    check(
        "rust-unfinished",
        shapes.LIKELY_BUG,
        "(macro_invocation) @hit",
        _unfinished,
        "The code is not written yet",
        "The program panics when it comes here.",
        "Write it, or return an error.",
    ),
    check(
        "rust-debug-output",
        shapes.SLIP,
        "(macro_invocation) @hit",
        _debugs,
        "`dbg!` is left in the code",
        "It writes to the standard error of everybody who uses the program.",
        "Remove it.",
    ),
    check(
        "rust-unwrap",
        _TRIFLE,
        "(call_expression function: (field_expression field: (field_identifier) @name)"
        ' arguments: (arguments) @given (#eq? @name "unwrap") (#eq? @given "()")) @hit',
        _unwraps,
        "`unwrap` panics when there is no value",
        "One unexpected input ends the whole program.",
        "Pass the error on with `?`, or say with `expect` why it cannot happen.",
    ),
    check(
        "rust-unexplained-unsafe",
        (Severity.LOW, Confidence.LOW, Category.BUG),
        "(unsafe_block) @hit",
        _unexplained,
        "An unsafe block does not say why it is sound",
        "The next person cannot tell what must stay true.",
        "Write a comment `// SAFETY: …` before it.",
    ),
    shapes.unverified_tls(
        "rust",
        "(call_expression function: (field_expression field: (field_identifier) @name)"
        ' arguments: (arguments (boolean_literal) @given) (#eq? @given "true")'
        ' (#match? @name "^danger_accept_invalid_(certs|hostnames)$")) @hit',
        always,
    ),
    shapes.built_command("rust", "(call_expression) @hit", _shell_text),
    shapes.built_sql("rust", "(call_expression) @hit", _sql_text),
)
