"""Docstrings for Python: where they are missing, what is put in, and the proof that it is safe."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bandmaster.changes import split_lines
from bandmaster.errors import Unreadable
from bandmaster.findings import Span
from bandmaster.providers.builtin.docstrings.facts import (
    Facts,
    class_facts,
    function_facts,
    module_facts,
)
from bandmaster.providers.builtin.docstrings.placing import Insertion, Place, module_place, place_in
from bandmaster.providers.builtin.docstrings.raises import class_bases
from bandmaster.providers.builtin.docstrings.sameness import same_apart_from_new_docstrings
from bandmaster.providers.builtin.docstrings.style import Style, literal, style_of
from bandmaster.providers.builtin.docstrings.written import Choice, Left, Written, is_test_file
from bandmaster.workspace import Document
from bandmaster.workspace.symbols import find, symbol_at, symbols
from bandmaster.workspace.symbols.python import (
    Definition,
    Function,
    decorator_names,
    definitions,
    is_public,
    parse_python,
)

_FORMS = {
    "overload": "an overload: the implementation carries the docstring",
    "setter": "a setter: the property carries the docstring",
    "deleter": "a deleter: the property carries the docstring",
    "override": "an override: it inherits the docstring",
}


@dataclass(frozen=True, slots=True)
class _Target:
    """A definition (or the module: None) that may want a docstring."""

    node: Definition | None
    holders: tuple[Definition, ...]
    explicit: bool = False
    """Whether the person pointed at it."""

    @property
    def name(self) -> str:
        if self.node is None:
            return "the module"
        return ".".join(one.name for one in (*self.holders, self.node))

    @property
    def line(self) -> int:
        return 1 if self.node is None else self.node.lineno


def document_python(document: Document, choice: Choice) -> Written:
    """Put docstrings into `document` where the choice finds none.

    Raises `Unreadable` where the text does not parse, `UnknownName` for a symbol it has not.
    """
    tree = parse_python(document.text)
    if tree is None:
        raise Unreadable(document.path, "syntax errors; mend them first (`bandmaster fix`)")
    chosen = _chosen(document, tree, choice)
    present = tuple(one.name for one in chosen if _has_docstring(one, tree))
    missing = [one for one in chosen if not _has_docstring(one, tree)]
    refused = [(one, _refused(one, document.path, tree)) for one in missing]
    left = [Left(one.name, one.line, why) for one, why in refused if why]
    wanted = [one for one, why in refused if not why]
    asked = () if choice.everything else present
    return _write(document, tree, wanted, left, asked)


def _write(
    document: Document,
    tree: ast.Module,
    wanted: Sequence[_Target],
    left: list[Left],
    present: tuple[str, ...],
) -> Written:
    placed: list[tuple[_Target, Insertion]] = []
    style, bases = style_of(tree, document.text), class_bases(tree)
    lines = split_lines(document.text)
    for target in wanted:
        made = _insertion(document.path, tree, lines, target, style, bases)
        if isinstance(made, str):
            left.append(Left(target.name, target.line, made))
        else:
            placed.append((target, made))
    text, kept = _proven(document.text, tree, placed)
    lost = [one for one, _ in placed if one not in kept]
    left += [Left(one.name, one.line, "no docstring fits in without other changes") for one in lost]
    left.sort(key=lambda one: one.line)
    return Written(text, tuple(one.name for one in kept), tuple(left), present)


def _chosen(document: Document, tree: ast.Module, choice: Choice) -> list[_Target]:
    """What the choice speaks of, documented or not."""
    everything = [_Target(None, ()), *(_Target(one, held) for one, held in definitions(tree))]
    if choice.symbol is not None:
        name = find(symbols(document), choice.symbol).qualified_name
        return [replace(one, explicit=one.name == name) for one in everything if _within(one, name)]
    if choice.span is not None:
        return _in_span(document, everything, choice.span)
    return [one for one in everything if _public(one)]


def _within(target: _Target, name: str) -> bool:
    """Whether this is what was asked for, or a public method of the class that was."""
    if target.node is None or target.name == name:
        return target.node is not None
    inside = target.name.startswith(f"{name}.") and _public(
        _Target(target.node, target.holders[name.count(".") + 1 :])
    )
    return inside and all(isinstance(one, ast.ClassDef) for one in target.holders)


def _in_span(document: Document, everything: list[_Target], span: Span) -> list[_Target]:
    """The definitions that begin in the span; where none does, the innermost one around it."""
    last = span.end.line if span.end.column > 1 else max(span.start.line, span.end.line - 1)
    begin = [one for one in everything if one.node and span.start.line <= one.line <= last]
    if len(begin) > 1:
        return [one for one in begin if _public(one)]
    if begin:
        return [replace(one, explicit=True) for one in begin]
    around = symbol_at(symbols(document), span.start.line)
    name = around.qualified_name if around is not None else ""
    inner = [one for one in everything if one.node is not None and one.name == name]
    found = inner or [one for one in everything if one.node is None]
    return [replace(one, explicit=True) for one in found]


def _public(target: _Target) -> bool:
    if target.node is None:
        return True
    in_class = all(isinstance(one, ast.ClassDef) for one in target.holders)
    return in_class and all(is_public(one.name) for one in (*target.holders, target.node))


def _has_docstring(target: _Target, tree: ast.Module) -> bool:
    holder = target.node if target.node is not None else tree
    return ast.get_docstring(holder, clean=False) is not None


def _refused(target: _Target, path: str, tree: ast.Module) -> str:
    """Why a definition gets no docstring, or nothing."""
    node = target.node
    if node is None:
        return "" if tree.body else "an empty file"
    for name in decorator_names(node):
        if reason := _FORMS.get(name.rpartition(".")[2], ""):
            return reason
    if target.explicit:
        return ""
    if is_test_file(path) and _is_test(target):
        return "a test: its name tells what it shows"
    if isinstance(node, Function) and node.name.startswith("__") and not _takes_arguments(node):
        return "a special method: Python says what it does"
    return ""


def _is_test(target: _Target) -> bool:
    names = [one.name for one in (*target.holders, target.node) if one is not None]
    return names[0].startswith("Test") or names[-1].startswith("test_")


def _takes_arguments(node: Function) -> bool:
    """Whether this is an `__init__` with something to tell."""
    given = node.args
    more = len(given.posonlyargs) + len(given.args) > 1 or given.kwonlyargs or given.vararg
    return node.name == "__init__" and bool(more)


def _insertion(
    path: str,
    tree: ast.Module,
    lines: list[str],
    target: _Target,
    style: Style,
    bases: Mapping[str, tuple[str, ...]],
) -> Insertion | str:
    """The docstring and its place, or why there is none."""
    if target.node is None:
        place: Place | None = module_place(tree, lines)
        facts: Facts = module_facts(path, tree)
    else:
        place = place_in(target.node, lines, tree)
        facts = _facts(target.node, target.holders, bases)
    if place is None:
        return "its first line is written in an odd way"
    return place.insertion(literal(facts, style))


def _facts(
    node: Definition, holders: tuple[Definition, ...], bases: Mapping[str, tuple[str, ...]]
) -> Facts:
    if isinstance(node, ast.ClassDef):
        return class_facts(node)
    owner = holders[-1] if holders else None
    return function_facts(node, owner if isinstance(owner, ast.ClassDef) else None, bases)


def _proven(
    text: str, tree: ast.Module, placed: Sequence[tuple[_Target, Insertion]]
) -> tuple[str, list[_Target]]:
    """The text with all docstrings after which it is the same program, and their targets."""
    changed = _applied(text, (one for _, one in placed))
    if same_apart_from_new_docstrings(tree, changed):
        return changed, [one for one, _ in placed]
    kept: list[tuple[_Target, Insertion]] = []
    for one in placed:
        candidate = _applied(text, (insertion for _, insertion in (*kept, one)))
        if same_apart_from_new_docstrings(tree, candidate):
            kept.append(one)
    return _applied(text, (one for _, one in kept)), [target for target, _ in kept]


def _applied(text: str, insertions: Iterable[Insertion]) -> str:
    """Texts put in from the last place to the first, so that places stay true."""
    pieces: list[str] = []
    rest = len(text)
    for one in sorted(insertions, key=lambda one: one.offset, reverse=True):
        pieces[:0] = [one.text, text[one.offset + one.removed : rest]]
        rest = one.offset
    return text[:rest] + "".join(pieces)
