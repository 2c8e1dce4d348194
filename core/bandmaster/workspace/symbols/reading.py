"""The symbols of a document: by Python's own parser where it can, else by tree-sitter."""

from __future__ import annotations

from bandmaster.workspace.documents import Document
from bandmaster.workspace.symbols.languages import language_of
from bandmaster.workspace.symbols.python import parse_python, python_symbols
from bandmaster.workspace.symbols.symbol import Symbol
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
