"""Checks for Go."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import (
    always,
    around,
    check,
    field,
    first,
    text,
    within,
)

_FAILS_OFTEN = re.compile(
    r"(?:os\.(?:Open|Create|OpenFile|ReadFile)|strconv\.(?:Atoi|ParseInt|ParseFloat|ParseBool)"
    r"|json\.Marshal|io\.ReadAll|ioutil\.(?:ReadAll|ReadFile)|http\.(?:Get|Post|NewRequest)"
    r"|url\.Parse|time\.Parse|sql\.Open|net\.Dial|net\.Listen)"
)
_UNCHECKED = re.compile(r"(?:json|xml|yaml)\.Unmarshal")
_SQL_CALL = re.compile(
    r".*\.(?:Query|QueryRow|Exec|QueryContext|QueryRowContext|ExecContext|Raw)", re.S
)
_LOOP = frozenset(("for_statement",))
_FUNCTIONS = frozenset(("func_literal", "function_declaration", "method_declaration"))
_SHELL = re.compile(r'"(?:/bin/)?(?:ba|z|da)?sh"\s*,\s*"-c"\s*,')


def _in_loop(node: Node) -> bool:
    return around(node, _LOOP, _FUNCTIONS) is not None


def _drops_error(node: Node) -> bool:
    """`value, _ := call()` for a call that fails often."""
    left, right = field(node, "left"), field(node, "right")
    call = first(right)
    return (
        left is not None
        and left.named_child_count > 1
        and text(left.named_children[-1]) == "_"
        and _FAILS_OFTEN.fullmatch(text(field(call, "function"))) is not None
    )


def _is_put_together(node: Node) -> bool:
    """A text made with `+` or `Sprintf` from something that is not written here."""
    if node.type == "call_expression" and text(field(node, "function")) == "fmt.Sprintf":
        arguments = field(node, "arguments")
        return arguments is not None and arguments.named_child_count > 1
    return shapes.built_text(node)


def _sql_text(node: Node) -> bool:
    if _SQL_CALL.fullmatch(text(field(node, "function"))) is None:
        return False
    arguments = field(node, "arguments")
    return any(
        _is_put_together(one) and shapes.is_sql(text(_first_text(one)))
        for one in (arguments.named_children[:2] if arguments is not None else [])
    )


def _first_text(node: Node) -> Node | None:
    return next((one for one in within(node) if one.type.endswith("string_literal")), None)


def _shell_text(node: Node) -> bool:
    arguments = field(node, "arguments")
    if arguments is None or text(field(node, "function")) not in (
        "exec.Command",
        "exec.CommandContext",
    ):
        return False
    return bool(_SHELL.search(text(arguments))) and _is_put_together(arguments.named_children[-1])


def _nanoseconds(node: Node) -> bool:
    arguments = field(node, "arguments")
    given = first(arguments)
    return (
        text(field(node, "function")) == "time.Sleep"
        and given is not None
        and given.type == "int_literal"
        and text(given) != "0"
    )


def _counts_late(node: Node) -> bool:
    """`wg.Add(1)` as the first thing that a goroutine does."""
    if not re.fullmatch(r"\w*(?:wg|WaitGroup|waitGroup)\.Add", text(field(node, "function"))):
        return False
    literal = around(node, frozenset(("func_literal",)), frozenset(("function_declaration",)))
    call = literal.parent if literal is not None else None
    return call is not None and call.parent is not None and call.parent.type == "go_statement"


GO = (
    shapes.self_assignment("go", '(assignment_statement operator: "=") @hit'),
    shapes.self_comparison(
        "go", '(binary_expression operator: ["==" "!=" "<" ">" "<=" ">="]) @hit'
    ),
    shapes.condition_again(
        "go",
        "(if_statement alternative: (if_statement) @hit)",
        shapes.repeated_condition("if_statement", "alternative"),
    ),
    shapes.dead_code(
        "go",
        "(statement_list (_) @hit)",
        shapes.unreachable(
            ("return_statement", "break_statement", "continue_statement", "goto_statement"),
            ("labeled_statement", "empty_statement", "type_declaration", "const_declaration"),
        ),
    ),
    check(
        "go-defer-in-loop",
        shapes.LEAK,
        "(defer_statement) @hit",
        _in_loop,
        "The deferred call waits for the end of the function, not of this round",
        "Each round keeps its file, lock or connection until the function ends.",
        "Put the body of the loop into a function of its own.",
    ),
    check(
        "go-dropped-error",
        shapes.LIKELY_BUG,
        "[(short_var_declaration) (assignment_statement)] @hit",
        _drops_error,
        "The error of a call that fails often is dropped",
        "The program goes on with a value that means nothing.",
        "Take the error and handle it.",
    ),
    check(
        "go-unchecked-error",
        shapes.LIKELY_BUG,
        "(expression_statement (call_expression) @hit)",
        lambda one: _UNCHECKED.fullmatch(text(field(one, "function"))) is not None,
        "The error of `Unmarshal` is not looked at",
        "The program goes on with a value that was filled halfway or not at all.",
        "Take the error and handle it.",
    ),
    check(
        "go-sleep-without-unit",
        shapes.BUG,
        "(call_expression) @hit",
        _nanoseconds,
        "`time.Sleep` counts nanoseconds here",
        "The pause is a million times shorter than it looks.",
        "Multiply with a unit: `10 * time.Millisecond`.",
    ),
    check(
        "go-late-waitgroup-add",
        shapes.BUG,
        "(call_expression function: (selector_expression)) @hit",
        _counts_late,
        "`Add` is called inside the goroutine that is waited for",
        "`Wait` may return before the goroutine has begun.",
        "Call `Add` before the `go` statement.",
    ),
    shapes.unverified_tls(
        "go",
        "(keyed_element key: (literal_element (identifier) @key) value: (literal_element (true))"
        ' (#eq? @key "InsecureSkipVerify")) @hit',
        always,
    ),
    shapes.built_sql("go", "(call_expression function: (selector_expression)) @hit", _sql_text),
    shapes.built_command(
        "go", "(call_expression function: (selector_expression)) @hit", _shell_text
    ),
)
