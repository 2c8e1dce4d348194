"""Symbols of source files: what they define, where, and who uses it."""

from __future__ import annotations

from bandmaster.workspace.documents import Document
from bandmaster.workspace.symbols.languages import LANGUAGES, Language, language_of
from bandmaster.workspace.symbols.python import parse_python, python_symbols
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
from bandmaster.workspace.symbols.trees import tree_symbols


def symbols(document: Document) -> tuple[Symbol, ...]:
    """What `document` defines, in the order in which it begins; nothing for other languages.

    Python is read by its own parser, and like everything else by tree-sitter where the text does
    not parse: then what can be made out of it is returned.
    """
    language = language_of(document.path, document.text)
    if language is None:
        return ()
    if language.name == "python" and (tree := parse_python(document.text)) is not None:
        return python_symbols(tree, document.text)
    return tree_symbols(language, document.text)


__all__ = [
    "CALLABLE",
    "HOLDERS",
    "LANGUAGES",
    "AmbiguousName",
    "Language",
    "Parameter",
    "Symbol",
    "SymbolKind",
    "find",
    "first_line",
    "language_of",
    "last_line",
    "parse_python",
    "symbol_at",
    "symbols",
]
