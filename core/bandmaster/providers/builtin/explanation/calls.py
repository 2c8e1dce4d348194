"""What a symbol calls, each name with the place of its definition where that is certain."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bandmaster.changes import split_lines
from bandmaster.providers.builtin.explanation.imports import (
    imports_of,
    is_standard,
    python_modules,
)
from bandmaster.providers.builtin.explanation.markdown import code, listed
from bandmaster.providers.builtin.explanation.survey import Survey
from bandmaster.workspace import Document
from bandmaster.workspace.symbols import CALLABLE, Symbol, last_line, symbols
from bandmaster.workspace.symbols.python import Definition, unparse

_MOST_OTHERS = 20
_CALL = re.compile(r"([A-Za-z_$][\w$]*)\s*(?:!\s*)?\(")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the names in one Python file mean."""

    document: Document
    local: Mapping[str, Symbol]
    """Symbols of the file by qualified name."""
    modules: Mapping[str, str]
    imported: Mapping[str, tuple[str, str]]
    """A name in the file to its module and the name there (empty: the module itself)."""


def called_by(
    document: Document, symbol: Symbol, node: Definition | None, survey: Survey
) -> Iterator[str]:
    """The calls inside `symbol`, in Markdown: those that are resolved first."""
    if symbol.kind not in CALLABLE:
        return
    if node is None:
        yield from _by_words(document, symbol)
        return
    known = _known(document, survey)
    others: dict[str, None] = {}
    for name in dict.fromkeys(_called_names(node)):
        place = _resolve(name, symbol, known, survey)
        if place:
            yield f"{code(name)}: {place}"
        elif name not in vars(builtins):
            others.setdefault(name)
    if others:
        yield f"not resolved: {listed([code(one) for one in others], _MOST_OTHERS)}"


def _called_names(node: Definition) -> Iterator[str]:
    """Dotted names of what is called, in the order of the source."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    for one in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = unparse(one.func)
        if re.fullmatch(r"[\w.]+", name):
            yield name
        elif isinstance(one.func, ast.Attribute):
            yield f"….{one.func.attr}"


def _known(document: Document, survey: Survey) -> _Known:
    modules = python_modules(survey.documents)
    imported: dict[str, tuple[str, str]] = {}
    for one in imports_of(document, modules):
        for local, name in zip(one.bound, one.names or ("",), strict=True):
            imported[local] = (one.module, name)
    local = {one.qualified_name: one for one in symbols(document)}
    return _Known(document, local, modules, imported)


def _resolve(name: str, symbol: Symbol, known: _Known, survey: Survey) -> str:
    """Where `name` is defined, or nothing where that is not certain."""
    head, _, rest = name.partition(".")
    if head in ("self", "cls") and symbol.parent and rest:
        found = known.local.get(f"{symbol.parent}.{rest}")
        return _at(known.document.path, found) if found is not None else ""
    for scope in _scopes(symbol, known):
        found = known.local.get(f"{scope}.{name}" if scope else name)
        if found is not None and found is not symbol:
            return _at(known.document.path, found)
    return _imported(name, known, survey)


def _scopes(symbol: Symbol, known: _Known) -> Iterator[str]:
    """Where Python looks for a plain name: in functions and the module, never in a class."""
    scope: str | None = symbol.qualified_name
    while scope:
        holder = known.local.get(scope)
        if holder is not None and holder.kind in CALLABLE:
            yield scope
        scope = scope.rpartition(".")[0]
    yield ""


def _imported(name: str, known: _Known, survey: Survey) -> str:
    """The definition of a name that came by an import, in the longest module that fits."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        origin = known.imported.get(".".join(parts[:length]))
        if origin is None:
            continue
        module, inside = origin
        wanted = ".".join(part for part in (inside, *parts[length:]) if part)
        path = known.modules.get(module)
        if path is not None:
            found = {one.qualified_name: one for one in survey.symbols(path)}.get(wanted)
            return _at(path, found) if found is not None else f"from {code(path)}"
        return "standard library" if is_standard(module) else f"from {code(module)}"
    return ""


def _at(path: str, symbol: Symbol) -> str:
    told = f", {symbol.summary}" if symbol.summary else ""
    return f"{symbol.kind} at {code(f'{path}:{symbol.name_span.start.line}')}{told}"


def _by_words(document: Document, symbol: Symbol) -> Iterator[str]:
    """For other languages: names before a parenthesis that the same file defines once."""
    lines = split_lines(document.text)[symbol.span.start.line - 1 : last_line(symbol.span)]
    defined = [one for one in symbols(document) if one.kind in CALLABLE]
    for name in dict.fromkeys(_CALL.findall("".join(lines))):
        found = [one for one in defined if one.name == name]
        if len(found) == 1 and found[0].qualified_name != symbol.qualified_name:
            yield f"{code(name)}: {_at(document.path, found[0])}"
