"""Checks for JavaScript and TypeScript."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import (
    always,
    around,
    check,
    field,
    first,
    operator,
    text,
    within,
)

_TYPES = frozenset("undefined object boolean number string function symbol bigint unknown".split())
_RUNNERS = (("eval", ""), ("", "Function"))
_LITERALS = frozenset("number string true false null undefined".split())
_SHELL_CALL = re.compile(
    r"(?:exec|execSync|(?:child_process|childProcess|cp|shell)\.exec(?:Sync)?)"
)
_SQL_CALL = re.compile(r".*\.(?:query|execute|raw|exec|all|get|run|prepare|\$queryRawUnsafe)", re.S)
_FUNCTIONS = frozenset(
    "function_declaration function_expression arrow_function method_definition".split()
)
_COMPARED = '(binary_expression operator: ["==" "===" "!=" "!=="]) @hit'


def _with_nan(node: Node) -> bool:
    return "NaN" in (text(field(node, "left")), text(field(node, "right")))


def _wrong_type_name(node: Node) -> bool:
    left, right = field(node, "left"), field(node, "right")
    if left is None or right is None or right.type != "string":
        return False
    return text(left).startswith("typeof ") and text(right).strip("\"'") not in _TYPES


def _constant_assigned(node: Node) -> bool:
    right = field(node, "right")
    return right is not None and right.type in _LITERALS


def _key(node: Node) -> str:
    key = field(node, "key")
    if key is None or key.type == "computed_property_name":
        return ""
    name = text(key).strip("\"'")
    return "" if name == "__proto__" else name


def _method(node: Node) -> str:
    """Name and kind of a method; accessors come in pairs."""
    name = field(node, "name")
    if name is None or name.type == "computed_property_name":
        return ""
    words = [child.type for child in node.children if child.type in ("static", "get", "set")]
    return " ".join([*words, text(name)])


def _runs_text(node: Node) -> bool:
    if (text(field(node, "function")), text(field(node, "constructor"))) not in _RUNNERS:
        return False
    arguments = field(node, "arguments")
    given = arguments.named_children if arguments is not None else []
    return (
        bool(given)
        and given[-1].type not in ("string", "number")
        and (given[-1].type != "template_string" or shapes.built_text(given[-1]))
    )


def _built_argument(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    return given is not None and shapes.built_text(given)


def _shell_text(node: Node) -> bool:
    name = re.sub(r"\s", "", text(field(node, "function")))
    return _SHELL_CALL.fullmatch(name) is not None and _built_argument(node)


def _sql_text(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    return (
        given is not None
        and _SQL_CALL.fullmatch(text(field(node, "function"))) is not None
        and shapes.is_sql(text(given))
        and shapes.built_text(given)
    )


def _html_text(node: Node) -> bool:
    left, right = field(node, "left"), field(node, "right")
    if left is None or right is None:
        return False
    name = text(field(left, "property"))
    if name not in ("innerHTML", "outerHTML") or not shapes.built_text(right):
        return False
    return not re.search(r"escape|sanitiz|encode|purify", text(right), re.IGNORECASE)


def _async_executor(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    return (
        text(field(node, "constructor")) == "Promise"
        and given is not None
        and any(child.type == "async" for child in given.children)
    )


def _wrong_way(node: Node) -> bool:
    """A loop that counts away from its end."""
    condition, step = field(node, "condition"), field(node, "increment")
    if condition is None or step is None or step.type != "update_expression":
        return False
    name, sign = text(field(step, "argument")), operator(condition)
    if text(field(condition, "left")) != name:
        return False
    if re.search(rf"\b{re.escape(name)}\s*(?:[-+*]?=[^=]|\+\+|--)", text(field(node, "body"))):
        return False
    down = "--" in text(step)
    return (down and sign in ("<", "<=")) or (not down and sign in (">", ">="))


def _leaves_finally(node: Node) -> bool:
    return around(node, frozenset(("finally_clause",)), _FUNCTIONS) is not None


def _negated_left(node: Node) -> bool:
    left = field(node, "left")
    return (
        operator(node) in ("in", "instanceof")
        and left is not None
        and left.type == "unary_expression"
        and operator(left) == "!"
    )


def _hoisted(node: Node) -> bool:
    """Functions and declarations without a value count wherever they stand."""
    if node.type == "variable_declaration":
        return not any(
            one.type == "variable_declarator" and field(one, "value") for one in within(node)
        )
    return False


_after_jump = shapes.unreachable(
    ("return_statement", "throw_statement", "continue_statement", "break_statement"),
    (
        "function_declaration generator_function_declaration class_declaration empty_statement"
        " break_statement ambient_declaration interface_declaration type_alias_declaration"
        " enum_declaration internal_module function_signature else_clause"
    ).split(),
)


def _dead(node: Node) -> bool:
    return _after_jump(node) and not _hoisted(node) and text(node) != ";"


JAVASCRIPT = (
    check(
        "js-nan-comparison",
        shapes.SURE_BUG,
        _COMPARED,
        _with_nan,
        "A comparison with `NaN` always has the same answer",
        "NaN equals nothing, not even itself.",
        "Use `Number.isNaN(value)`.",
    ),
    check(
        "js-invalid-typeof",
        shapes.SURE_BUG,
        _COMPARED,
        _wrong_type_name,
        "`typeof` never gives this text",
        "The comparison always has the same answer: the name is probably misspelt.",
        "Correct the name of the type, as `'undefined'` or `'function'`.",
    ),
    check(
        "js-negated-left-operand",
        shapes.SURE_BUG,
        "(binary_expression) @hit",
        _negated_left,
        "Only the left operand is negated, not the whole test",
        "`!a in b` asks whether `false` is in `b`.",
        "Write `!(a in b)`.",
    ),
    shapes.assigned_condition(
        "js",
        "(if_statement condition: (parenthesized_expression (assignment_expression) @hit))",
        _constant_assigned,
    ),
    check(
        "js-duplicate-key",
        shapes.BUG,
        "(object (pair) @hit)",
        shapes.repeated(_key),
        "The same key stands in this object twice",
        "The later value silently replaces the earlier one.",
        "Remove one entry, or correct its key.",
    ),
    check(
        "js-duplicate-method",
        shapes.BUG,
        "(class_body (method_definition) @hit)",
        shapes.repeated(_method),
        "The class has two methods of this name",
        "The later one silently replaces the earlier one.",
        "Rename one of them, or remove it.",
    ),
    shapes.case_again(
        "js",
        "(switch_body (switch_case) @hit)",
        shapes.repeated(lambda one: text(field(one, "value"))),
    ),
    shapes.condition_again(
        "js",
        "(else_clause (if_statement) @hit)",
        shapes.repeated_condition("if_statement", "alternative", "else_clause"),
    ),
    shapes.dead_code("js", "[(statement_block (_) @hit) (switch_case body: (_) @hit)]", _dead),
    shapes.swallowed_error(
        "js", "(catch_clause body: (statement_block) @hit)", shapes.dropped_error
    ),
    shapes.self_assignment("js", "(assignment_expression) @hit"),
    shapes.self_comparison(
        "js", '(binary_expression operator: ["==" "===" "!=" "!==" "<" ">" "<=" ">="]) @hit'
    ),
    check(
        "js-async-executor",
        shapes.BUG,
        "(new_expression) @hit",
        _async_executor,
        "The executor of this promise is an async function",
        "An error in it is lost, and the promise is never settled.",
        "Do the async work outside, and resolve with its result.",
    ),
    check(
        "js-jump-in-finally",
        shapes.BUG,
        "[(return_statement) (throw_statement)] @hit",
        lambda one: one.type == "return_statement" and _leaves_finally(one),
        "Leaving from `finally` drops an error that is on its way",
        "The caller sees a result where there was a failure.",
        "Move the statement behind the `try`.",
    ),
    check(
        "js-wrong-loop-direction",
        shapes.SURE_BUG,
        "(for_statement) @hit",
        _wrong_way,
        "The loop counts away from its end",
        "It runs without end, or not at all.",
        "Turn the step or the comparison round.",
    ),
    check(
        "js-debugger",
        shapes.BUG,
        "(debugger_statement) @hit",
        always,
        "A `debugger` statement is left in the code",
        "The program stops here as soon as developer tools are open.",
        "Remove the statement.",
    ),
    check(
        "js-eval",
        shapes.RISK,
        "[(call_expression function: (identifier)) (new_expression)] @hit",
        _runs_text,
        "Text is run as code",
        "Whoever controls the text runs code in this program.",
        "Use `JSON.parse`, or a table of functions.",
    ),
    check(
        "js-html-injection",
        shapes.LIKELY_HOLE,
        "(assignment_expression left: (member_expression)) @hit",
        _html_text,
        "HTML is put together from text and values",
        "Text that an outsider can influence becomes part of the page (cross-site scripting).",
        "Use `textContent`, or escape the values.",
    ),
    shapes.built_command("js", "(call_expression) @hit", _shell_text),
    shapes.built_sql("js", "(call_expression function: (member_expression)) @hit", _sql_text),
    shapes.unverified_tls(
        "js",
        "(pair value: (false)) @hit",
        lambda one: text(field(one, "key")).strip("\"'") == "rejectUnauthorized",
    ),
    check(
        "js-assigned-in-loop-condition",
        (Severity.MEDIUM, Confidence.HIGH, Category.BUG),
        "(while_statement condition: (parenthesized_expression (assignment_expression) @hit))",
        _constant_assigned,
        "A value is assigned where a comparison is expected",
        "The loop never ends, or never begins.",
        "Write `===`.",
    ),
)
