"""Checks for C#."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import around, check, field, first, text, within

_METHODS = frozenset(
    "method_declaration local_function_statement lambda_expression"
    " anonymous_method_expression".split()
)
_SQL_TYPES = re.compile(r"(?:Sql|MySql|Npgsql|SQLite|OleDb|Odbc|Oracle)Command")
_SQL_CALLS = re.compile(r"(?:ExecuteSqlRaw|ExecuteSqlRawAsync|FromSqlRaw|Execute|Query)(?:<.*>)?")


def _built(arguments: Node | None) -> bool:
    given = first(arguments)
    value = first(given)
    return value is not None and shapes.built_text(value) and shapes.is_sql(_written(value))


def _written(node: Node) -> str:
    kinds = ("string_literal_content", "string_content", "verbatim_string_literal")
    return "?".join(text(one) for one in within(node) if one.type in kinds)


def _sql_object(node: Node) -> bool:
    return _SQL_TYPES.fullmatch(text(field(node, "type"))) is not None and _built(
        field(node, "arguments")
    )


def _sql_call(node: Node) -> bool:
    name = text(field(field(node, "function"), "name"))
    return _SQL_CALLS.fullmatch(name) is not None and _built(field(node, "arguments"))


def _rethrows(node: Node) -> bool:
    """`throw e;` of the caught exception starts its stack trace anew."""
    thrown = first(node)
    clause = around(node, frozenset(("catch_clause",)), _METHODS)
    if thrown is None or clause is None or thrown.type != "identifier":
        return False
    declared = next((one for one in clause.named_children if one.type == "catch_declaration"), None)
    return text(field(declared, "name")) == text(thrown)


def _async_void(node: Node) -> bool:
    words = [text(one) for one in node.children if one.type == "modifier"]
    given = text(field(node, "parameters"))
    return (
        "async" in words
        and "override" not in words
        and text(field(node, "returns")) == "void"
        and not re.search(r"EventArgs|object\??\s+sender", given)
    )


def _waits(node: Node) -> bool:
    """`.Result` or `.Wait()` in an async method, outside what it awaits."""
    name = text(field(node, "name"))
    method = around(node, _METHODS)
    if method is None or not any(text(one) == "async" for one in method.children):
        return False
    if name == "Wait":
        call = node.parent
        return call is not None and text(field(call, "arguments")) == "()" and _is_task(node)
    return name == "Result" and _is_task(node)


def _is_task(node: Node) -> bool:
    target = text(field(node, "expression"))
    return re.search(r"Async\([^()]*\)$|[tT]ask$", target) is not None


def _accepts_all(node: Node) -> bool:
    left, right = text(field(node, "left")), text(field(node, "right"))
    return re.search(r"ServerCertificate\w*Callback$", left) is not None and (
        re.search(r"=>\s*(?:true|\{\s*return\s+true;\s*\})$", right) is not None
        or "DangerousAcceptAnyServerCertificateValidator" in right
    )


def _case(node: Node) -> str:
    given = first(node)
    return text(given) if given is not None and given.type == "constant_pattern" else ""


CSHARP = (
    shapes.swallowed_error("cs", "(catch_clause body: (block) @hit)", shapes.dropped_error),
    shapes.self_assignment("cs", '(assignment_expression operator: "=") @hit'),
    shapes.self_comparison(
        "cs", '(binary_expression operator: ["==" "!=" "<" ">" "<=" ">="]) @hit'
    ),
    shapes.condition_again(
        "cs",
        "(if_statement alternative: (if_statement) @hit)",
        shapes.repeated_condition("if_statement", "alternative"),
    ),
    shapes.case_again("cs", "(switch_body (switch_section) @hit)", shapes.repeated(_case)),
    check(
        "cs-rethrow",
        shapes.BUG,
        "(throw_statement) @hit",
        _rethrows,
        "Throwing the exception again loses where it came from",
        "The stack trace begins here, so the cause cannot be found.",
        "Write `throw;`.",
    ),
    check(
        "cs-async-void",
        shapes.LIKELY_BUG,
        "(method_declaration) @hit",
        _async_void,
        "Nobody can wait for this method, or see it fail",
        "An exception in it ends the whole process.",
        "Return a `Task`.",
    ),
    check(
        "cs-blocking-wait",
        shapes.BUG,
        "(member_access_expression) @hit",
        _waits,
        "An async method waits by blocking its thread",
        "It can deadlock, and takes a thread from others.",
        "Use `await`.",
    ),
    shapes.built_sql("cs", "(object_creation_expression) @hit", _sql_object),
    check(
        "cs-sql-injection-in-call",
        shapes.LIKELY_HOLE,
        "(invocation_expression) @hit",
        _sql_call,
        "An SQL statement is put together from text and values",
        "Text that an outsider can influence becomes part of the statement.",
        "Pass the values as parameters of the query.",
    ),
    shapes.unverified_tls("cs", "(assignment_expression) @hit", _accepts_all),
    check(
        "cs-binary-formatter",
        shapes.LIKELY_HOLE,
        '(object_creation_expression type: (identifier) @name (#eq? @name "BinaryFormatter")) @hit',
        lambda _: True,
        "`BinaryFormatter` runs code that its data names",
        "Loading a crafted file or message runs a stranger's code.",
        "Use `System.Text.Json`.",
    ),
)
