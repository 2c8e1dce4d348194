"""Checks for PHP."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import check, field, text

_REQUEST = re.compile(r"\$_(?:GET|POST|REQUEST|COOKIE|FILES)\b")
_CLEANED = re.compile(
    r"escapeshell|htmlspecialchars|htmlentities|intval|\(int\)|filter_|real_escape|->quote\(|json_encode"
    r"|esc_|strip_tags|urlencode|is_numeric|count\(|isset\(|sanitize|absint|basename\("
)
_SHELL = frozenset("exec system shell_exec passthru popen proc_open".split())
_SQL_FUNCTIONS = frozenset("mysql_query mysqli_query pg_query sqlite_query".split())
_SQL_METHODS = frozenset("query exec prepare execute get_results get_var get_row".split())
_LITERALS = frozenset("integer float string encapsed_string boolean null".split())
_PASSWORD = re.compile(r"\$(?:\w*_)?(?:password|passwd|pwd)\b", re.IGNORECASE)


def _given(node: Node) -> list[Node]:
    arguments = field(node, "arguments")
    return [] if arguments is None else list(arguments.named_children)


def _value(argument: Node) -> Node:
    return argument.named_children[-1] if argument.named_children else argument


def _from_request(node: Node) -> bool:
    return _REQUEST.search(text(node)) is not None and _CLEANED.search(text(node)) is None


def _shell_text(node: Node) -> bool:
    if node.type == "shell_command_expression":
        return "$" in text(node) and _CLEANED.search(text(node)) is None
    given = _given(node)
    if text(field(node, "function")) not in _SHELL or not given:
        return False
    command = _value(given[0])
    if _CLEANED.search(text(command)):
        return False
    return _from_request(command) or shapes.built_text(command)


def _sql_text(node: Node) -> bool:
    name, given = text(field(node, "function")) or text(field(node, "name")), _given(node)
    if name not in _SQL_FUNCTIONS | _SQL_METHODS or not given:
        return False
    query = _value(
        given[1] if name in ("mysqli_query", "pg_query") and len(given) > 1 else given[0]
    )
    return (
        shapes.built_text(query)
        and shapes.is_sql(text(query))
        and _CLEANED.search(text(query)) is None
        and not re.search(r"->prepare\(|\{?\$wpdb->\w+\}?[^$]*$", text(query))
    )


def _runs_text(node: Node) -> bool:
    given = _given(node)
    return (
        text(field(node, "function")) == "eval"
        and bool(given)
        and _value(given[0]).type not in ("string", "encapsed_string")
    )


def _loads_request(node: Node) -> bool:
    return text(field(node, "function")) == "unserialize" and any(map(_from_request, _given(node)))


def _weak_password(node: Node) -> bool:
    return text(field(node, "function")) in ("md5", "sha1") and any(
        _PASSWORD.search(text(one)) for one in _given(node)
    )


def _extracts(node: Node) -> bool:
    return text(field(node, "function")) == "extract" and any(map(_from_request, _given(node)))


def _unverified(node: Node) -> bool:
    given = _given(node)
    return (
        text(field(node, "function")) == "curl_setopt"
        and len(given) == 3
        and text(given[1]) in ("CURLOPT_SSL_VERIFYPEER", "CURLOPT_SSL_VERIFYHOST")
        and text(given[2]).lower() in ("false", "0")
    )


def _constant_assigned(node: Node) -> bool:
    right = field(node, "right")
    return right is not None and right.type in _LITERALS


def _key(node: Node) -> str:
    """The key of an entry with two parts."""
    if node.named_child_count != 2 or node.named_children[0].type not in (
        "string",
        "encapsed_string",
        "integer",
    ):
        return ""
    key = text(node.named_children[0])
    return "" if "$" in key else key.strip("\"'")


def _asked_before(node: Node) -> bool:
    """An `elseif` with a condition that an earlier branch has."""
    condition = text(field(node, "condition"))
    if node.parent is None or re.search(r"[(`]", condition.strip("()")):
        return False
    earlier = [field(node.parent, "condition")]
    earlier += [
        field(one, "condition")
        for one in node.parent.named_children
        if one.type == "else_if_clause" and one.start_byte < node.start_byte
    ]
    return any(text(one) == condition for one in earlier)


PHP = (
    check(
        "php-eval",
        shapes.LIKELY_HOLE,
        "(function_call_expression) @hit",
        _runs_text,
        "Text is run as code",
        "Whoever controls the text runs code on the server.",
        "Use a table of functions, or a parser.",
    ),
    shapes.built_command(
        "php", "[(function_call_expression) (shell_command_expression)] @hit", _shell_text
    ),
    shapes.built_sql(
        "php", "[(function_call_expression) (member_call_expression)] @hit", _sql_text
    ),
    check(
        "php-html-injection",
        shapes.HOLE,
        "[(echo_statement) (print_intrinsic)] @hit",
        _from_request,
        "What a visitor sent is written into the page as it came",
        "A link can make the page run a stranger's script (cross-site scripting).",
        "Use `htmlspecialchars`.",
    ),
    check(
        "php-include-of-request",
        (Severity.CRITICAL, Confidence.HIGH, Category.SECURITY),
        "[(include_expression) (include_once_expression) (require_expression)"
        " (require_once_expression)] @hit",
        _from_request,
        "A visitor chooses the file that is run",
        "Any file on the server, or of a stranger, can be run as code.",
        "Choose from a list of allowed names.",
    ),
    check(
        "php-unsafe-load",
        shapes.HOLE,
        "(function_call_expression) @hit",
        _loads_request,
        "What a visitor sent is turned into objects",
        "A crafted text runs code while it is loaded.",
        "Use `json_decode`.",
    ),
    check(
        "php-extract-of-request",
        shapes.HOLE,
        "(function_call_expression) @hit",
        _extracts,
        "A visitor can set any variable",
        "Variables that protect something can be overwritten.",
        "Read the fields that are meant, by name.",
    ),
    check(
        "php-weak-password-hash",
        shapes.HOLE,
        "(function_call_expression) @hit",
        _weak_password,
        "A password is hashed with a fast hash",
        "Millions of guesses a second find it when the table leaks.",
        "Use `password_hash`.",
    ),
    shapes.unverified_tls("php", "(function_call_expression) @hit", _unverified),
    shapes.assigned_condition(
        "php",
        "(if_statement condition: (parenthesized_expression (assignment_expression) @hit))",
        _constant_assigned,
    ),
    shapes.swallowed_error(
        "php", "(catch_clause body: (compound_statement) @hit)", shapes.dropped_error
    ),
    shapes.self_assignment("php", "(assignment_expression) @hit"),
    shapes.condition_again("php", "(else_if_clause) @hit", _asked_before),
    shapes.case_again(
        "php",
        "(switch_block (case_statement) @hit)",
        shapes.repeated(lambda one: text(field(one, "value"))),
    ),
    check(
        "php-duplicate-key",
        shapes.BUG,
        "(array_creation_expression (array_element_initializer) @hit)",
        shapes.repeated(_key),
        "The same key stands in this array twice",
        "The later value silently replaces the earlier one.",
        "Remove one entry, or correct its key.",
    ),
    shapes.dead_code(
        "php",
        "(compound_statement (_) @hit)",
        shapes.unreachable(
            ("return_statement", "break_statement", "continue_statement"),
            (
                "function_definition",
                "class_declaration",
                "named_label_statement",
                "break_statement",
            ),
        ),
    ),
)
