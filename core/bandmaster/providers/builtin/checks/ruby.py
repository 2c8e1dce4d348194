"""Checks for Ruby."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import always, check, field, first, text

_SQL_CALLS = frozenset("where find_by_sql execute exec_query order having joins select_all".split())
_LITERALS = frozenset("integer float string true false nil simple_symbol".split())


def _first(node: Node) -> Node | None:
    arguments = field(node, "arguments")
    return first(arguments)


def _interpolates(node: Node | None) -> bool:
    return node is not None and any(one.type == "interpolation" for one in node.named_children)


def _quoted(node: Node | None) -> bool:
    return re.search(r"shellescape|Shellwords|quote", text(node)) is not None


def _shell_text(node: Node) -> bool:
    if node.type == "subshell":
        return _interpolates(node) and not _quoted(node)
    arguments = field(node, "arguments")
    return (
        text(field(node, "method")) in ("system", "exec", "spawn", "popen")
        and text(field(node, "receiver")) in ("", "Kernel", "IO")
        and arguments is not None
        and arguments.named_child_count == 1
        and _interpolates(_first(node))
        and not _quoted(_first(node))
    )


def _sql_text(node: Node) -> bool:
    first = _first(node)
    return (
        text(field(node, "method")) in _SQL_CALLS
        and first is not None
        and first.type == "string"
        and _interpolates(first)
        and not _quoted(first)
    )


def _runs_text(node: Node) -> bool:
    first = _first(node)
    return (
        text(field(node, "method")) in ("eval", "instance_eval", "class_eval")
        and first is not None
        and (first.type != "string" or _interpolates(first))
        and field(node, "block") is None
        and "__FILE__" not in text(node)
    )


def _silent(node: Node) -> bool:
    body = field(node, "body")
    return body is None and "#" not in text(node)


def _catches_all(node: Node) -> bool:
    body = text(field(node, "body"))
    return text(field(node, "exceptions")) == "Exception" and not re.search(
        r"\braise\b|\bexit\b", body
    )


def _constant_assigned(node: Node) -> bool:
    right = field(node, "right")
    return right is not None and right.type in _LITERALS


def _key(node: Node) -> str:
    key = field(node, "key")
    if key is None or key.type not in ("hash_key_symbol", "simple_symbol", "string"):
        return ""
    name = text(key)
    return name if key.type == "string" else name.lstrip(":")


def _loads(node: Node) -> bool:
    given = re.search(r"params|cookies|request|session\[", text(field(node, "arguments")))
    called = f"{text(field(node, 'receiver'))}.{text(field(node, 'method'))}"
    return called in ("Marshal.load", "YAML.load", "YAML.unsafe_load") and given is not None


RUBY = (
    shapes.built_command("ruby", "[(call) (subshell)] @hit", _shell_text),
    shapes.built_sql("ruby", "(call) @hit", _sql_text),
    check(
        "ruby-eval",
        shapes.RISK,
        "(call) @hit",
        _runs_text,
        "Text is run as code",
        "Whoever controls the text runs code in this program.",
        "Use `public_send`, or a table of procs.",
    ),
    check(
        "ruby-unsafe-load",
        shapes.HOLE,
        "(call) @hit",
        _loads,
        "Data of a request is turned into objects",
        "A crafted text runs code while it is loaded.",
        "Use JSON, or `YAML.safe_load`.",
    ),
    shapes.swallowed_error("ruby", "(rescue) @hit", _silent),
    check(
        "ruby-rescue-exception",
        (Severity.LOW, Confidence.HIGH, Category.BUG),
        "(rescue) @hit",
        _catches_all,
        "`rescue Exception` also catches `exit`, signals and running out of memory",
        "The program cannot be stopped here, and mistakes stay hidden.",
        "Rescue `StandardError`, or the error that is meant.",
    ),
    shapes.assigned_condition(
        "ruby",
        "[(if condition: (assignment) @hit) (unless condition: (assignment) @hit)"
        " (if_modifier condition: (assignment) @hit)]",
        _constant_assigned,
    ),
    check(
        "ruby-duplicate-key",
        shapes.BUG,
        "(hash (pair) @hit)",
        shapes.repeated(_key),
        "The same key stands in this hash twice",
        "The later value silently replaces the earlier one.",
        "Remove one entry, or correct its key.",
    ),
    shapes.self_assignment("ruby", "(assignment) @hit"),
    shapes.dead_code(
        "ruby",
        "[(body_statement (_) @hit) (then (_) @hit)]",
        shapes.unreachable(
            ("return", "break", "next", "redo"), ("rescue", "ensure", "else", "method")
        ),
    ),
    shapes.unverified_tls(
        "ruby",
        '(scope_resolution name: (constant) @name (#eq? @name "VERIFY_NONE")) @hit',
        always,
    ),
)
