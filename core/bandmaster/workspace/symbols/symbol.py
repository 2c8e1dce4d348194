"""A symbol: something that a source file defines, where it stands and how it is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bandmaster.errors import UnknownName, UsageError
from bandmaster.findings import Span


class SymbolKind(StrEnum):
    """What a symbol is, the same words for every language."""

    CLASS = "class"
    CONSTANT = "constant"
    ENUM = "enum"
    FUNCTION = "function"
    INTERFACE = "interface"
    MACRO = "macro"
    METHOD = "method"
    MODULE = "module"
    PROPERTY = "property"
    STRUCT = "struct"
    TYPE = "type"
    VARIABLE = "variable"


HOLDERS = frozenset(
    {SymbolKind.CLASS, SymbolKind.ENUM, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.TYPE}
)
"""Kinds whose functions are methods."""
CALLABLE = frozenset(
    {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.PROPERTY, SymbolKind.MACRO}
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as it is written: `name` with its stars or dots, `type` and `default` or ""."""

    name: str
    type: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One definition."""

    name: str
    qualified_name: str
    """The names on the way to it, joined by dots (`Parser.parse`), in every language."""
    kind: SymbolKind
    span: Span
    """From its first decorator or modifier to its end."""
    name_span: Span
    signature: str
    """In one line, without the body."""
    docstring: str | None = None
    parent: str | None = None
    """The qualified name of what it is defined in; None at the top of the file."""
    exported: bool = True
    """Whether others are meant to use it, as its language says so."""
    parameters: tuple[Parameter, ...] = ()
    returns: str = ""
    """The type that is returned, as it is written."""
    decorators: tuple[str, ...] = ()
    """Names of Python decorators without arguments (`functools.cache`)."""

    @property
    def additional(self) -> bool:
        """Whether this only declares an overload, or adds to a property."""
        last = (decorator.rpartition(".")[2] for decorator in self.decorators)
        return any(one in ("overload", "setter", "deleter") for one in last)

    @property
    def summary(self) -> str:
        """The first line of its docstring, or nothing."""
        return first_line(self.docstring or "")


def first_line(docstring: str) -> str:
    """The first line of `docstring` that is not empty."""
    return next((line.strip() for line in docstring.splitlines() if line.strip()), "")


class AmbiguousName(UnknownName):
    """A name that several symbols have; the message lists them."""

    def __init__(self, name: str, candidates: Iterable[str]) -> None:
        self.near = tuple(candidates)
        shown = ", ".join(repr(one) for one in self.near[:8])
        UsageError.__init__(self, f"{name!r} is the name of several symbols; write one of {shown}")


def symbol_at(symbols: Iterable[Symbol], line: int) -> Symbol | None:
    """The innermost symbol whose lines hold `line`."""
    holding = [one for one in symbols if one.span.start.line <= line <= last_line(one.span)]
    return min(holding, key=lambda one: (_height(one.span), -one.span.start.line), default=None)


def last_line(span: Span) -> int:
    """The last line of which `span` holds a character."""
    return span.end.line if span.end.column > 1 else max(span.start.line, span.end.line - 1)


def _height(span: Span) -> int:
    return last_line(span) - span.start.line


def find(symbols: Sequence[Symbol], name: str) -> Symbol:
    """The symbol called `name`: qualified (`Class.method`), its tail, or its plain name.

    Where a definition has several forms (overloads, a property with its setter), the one that
    does the work. Raises `UnknownName` with the nearest names, or with all that `name` may mean.
    """
    wanted = name.replace("::", ".").replace("#", ".").removesuffix("()")
    exact = [one for one in symbols if one.qualified_name == wanted]
    matching = exact or [one for one in symbols if one.qualified_name.endswith(f".{wanted}")]
    names = list(dict.fromkeys(one.qualified_name for one in matching))
    if len(names) > 1:
        raise AmbiguousName(name, names)
    if not matching:
        raise _unknown(symbols, wanted)
    return next((one for one in matching if not one.additional), matching[-1])


def _unknown(symbols: Iterable[Symbol], wanted: str) -> UnknownName:
    qualified = {one.qualified_name for one in symbols}
    plain = UnknownName("symbol", wanted, {one.name for one in symbols})
    whole = UnknownName("symbol", wanted, qualified)
    return plain if plain.near and not whole.near else whole
