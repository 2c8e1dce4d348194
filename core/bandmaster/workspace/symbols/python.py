"""Symbols of Python by its own parser, which knows more than a grammar."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections.abc import Iterable, Iterator

from bandmaster.findings import Position, Span
from bandmaster.workspace.symbols.places import Places
from bandmaster.workspace.symbols.symbol import Parameter, Symbol, SymbolKind

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
_PARSING = threading.Lock()
"""Python's list of warning filters belongs to all threads."""
_LONGEST_SIGNATURE = 400
_LONGEST_VALUE = 120
_PROPERTIES = frozenset({"property", "cached_property", "abstractproperty"})
_NAME = re.compile(r"(?:async[ \t\f]+)?(?:def|class)[ \t\f]+(?=\w)")


def parse_python(text: str) -> ast.Module | None:
    """The tree of `text`, or None where Python does not accept it."""
    with _PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def unparse(node: ast.AST | None) -> str:
    """The source of `node` in one line, or nothing where it is nested too deeply."""
    try:
        return ast.unparse(node) if node is not None else ""
    except RecursionError:
        return ""


def python_symbols(tree: ast.Module, text: str) -> tuple[Symbol, ...]:
    """The symbols of `tree`, in the order in which they begin."""
    places = Places(text)
    return tuple(_symbols(tree, places))


def definitions(tree: ast.Module) -> Iterator[tuple[Definition, tuple[Definition, ...]]]:
    """Every class and function of `tree`, with those that hold it, outermost first."""
    waiting: list[tuple[ast.stmt, tuple[Definition, ...]]] = [(s, ()) for s in tree.body[::-1]]
    while waiting:
        node, holders = waiting.pop()
        if isinstance(node, Definition):
            yield node, holders
            holders = (*holders, node)
        waiting.extend((inner, holders) for inner in reversed(list(statements_in(node))))


def innermost(defined: Iterable[tuple[Definition, tuple[Definition, ...]]], line: int) -> str:
    """The qualified name of the innermost of `definitions` around `line`, or nothing."""
    name = ""
    for node, held in defined:
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        if first <= line <= (node.end_lineno or first):
            name = ".".join(one.name for one in (*held, node))
    return name


def statements_in(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements right inside a statement, in all its blocks."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for one in getattr(node, name, ()):
            if isinstance(one, ast.ExceptHandler | ast.match_case):
                yield from one.body
            elif isinstance(one, ast.stmt):
                yield one


def parameters(node: Function) -> tuple[Parameter, ...]:
    """The parameters as they are written, `*` and `**` before the names that have them."""
    args = node.args
    plain = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    found = [_parameter(one, default) for one, default in zip(plain, defaults, strict=True)]
    if args.vararg is not None:
        found.append(_parameter(args.vararg, None, "*"))
    pairs = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    found.extend(_parameter(one, default) for one, default in pairs)
    if args.kwarg is not None:
        found.append(_parameter(args.kwarg, None, "**"))
    return tuple(found)


def decorator_names(node: Definition) -> tuple[str, ...]:
    """The names of the decorators, without their arguments."""
    return tuple(
        unparse(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list
    )


def docstring(node: Definition | ast.Module) -> str | None:
    return ast.get_docstring(node)


def _parameter(one: ast.arg, default: ast.expr | None, stars: str = "") -> Parameter:
    return Parameter(stars + one.arg, unparse(one.annotation), unparse(default))


def _symbols(tree: ast.Module, places: Places) -> Iterator[Symbol]:
    found = [_definition(node, holders, places) for node, holders in definitions(tree)]
    found.extend(_variables(tree, places))
    return iter(sorted(found, key=lambda one: (one.span.start, one.name_span.start)))


def _definition(node: Definition, holders: tuple[Definition, ...], places: Places) -> Symbol:
    parent = ".".join(one.name for one in holders)
    in_function = any(isinstance(one, Function) for one in holders)
    names = [*(one.name for one in holders), node.name]
    function = isinstance(node, Function)
    return Symbol(
        name=node.name,
        qualified_name=".".join(names),
        kind=_kind(node, holders),
        span=_span(node, places),
        name_span=_name_span(node, places),
        signature=_signature(node),
        docstring=docstring(node),
        parent=parent or None,
        exported=not in_function and all(is_public(name) for name in names),
        parameters=parameters(node) if function else (),
        returns=unparse(node.returns) if function else "",
        decorators=decorator_names(node),
    )


def is_public(name: str) -> bool:
    """Whether Python's convention calls the name public: no underscore, or a special method's."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _kind(node: Definition, holders: tuple[Definition, ...]) -> SymbolKind:
    if isinstance(node, ast.ClassDef):
        return SymbolKind.CLASS
    if not holders or not isinstance(holders[-1], ast.ClassDef):
        return SymbolKind.FUNCTION
    last = {name.rpartition(".")[2] for name in decorator_names(node)}
    return SymbolKind.PROPERTY if last & _PROPERTIES else SymbolKind.METHOD


def _span(node: Definition, places: Places) -> Span:
    first = min((one.lineno for one in node.decorator_list), default=node.lineno)
    start = places.on_line(first, node.col_offset)
    return Span(start, _end(node, places))


def _end(node: ast.stmt, places: Places) -> Position:
    return places.on_line(node.end_lineno or node.lineno, node.end_col_offset or 0)


def _name_span(node: Definition, places: Places) -> Span:
    start = places.on_line(node.lineno, node.col_offset)
    line = places.line(node.lineno)
    found = _NAME.match(line, start.column - 1)
    column = (found.end() if found else start.column - 1) + 1
    return Span.of(node.lineno, column, node.lineno, column + len(node.name))


def _signature(node: Definition) -> str:
    kinds = ", ".join(unparse(one) for one in getattr(node, "type_params", ()))
    name = f"{node.name}[{kinds}]" if kinds else node.name
    if isinstance(node, ast.ClassDef):
        held = ", ".join(unparse(one) for one in (*node.bases, *node.keywords))
        return f"class {name}({held})"[:_LONGEST_SIGNATURE] if held else f"class {name}"
    prefix = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returned = f" -> {unparse(node.returns)}" if node.returns is not None else ""
    return f"{prefix} {name}({unparse(node.args)}){returned}"[:_LONGEST_SIGNATURE]


def _variables(tree: ast.Module, places: Places) -> Iterator[Symbol]:
    """Names that the module itself assigns, each once."""
    seen: set[str] = set()
    for node in tree.body:
        for target in _targets(node):
            if target.id in seen or target.id == "_":
                continue
            seen.add(target.id)
            start = places.on_line(target.lineno, target.col_offset)
            end = Position(start.line, start.column + len(target.id))
            span = Span(places.on_line(node.lineno, node.col_offset), _end(node, places))
            constant = target.id.isupper()
            yield Symbol(
                name=target.id,
                qualified_name=target.id,
                kind=SymbolKind.CONSTANT if constant else SymbolKind.VARIABLE,
                span=span,
                name_span=Span(start, end),
                signature=places.line(node.lineno).strip()[:_LONGEST_VALUE],
                exported=is_public(target.id),
            )


def _targets(node: ast.stmt) -> list[ast.Name]:
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target]
    else:
        targets = node.targets if isinstance(node, ast.Assign) else []
    return [one for one in targets if isinstance(one, ast.Name)]
