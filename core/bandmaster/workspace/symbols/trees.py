"""Symbols by tree-sitter: for every language of the table, also where the text does not parse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandmaster.workspace.documents import Document
from bandmaster.workspace.symbols import shapes
from bandmaster.workspace.symbols.kin import Kin
from bandmaster.workspace.symbols.languages import (
    Language,
    definitions,
    grammar,
    language_of,
)
from bandmaster.workspace.symbols.places import Places, to_bytes
from bandmaster.workspace.symbols.symbol import HOLDERS, Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SCOPE = "scope"
_WIDEST = 40_000
"""A text of more statements than this is generated; matching takes the square of the number."""
_HIDING = ("function", "method")
"""What is defined inside these is theirs alone."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One match of a language's query: `kind` is a word of `SymbolKind`, or `scope`."""

    node: Node
    name: Node
    kind: str


@dataclass(frozen=True, slots=True)
class _Holder:
    """A definition that is still open while those inside it are named."""

    range: tuple[int, int]
    qualified_name: str
    kind: str
    exported: bool


def parse(language: Language, text: str) -> Tree:
    """The syntax tree of `text`; there always is one, with error nodes where it must."""
    from tree_sitter import Parser

    return Parser(grammar(language.name)).parse(to_bytes(text))


def tree_symbols(language: Language, text: str) -> tuple[Symbol, ...]:
    """The symbols of `text`, in the order in which they begin."""
    root = parse(language, text).root_node
    found = definitions_in(language, root)
    kin = Kin(root, (one.name for one in found))
    return tuple(_named(language, Places(text), found, kin))


def definitions_in(language: Language, root: Node) -> list[Definition]:
    """The definitions below `root`, outer ones before those inside them, each name once."""
    from tree_sitter import QueryCursor

    found: dict[int, Definition] = {}
    if root.child_count > _WIDEST:
        return []
    for _, captures in QueryCursor(definitions(language.name)).matches(root):
        names = captures.get("name") or [
            shapes.declared(node) for node in captures.get("declarator", [])
        ]
        for kind, nodes in captures.items():
            if kind in ("name", "value", "declarator") or not names:
                continue
            known = found.get(names[0].start_byte)
            if known is None or known.kind in ("constant", "variable"):
                found[names[0].start_byte] = Definition(nodes[0], names[0], kind)
    inner_last = sorted(found.values(), key=lambda one: (one.node.start_byte, -one.node.end_byte))
    return [one for one in inner_last if shapes.text(one.name)]


def _named(
    language: Language, places: Places, definitions: Iterable[Definition], kin: Kin
) -> Iterator[Symbol]:
    """Each definition with the names of those that hold it."""
    holders: list[_Holder] = []
    public = shapes.exported_names(language.name, kin.top)
    for one in definitions:
        while holders and not _inside(one.node, holders[-1].range):
            holders.pop()
        around = holders[-1] if holders else None
        owner, name = shapes.split_name(one.node, one.name)
        parent = ".".join(part for part in (around.qualified_name if around else "", owner) if part)
        qualified = f"{parent}.{name}" if parent else name
        exported = shapes.is_exported(language.name, one.node, name, public, kin) and (
            around is None or around.exported
        )
        kind = _kind(one.kind, around, owner)
        opens = exported and kind not in _HIDING
        holders.append(_Holder(one.node.byte_range, qualified, kind, exported=opens))
        if kind == _SCOPE:
            continue
        outer = shapes.widened(one.node, kin)
        yield Symbol(
            name=name,
            qualified_name=qualified,
            kind=SymbolKind(kind),
            span=places.span(shapes.first(outer, kin).start_byte, shapes.end_byte(outer)),
            name_span=places.span(one.name.start_byte, one.name.end_byte),
            signature=shapes.signature(one.node, kind, kin),
            docstring=shapes.comment_above(outer, kin),
            parent=parent or None,
            exported=exported,
            parameters=shapes.parameters(one.node),
            returns=shapes.returns(one.node),
        )


def _inside(node: Node, outer: tuple[int, int]) -> bool:
    """Two names of one definition (`var X, Y`) stand side by side."""
    return node.end_byte <= outer[1] and node.byte_range != outer


def _kind(kind: str, around: _Holder | None, owner: str) -> str:
    """A function that belongs to a type is a method."""
    inside = around is not None and (around.kind == _SCOPE or around.kind in HOLDERS)
    return "method" if kind == "function" and (inside or owner) else kind


def code_tokens(document: Document) -> list[bytes]:
    """The words of a text without its comments: the same for two texts that say the same.

    Empty for a language that is not in the table.
    """
    language = language_of(document.path, document.text)
    if language is None:
        return []
    cursor = parse(language, document.text).walk()
    tokens: list[bytes] = []
    while True:
        node = cursor.node
        comment = node is not None and node.type in shapes.COMMENTS
        if not comment and cursor.goto_first_child():
            continue
        if node is not None and not comment:
            tokens.append(node.text or b"")
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tokens
