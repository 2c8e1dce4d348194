"""Symbols of source files: what they define, where, and who uses it."""

from bandmaster.workspace.symbols.languages import LANGUAGES, Language, language_of
from bandmaster.workspace.symbols.python import parse_python
from bandmaster.workspace.symbols.reading import symbols
from bandmaster.workspace.symbols.references import Reference, references, references_in
from bandmaster.workspace.symbols.symbol import (
    CALLABLE,
    HOLDERS,
    AmbiguousName,
    Parameter,
    Symbol,
    SymbolKind,
    find,
    first_line,
    last_line,
    symbol_at,
)

__all__ = [
    "CALLABLE",
    "HOLDERS",
    "LANGUAGES",
    "AmbiguousName",
    "Language",
    "Parameter",
    "Reference",
    "Symbol",
    "SymbolKind",
    "find",
    "first_line",
    "language_of",
    "last_line",
    "parse_python",
    "references",
    "references_in",
    "symbol_at",
    "symbols",
]
