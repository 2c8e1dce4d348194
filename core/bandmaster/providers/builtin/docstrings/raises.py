"""Which exceptions leave a Python function by its own `raise` statements, and when.

Only what can be read off surely is told: an exception that a handler around it may catch is left
out, and so is a condition that speaks of more than parameters and names from outside.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bandmaster.workspace.symbols.python import Function, statements_in, unparse

_CATCH_ALL = frozenset({"Exception", "BaseException"})
_LONGEST = 60


_Around = tuple[tuple[ast.stmt | ast.ExceptHandler, str], ...]
"""Statements and handlers, outermost first, each with the block that was entered."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception by the name in the source, and when it is raised: `If …`, or nothing."""

    name: str
    when: str


@dataclass(frozen=True, slots=True)
class _Site:
    """A `raise` with the statements around it, outermost first, and the block of each."""

    node: ast.Raise
    around: _Around


def raised(node: Function, bases: Mapping[str, tuple[str, ...]]) -> tuple[Raised, ...]:
    """What leaves `node`; `bases` are the classes of the module with the names of their bases."""
    known: dict[str, list[str]] = {}
    for site in _sites(node):
        for name in _names(site, bases):
            if _leaves(name, site, bases):
                known.setdefault(name, []).append(_condition(site, node))
    return tuple(Raised(name, _joined(conditions)) for name, conditions in known.items())


def class_bases(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """The classes that a module defines at its top, with the names of their bases."""
    return {
        one.name: tuple(unparse(base) for base in one.bases)
        for one in tree.body
        if isinstance(one, ast.ClassDef)
    }


def _sites(node: Function) -> Iterator[_Site]:
    """The `raise` statements of the function itself, in the order of the source."""
    waiting: list[tuple[ast.stmt, _Around]] = [(one, ()) for one in reversed(node.body)]
    while waiting:
        statement, around = waiting.pop()
        if isinstance(statement, ast.Raise):
            yield _Site(statement, around)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting.extend(reversed(list(_inner(statement, around))))


def _inner(statement: ast.stmt, around: _Around) -> Iterator[tuple[ast.stmt, _Around]]:
    """The statements inside `statement`, each with what is around it then."""
    if isinstance(statement, ast.Try | ast.TryStar):
        for block in ("body", "orelse", "finalbody"):
            for one in getattr(statement, block):
                yield one, (*around, (statement, block))
        for handler in statement.handlers:
            for one in handler.body:
                yield one, (*around, (statement, "handlers"), (handler, "body"))
        return
    body = getattr(statement, "body", [])
    for one in statements_in(statement):
        block = "body" if any(one is other for other in body) else "other"
        yield one, (*around, (statement, block))


def _names(site: _Site, bases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names of the exceptions that a `raise` raises, as far as they can be read."""
    raised = site.node.exc
    handlers = [one for one, _ in site.around if isinstance(one, ast.ExceptHandler)]
    if raised is None:
        return _caught(handlers[-1]) if handlers else ()
    call = raised.func if isinstance(raised, ast.Call) else raised
    if isinstance(call, ast.Attribute) and call.attr == "with_traceback":
        call = call.value.func if isinstance(call.value, ast.Call) else call.value
    name = unparse(call) if isinstance(call, ast.Name | ast.Attribute) else ""
    for handler in reversed(handlers):
        if handler.name == name:
            return _caught(handler)
    last = name.rpartition(".")[2].lstrip("_")
    is_class = last[:1].isupper() or name in bases or _builtin(name) is not None
    return (name,) if is_class and not name.startswith(("self.", "cls.")) else ()


def _caught(handler: ast.ExceptHandler) -> tuple[str, ...]:
    """The exceptions that a handler names; none where it catches everything."""
    named = handler.type
    parts = named.elts if isinstance(named, ast.Tuple) else [named] if named is not None else []
    names = tuple(unparse(one) for one in parts if isinstance(one, ast.Name | ast.Attribute))
    upper = all(name.rpartition(".")[2][:1].isupper() for name in names)
    return names if upper and not _CATCH_ALL & set(names) else ()


def _leaves(name: str, site: _Site, bases: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether no statement around the `raise` can hold the exception back."""
    for one, block in site.around:
        if isinstance(one, ast.Try | ast.TryStar):
            if any(isinstance(n, ast.Return | ast.Break | ast.Continue) for n in one.finalbody):
                return False
            if block == "body" and any(_may_catch(h, name, bases) for h in one.handlers):
                return False
        if isinstance(one, ast.With | ast.AsyncWith) and _may_suppress(one):
            return False
    return True


def _may_catch(handler: ast.ExceptHandler, name: str, bases: Mapping[str, tuple[str, ...]]) -> bool:
    named = handler.type
    parts = named.elts if isinstance(named, ast.Tuple) else [named] if named is not None else []
    if not parts:
        return True
    return any(_may_be(name, unparse(one), bases) for one in parts)


def _may_be(name: str, base: str, bases: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the exception `name` can be one of `base`; yes where it cannot be told."""
    if name == base:
        return True
    lower, upper = _builtin(name), _builtin(base)
    if lower is not None:
        foreign = upper is None and base not in bases and "." in base
        return foreign or (upper is not None and issubclass(lower, upper))
    if name in bases:
        return any(one != name and _may_be(one, base, bases) for one in bases[name])
    return True


def _builtin(name: str) -> type[BaseException] | None:
    found: object = getattr(builtins, name, None) if name.isidentifier() else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _may_suppress(statement: ast.With | ast.AsyncWith) -> bool:
    """Whether a `with` is known to hold exceptions back."""
    calls = [one.context_expr for one in statement.items]
    names = [unparse(one.func) for one in calls if isinstance(one, ast.Call)]
    return any(name.rpartition(".")[2] in ("suppress", "raises") for name in names)


def _condition(site: _Site, node: Function) -> str:
    """`if …` where one test at the top of the function decides on parameters alone."""
    if len(site.around) != 1:
        return ""
    test, block = site.around[0]
    if not isinstance(test, ast.If) or block != "body" or test.body[0] is not site.node:
        return ""
    if test not in node.body:
        return ""
    source = unparse(test.test)
    plain = len(source) <= _LONGEST and source.isascii() and "\\" not in source
    plain = plain and "`" not in source and '"' not in source
    return f"if `{source}`" if plain and _speaks_of_parameters(test.test, node) else ""


def _speaks_of_parameters(test: ast.expr, node: Function) -> bool:
    """Whether every name of `test` is a parameter that keeps its value, or is from outside."""
    stored: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            stored.add(one.id)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            stored.update((alias.asname or alias.name).partition(".")[0] for alias in one.names)
        elif isinstance(one, ast.Lambda | ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
            if any(one is inner for inner in ast.walk(test)):
                return False
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and (
            one is not node
        ):
            stored.add(one.name)
    return not any(isinstance(n, ast.Name) and n.id in stored for n in ast.walk(test))


def _joined(conditions: list[str]) -> str:
    """The conditions as one sentence; nothing where one of them is not known."""
    if not all(conditions):
        return ""
    distinct = list(dict.fromkeys(conditions))
    text = " or ".join(distinct)
    return text[:1].upper() + text[1:] + "." if len(distinct) <= 3 else ""
