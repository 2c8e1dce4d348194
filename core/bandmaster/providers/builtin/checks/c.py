"""Checks for C and C++."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import around, check, field, first, operator, text

_FORMAT_AT = {"printf": 0, "fprintf": 1, "sprintf": 1, "snprintf": 2, "syslog": 1, "vprintf": 0}
_LITERALS = frozenset("number_literal true false null char_literal string_literal".split())
_FUNCTION = frozenset(("function_definition", "lambda_expression"))


def _name(node: Node) -> str:
    return text(field(node, "function"))


def _arguments(node: Node) -> list[Node]:
    arguments = field(node, "arguments")
    if arguments is None:
        return []
    return [one for one in arguments.named_children if one.type != "comment"]


def _constant_assigned(node: Node) -> bool:
    right = field(node, "right")
    return operator(node) == "=" and right is not None and right.type in _LITERALS


def _empty_body(node: Node) -> bool:
    """`if (x);` with the semicolon on the same line and a block right behind."""
    body = field(node, "consequence") or field(node, "body")
    if body is None or text(body) != ";" or field(node, "alternative") is not None:
        return False
    after = shapes.neighbour(node, step="behind")
    return after is not None and after.type == "compound_statement"


def _own_size(node: Node) -> bool:
    """`T *p = malloc(sizeof(p))` asks for the size of the pointer."""
    pointer, value = field(node, "declarator"), field(node, "value")
    if pointer is None or value is None or pointer.type != "pointer_declarator":
        return False
    name = text(pointer).lstrip("* \t")
    found = re.search(
        r"\b(?:malloc|calloc)\s*\(.*sizeof\s*\(?\s*(\w+)\s*\)?\s*\)?$", text(value), re.S
    )
    return found is not None and found[1] == name and not text(pointer).startswith("**")


def _swapped(node: Node) -> bool:
    given = _arguments(node)
    return (
        _name(node) == "memset"
        and len(given) == 3
        and text(given[2]) == "0"
        and text(given[1]) != "0"
    )


def _open_format(node: Node) -> bool:
    """A format that is a plain variable, and nothing to put into it."""
    at = _FORMAT_AT.get(_name(node))
    given = _arguments(node)
    if at is None or len(given) != at + 1 or given[at].type != "identifier":
        return False
    name = text(given[at])
    return not name.isupper() and not re.search(
        rf"\bconst\s+char\s+{name}\s*\[|\bconstexpr\b", text(around(node, _FUNCTION))
    )


def _boundless(node: Node) -> bool:
    """`strcpy` of something that is not a literal, or `sprintf` with `%s`, into an array."""
    name, given = _name(node), _arguments(node)
    if name in ("strcpy", "strcat") and len(given) == 2:
        return given[1].type not in ("string_literal", "concatenated_string") and _is_array(
            node, given[0]
        )
    if name == "sprintf" and len(given) > 2:
        return re.search(r"%-?\d*s", text(given[1])) is not None and _is_array(node, given[0])
    return False


def _is_array(node: Node, target: Node) -> bool:
    function = around(node, _FUNCTION)
    return target.type == "identifier" and bool(
        re.search(rf"\bchar\s+{re.escape(text(target))}\s*\[", text(function))
    )


def _unlimited_scan(node: Node) -> bool:
    at = {"scanf": 0, "fscanf": 1, "sscanf": 1}.get(_name(node))
    given = _arguments(node)
    return (
        at is not None
        and _name(node) != "sscanf"
        and len(given) > at
        and re.search(r"%(?:l)?s", text(given[at])) is not None
    )


def _used_after_free(node: Node) -> bool:
    """The statement right behind `free(p)` reads through `p` or frees it again."""
    given = _arguments(node)
    if _name(node) != "free" or len(given) != 1 or given[0].type != "identifier":
        return False
    statement = node.parent
    after = shapes.neighbour(statement, step="behind") if statement is not None else None
    if after is None or after.type not in ("expression_statement", "return_statement"):
        return False
    name = re.escape(text(given[0]))
    return bool(
        re.search(
            rf"(?<![\w.>])(?:{name}\s*(?:->|\[)|\*\s*{name}\b|free\s*\(\s*{name}\s*\))", text(after)
        )
    )


def _compared_text(node: Node) -> bool:
    left, right = field(node, "left"), field(node, "right")
    return any(one is not None and one.type == "string_literal" for one in (left, right))


def _runs_built(node: Node) -> bool:
    """A command that is put together just before, in the same function."""
    given = _arguments(node)
    if _name(node) not in ("system", "popen") or not given or given[0].type != "identifier":
        return False
    function = text(around(node, _FUNCTION))
    name = re.escape(text(given[0]))
    return bool(re.search(rf"\b(?:sn?printf|strcat|strncat)\s*\(\s*{name}\b", function))


def _wrong_delete(node: Node) -> bool:
    """`delete p` where the function made `p` with `new T[n]`."""
    if re.match(r"delete\s*\[", text(node)):
        return False
    name = re.escape(text(first(node)))
    body = text(around(node, _FUNCTION))
    return bool(
        name
        and re.search(rf"\b{name}\s*=\s*new\s+[\w:<>]+\s*\[", body)
        and not re.search(rf"\b{name}\s*=\s*new\s+[\w:<>]+\s*[(;{{]", body)
    )


def _throws_pointer(node: Node) -> bool:
    thrown = first(node)
    return thrown is not None and thrown.type == "new_expression"


_after_jump = shapes.unreachable(
    ("return_statement", "break_statement", "continue_statement", "goto_statement"),
    (
        "labeled_statement case_statement break_statement preproc_if preproc_ifdef preproc_else"
        " preproc_elif preproc_def preproc_call preproc_function_def type_definition declaration"
        " attributed_statement ERROR"
    ).split(),
)


def _dead(node: Node) -> bool:
    """Macros hide what they do: only plain statements behind plain jumps count."""
    before = shapes.neighbour(node, step="before")
    plain = before is not None and not before.has_error and not node.has_error
    return (
        plain and _after_jump(node) and text(node) != ";" and not re.match(r"[A-Z_]+\b", text(node))
    )


C = (
    check(
        "c-gets",
        shapes.HOLE,
        '(call_expression function: (identifier) @name (#eq? @name "gets")) @hit',
        lambda one: len(_arguments(one)) == 1,
        "`gets` reads without any limit",
        "A long line overwrites memory behind the buffer; no use of it is safe.",
        "Use `fgets` with the size of the buffer.",
    ),
    check(
        "c-unbounded-copy",
        shapes.RISK,
        "(call_expression function: (identifier) @name"
        ' (#any-of? @name "strcpy" "strcat" "sprintf")) @hit',
        _boundless,
        "Text of unknown length is written into an array of fixed length",
        "A longer text overwrites memory behind the array.",
        "Use `snprintf` with the size of the array.",
    ),
    check(
        "c-unbounded-scan",
        shapes.HOLE,
        '(call_expression function: (identifier) @name (#any-of? @name "scanf" "fscanf")) @hit',
        _unlimited_scan,
        "`%s` without a width reads without any limit",
        "A long word overwrites memory behind the buffer.",
        "Give the width, one less than the size: `%63s`.",
    ),
    check(
        "c-open-format",
        shapes.LIKELY_HOLE,
        "(call_expression function: (identifier)) @hit",
        _open_format,
        "A variable is used as the format",
        "A `%n` or `%s` in the text reads or writes memory that is not its own.",
        'Write `printf("%s", text)`.',
    ),
    shapes.built_command("c", "(call_expression function: (identifier)) @hit", _runs_built),
    shapes.assigned_condition(
        "c",
        "(if_statement condition: (_ (assignment_expression) @hit))",
        _constant_assigned,
    ),
    check(
        "c-empty-body",
        shapes.SURE_BUG,
        "[(if_statement) (while_statement) (for_statement)] @hit",
        _empty_body,
        "A semicolon ends the statement before its block",
        "The block behind it always runs once.",
        "Remove the semicolon.",
    ),
    check(
        "c-size-of-pointer",
        shapes.SURE_BUG,
        "(init_declarator) @hit",
        _own_size,
        "The size of the pointer is asked for, not of what it points to",
        "Too little memory is reserved, and what lies behind it is overwritten.",
        "Write `sizeof *p`.",
    ),
    check(
        "c-swapped-memset",
        shapes.SURE_BUG,
        '(call_expression function: (identifier) @name (#eq? @name "memset")) @hit',
        _swapped,
        "Value and length of `memset` are swapped",
        "The length is 0: nothing is written.",
        "Write `memset(p, 0, size)`.",
    ),
    check(
        "c-use-after-free",
        shapes.SURE_BUG,
        '(call_expression function: (identifier) @name (#eq? @name "free")) @hit',
        _used_after_free,
        "The memory is used right after it was freed",
        "It may belong to somebody else by now.",
        "Use it before, or set the pointer to NULL.",
    ),
    shapes.self_assignment("c", '(assignment_expression operator: "=") @hit'),
    shapes.self_comparison("c", '(binary_expression operator: ["==" "!=" "<" ">" "<=" ">="]) @hit'),
    shapes.condition_again(
        "c",
        "(else_clause (if_statement) @hit)",
        shapes.repeated_condition("if_statement", "alternative", "else_clause"),
    ),
    shapes.dead_code("c", "(compound_statement (_) @hit)", _dead),
)

PLAIN_C = (
    *C,
    check(
        "c-text-identity",
        shapes.SURE_BUG,
        '(binary_expression operator: ["==" "!="]) @hit',
        _compared_text,
        "A string is compared by its address",
        "Two equal texts lie at different addresses.",
        "Use `strcmp`.",
    ),
)

CPP = (
    *C,
    check(
        "cpp-delete-of-array",
        shapes.SURE_BUG,
        "(delete_expression) @hit",
        _wrong_delete,
        "An array is freed with `delete`",
        "The behaviour is undefined: often only the first element is destroyed.",
        "Write `delete[]`, or use `std::vector`.",
    ),
    check(
        "cpp-throw-pointer",
        shapes.BUG,
        "(throw_statement) @hit",
        _throws_pointer,
        "A pointer is thrown",
        "`catch (const E&)` does not catch it, and nobody frees it.",
        "Throw the value: `throw E(…)`.",
    ),
)
