"""What a symbol is: signature, documentation, what it calls and raises, who calls it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bandmaster.providers.builtin.docstrings.raises import class_bases, raised
from bandmaster.providers.builtin.explanation.calls import called_by
from bandmaster.providers.builtin.explanation.history import last_change
from bandmaster.providers.builtin.explanation.markdown import (
    bullets,
    code,
    entry,
    fenced,
    listed,
    plural,
    section,
    shortened,
)
from bandmaster.providers.builtin.explanation.survey import Survey, is_python
from bandmaster.providers.builtin.explanation.uses import callers_of, namesakes, tests_in
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.symbols import (
    CALLABLE,
    HOLDERS,
    Parameter,
    Symbol,
    language_of,
    last_line,
    parse_python,
    symbols,
)
from bandmaster.workspace.symbols.python import Definition, Function, definitions
from bandmaster.workspace.symbols.references import whole_word

_SHOWN = 20
_TESTS = 8
_DOC_LINES = 30
_BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.IfExp,
    ast.comprehension,
    ast.match_case,
    ast.Assert,
)


def explain_symbol(snapshot: Snapshot, document: Document, symbol: Symbol, survey: Survey) -> str:
    """The symbol in Markdown; all of it read off the text and the workspace."""
    language = language_of(document.path, document.text)
    node = _node(document, symbol)
    place = code(f"{document.path}:{symbol.span.start.line}")
    lines = [f"# {code(symbol.qualified_name)}", "", f"{_what(symbol)}, {place}."]
    lines += ["", *fenced(shortened(symbol.signature, 400), language.name if language else "")]
    if symbol.docstring:
        told = symbol.docstring.splitlines()
        lines += ["", *(f"> {line}".rstrip() for line in told[:_DOC_LINES])]
        lines += [">", f"> … {len(told) - _DOC_LINES} more lines"] if len(told) > _DOC_LINES else []
    lines += section("Parameters", [_parameter(one) for one in _given(symbol)])
    lines += section("Result", _result(symbol, node))
    lines += section("Raises", _raises(document, node))
    lines += section("Members", _members(document, symbol))
    lines += section("Calls", bullets(list(called_by(document, symbol, node, survey)), _SHOWN))
    lines += _called(symbol, document, survey)
    tests = tests_in(survey, symbol.name, document.path, _TESTS)
    lines += section("Tests that name it", bullets([code(one) for one in tests], _TESTS))
    lines += section("Size", _size(symbol, node))
    lines += section("Last change", last_change(snapshot, document, symbol.span))
    return "\n".join(lines) + "\n"


def _node(document: Document, symbol: Symbol) -> Definition | None:
    """The definition in Python's tree."""
    tree = parse_python(document.text) if is_python(document) else None
    if tree is None:
        return None
    line = symbol.name_span.start.line
    found = (one for one, _ in definitions(tree) if one.lineno == line and one.name == symbol.name)
    return next(found, None)


def _what(symbol: Symbol) -> str:
    kind = str(symbol.kind)
    holder = f" of {code(symbol.parent)}" if symbol.parent else ""
    public = "public " if symbol.exported else "internal "
    decorated = f", decorated with {listed([code(one) for one in symbol.decorators], 5)}"
    said = f"{public}{kind}{holder}{decorated if symbol.decorators else ''}"
    return said[0].upper() + said[1:]


def _given(symbol: Symbol) -> tuple[Parameter, ...]:
    """The parameters without the instance that a method is called on."""
    found = symbol.parameters
    bound = found and found[0].name in ("self", "cls") and not found[0].type
    return found[1:] if bound else found


def _parameter(one: Parameter) -> str:
    typed = f": {code(one.type)}" if one.type else ""
    default = f", by default {code(shortened(one.default, 80))}" if one.default else ""
    return f"- {code(one.name)}{typed}{default}"


def _result(symbol: Symbol, node: Definition | None) -> list[str]:
    lines = [f"- declared: {code(symbol.returns)}"] if symbol.returns else []
    if isinstance(node, Function):
        own = list(_own(node))
        if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own):
            lines.append("- a generator: it yields its values")
        given = [one for one in own if isinstance(one, ast.Return) and one.value is not None]
        if given:
            at = listed([str(line) for line in sorted(one.lineno for one in given)], 8)
            lines.append(f"- returns a value on line {at}")
    return lines


def _raises(document: Document, node: Definition | None) -> list[str]:
    tree = parse_python(document.text)
    if not isinstance(node, Function) or tree is None:
        return []
    found = raised(node, class_bases(tree))
    return [f"- {code(one.name)}" + (f": {one.when}" if one.when else "") for one in found]


def _members(document: Document, symbol: Symbol) -> list[str]:
    if symbol.kind not in HOLDERS:
        return []
    inside = [one for one in symbols(document) if one.parent == symbol.qualified_name]
    return bullets(
        [entry(one) for one in inside if one.exported and not one.additional], _SHOWN * 2
    )


def _called(symbol: Symbol, document: Document, survey: Survey) -> list[str]:
    if symbol.kind not in CALLABLE and symbol.kind not in HOLDERS:
        return []
    users = callers_of(symbol, document.path, survey)
    named = [
        f"{code(f'{one.path}:{one.line}')}" + (f" in {code(one.symbol)}" if one.symbol else "")
        for one in users.found
    ]
    lines = bullets(named, _SHOWN)
    same = namesakes(symbol, survey)
    if named and same > 1:
        lines.append(f"\nFound by name; {same} definitions in the workspace have this one.")
    if not users.complete:
        lines.append("\nNot every file was looked at.")
    if not named and users.complete:
        lines = ["No call by this name in the workspace.", *_mentions(symbol, document, survey)]
    return section("Called by" if symbol.kind in CALLABLE else "Used by", lines)


def _mentions(symbol: Symbol, document: Document, survey: Survey) -> list[str]:
    """Files that name it without a call: it may be handed on as a value."""
    word = whole_word(symbol.name)
    others = [one for one in survey.documents.values() if one.path != document.path]
    named = [code(one.path) for one in others if word.search(one.text)]
    return [f"Its name stands in {listed(named, 6)}."] if named else []


def _size(symbol: Symbol, node: Definition | None) -> list[str]:
    height = last_line(symbol.span) - symbol.span.start.line + 1
    if not isinstance(node, Function):
        return [plural(height, "line") + "."]
    return [f"{plural(height, 'line')}, cyclomatic complexity {_complexity(node)}."]


def _complexity(node: Function) -> int:
    """One more than the places where the way through the function forks."""
    forks = sum(isinstance(one, _BRANCHES) for one in ast.walk(node))
    joined = (one for one in ast.walk(node) if isinstance(one, ast.BoolOp))
    return 1 + forks + sum(len(one.values) - 1 for one in joined)


def _own(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        one = waiting.pop(0)
        yield one
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(one))
