"""Checks for Java."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import (
    around,
    check,
    field,
    first,
    operator,
    text,
    within,
)

_SQL_CALLS = frozenset(
    "executeQuery executeUpdate execute prepareStatement createQuery createNativeQuery query"
    " queryForObject queryForList update addBatch".split()
)
_RETURNED = frozenset("trim toUpperCase toLowerCase substring strip concat".split())
_METHODS = frozenset(("method_declaration", "constructor_declaration", "lambda_expression"))
_CLOSABLE = re.compile(
    r"File(?:Input|Output)Stream|File(?:Reader|Writer)|RandomAccessFile|Socket|ServerSocket"
    r"|Buffered(?:Reader|Writer)|PrintWriter|ZipFile|Scanner"
)
_WEAK = re.compile(r'"(?:DES|DESede|RC4|RC2|Blowfish)(?:/[^"]*)?"|"AES(?:/ECB/[^"]*)?"')


def _with_text(node: Node) -> bool:
    sides = (field(node, "left"), field(node, "right"))
    return any(one is not None and one.type == "string_literal" for one in sides)


def _silent(node: Node) -> bool:
    clause = node.parent
    head = text(first(clause)) if clause is not None else ""
    return shapes.dropped_error(node) and not re.search(
        r"\b(?:ignore\w*|expected|unused|_)\s*$", head
    )


def _equals_alone(node: Node) -> bool:
    """A class with `equals(Object)` and without `hashCode()`."""
    methods = [one for one in node.named_children if one.type == "method_declaration"]
    signatures = {
        (text(field(one, "name")), re.sub(r"\bfinal\b|[@\w]+\s*$|\s|[()]", "", _parameters(one)))
        for one in methods
    }
    return ("equals", "Object") in signatures and all(name != "hashCode" for name, _ in signatures)


def _parameters(method: Node) -> str:
    return re.sub(r"\s*\w+\s*\)$", ")", text(field(method, "parameters")))


def _is_put_together(node: Node) -> bool:
    if shapes.built_text(node):
        return True
    return (
        node.type == "method_invocation" and re.match(r"String\.format\(", text(node)) is not None
    )


def _sql_text(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    if given is None or text(field(node, "name")) not in _SQL_CALLS:
        return False
    literal = next((one for one in within(given) if one.type == "string_literal"), None)
    return _is_put_together(given) and shapes.is_sql(text(literal))


def _shell_text(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    return (
        text(field(node, "name")) == "exec"
        and "untime" in text(field(node, "object"))
        and given is not None
        and _is_put_together(given)
    )


def _result_lost(node: Node) -> bool:
    call = first(node)
    if call is None or call.type != "method_invocation" or field(call, "object") is None:
        return False
    name, arguments = text(field(call, "name")), field(call, "arguments")
    count = arguments.named_child_count if arguments is not None else 0
    return (
        name in _RETURNED
        and count == (0 if name in ("trim", "strip") else count)
        and (name not in ("substring", "concat") or count > 0)
    )


def _never_closed(node: Node) -> bool:
    """A stream in a local variable that nobody closes, returns or passes on."""
    value, name = field(node, "value"), text(field(node, "name"))
    if value is None or value.type != "object_creation_expression":
        return False
    if not _CLOSABLE.fullmatch(text(field(value, "type"))) or "System.in" in text(value):
        return False
    method = around(node, _METHODS)
    if method is None or around(node, frozenset(("resource",)), _METHODS) is not None:
        return False
    body = text(method)
    handed_on = rf"\breturn\s+{name}\b|[(,=]\s*{name}\s*[,);]|\b{name}\s*\.\s*close\("
    return not re.search(handed_on, body)


def _float_decimal(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    return (
        text(field(node, "type")) == "BigDecimal"
        and given is not None
        and given.type == "decimal_floating_point_literal"
    )


def _runs_here(node: Node) -> bool:
    target = field(node, "object")
    return (
        text(field(node, "name")) == "run"
        and target is not None
        and target.type == "object_creation_expression"
        and text(field(target, "type")) == "Thread"
    )


def _weak_cipher(node: Node) -> bool:
    return (
        text(field(node, "object")) == "Cipher"
        and text(field(node, "name")) == "getInstance"
        and _WEAK.search(text(field(node, "arguments"))) is not None
    )


def _leaves_finally(node: Node) -> bool:
    return around(node, frozenset(("finally_clause",)), _METHODS) is not None


JAVA = (
    check(
        "java-string-identity",
        shapes.SURE_BUG,
        '(binary_expression operator: ["==" "!="]) @hit',
        _with_text,
        "Strings are compared by identity, not by what they say",
        "Two equal strings are often two objects, so the answer is wrong by chance.",
        "Use `equals`, or `Objects.equals` where one may be null.",
    ),
    shapes.swallowed_error("java", "(catch_clause body: (block) @hit)", _silent),
    shapes.self_assignment("java", '(assignment_expression operator: "=") @hit'),
    shapes.self_comparison(
        "java", '(binary_expression operator: ["==" "!=" "<" ">" "<=" ">="]) @hit'
    ),
    shapes.condition_again(
        "java",
        "(if_statement alternative: (if_statement) @hit)",
        shapes.repeated_condition("if_statement", "alternative"),
    ),
    shapes.assigned_condition(
        "java",
        "(if_statement condition: (parenthesized_expression (assignment_expression) @hit))",
        lambda one: operator(one) == "=" and text(field(one, "right")) in ("true", "false"),
    ),
    check(
        "java-equals-without-hashcode",
        shapes.BUG,
        "(class_body) @hit",
        _equals_alone,
        "The class has `equals` without `hashCode`",
        "Equal objects are not found again in a `HashMap` or a `HashSet`.",
        "Write `hashCode` from the same fields.",
    ),
    check(
        "java-lost-result",
        shapes.BUG,
        "(expression_statement) @hit",
        _result_lost,
        "The changed string is thrown away",
        "Strings never change: these methods return a new one.",
        "Assign the result.",
    ),
    check(
        "java-unclosed-resource",
        shapes.LEAK,
        "(local_variable_declaration declarator: (variable_declarator) @hit)",
        _never_closed,
        "The stream is never closed",
        "The file or connection stays open until the program ends.",
        "Open it in a `try (…)` statement.",
    ),
    check(
        "java-decimal-from-float",
        shapes.BUG,
        "(object_creation_expression) @hit",
        _float_decimal,
        "The number is rounded before `BigDecimal` sees it",
        "`new BigDecimal(0.1)` is 0.1000000000000000055….",
        "Pass the number as a string, or use `BigDecimal.valueOf`.",
    ),
    check(
        "java-thread-run",
        shapes.SURE_BUG,
        "(method_invocation) @hit",
        _runs_here,
        "`run` does the work in this thread; no thread is started",
        "The caller waits for the work that was meant to go on beside it.",
        "Call `start()`.",
    ),
    check(
        "java-jump-in-finally",
        shapes.BUG,
        "(return_statement) @hit",
        _leaves_finally,
        "Leaving from `finally` drops an exception that is on its way",
        "The caller sees a result where there was a failure.",
        "Move the `return` behind the `try`.",
    ),
    check(
        "java-weak-cipher",
        shapes.LIKELY_HOLE,
        "(method_invocation) @hit",
        _weak_cipher,
        "The cipher, or its mode, is weak",
        "Equal blocks give equal output, or the key can be found by trying.",
        "Use `AES/GCM/NoPadding`.",
    ),
    shapes.built_sql("java", "(method_invocation) @hit", _sql_text),
    shapes.built_command("java", "(method_invocation) @hit", _shell_text),
)
