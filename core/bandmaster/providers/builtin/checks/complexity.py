"""How many paths a function has, in any language with a grammar."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

MOST_PATHS = 30
"""Functions with more paths than this are reported."""

FUNCTIONS = frozenset(
    "function_declaration function_expression arrow_function method_definition func_literal"
    " method_declaration function_item function_definition method constructor_declaration"
    " local_function_statement".split()
)
BRANCHES = frozenset(
    "if_statement if_expression for_statement for_in_statement while_statement do_statement"
    " switch_case case_statement expression_case switch_section match_arm catch_clause"
    " ternary_expression conditional_expression if unless while when rescue elif_clause"
    " enhanced_for_statement switch_label loop_expression while_expression for_expression"
    " foreach_statement else_if_clause case_item".split()
)

RULE = Rule(
    "complex-function",
    Severity.LOW,
    Confidence.MEDIUM,
    Category.COMPLEXITY,
    "So many paths can hardly be tested or understood; mistakes hide here.",
    "Split the function: one step or case each.",
)


def paths(functions: list[tuple[int, int]], branches: list[int]) -> list[int]:
    """For each function (from byte to byte), 1 and the branches that are its own.

    A branch belongs to the innermost function around it.
    """
    order = sorted(range(len(functions)), key=lambda i: (functions[i][0], -functions[i][1]))
    counts = [1] * len(functions)
    stack: list[int] = []
    waiting = 0
    for branch in sorted(branches):
        while waiting < len(order) and functions[order[waiting]][0] <= branch:
            stack.append(order[waiting])
            waiting += 1
        while stack and functions[stack[-1]][1] <= branch:
            stack.pop()
        if stack:
            counts[stack[-1]] += 1
    return counts
