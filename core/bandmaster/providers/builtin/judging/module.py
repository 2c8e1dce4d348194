"""A Python file as a syntax tree that can be asked what stands at a place."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import cached_property

from bandmaster.changes import split_lines
from bandmaster.findings import Position

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """One file's tree; `tree` is None where this Python cannot parse the file."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def tree(self) -> ast.Module | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(self.text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None

    def at(self, place: Position) -> list[ast.AST]:
        """The nodes that start at `place`, the outermost first."""
        return self._by_place.get((place.line, self._bytes_before(place)), [])

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, the nearest first."""
        while (parent := self._parent.get(node)) is not None:
            yield parent
            node = parent

    def function(self, node: ast.AST) -> Function | None:
        """The nearest function around `node`."""
        around = (one for one in self.parents(node) if isinstance(one, Function))
        return next(around, None)

    def line(self, number: int) -> str:
        return self._lines[number - 1] if 1 <= number <= len(self._lines) else ""

    def _bytes_before(self, place: Position) -> int:
        """Trees count columns in bytes of UTF-8, from 0."""
        return len(self.line(place.line)[: place.column - 1].encode("utf-8", "replace"))

    @cached_property
    def _lines(self) -> list[str]:
        return split_lines(self.text)

    @cached_property
    def _parent(self) -> dict[ast.AST, ast.AST]:
        if self.tree is None:
            return {}
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], list[ast.AST]]:
        places: dict[tuple[int, int], list[ast.AST]] = {}
        for node in ast.walk(self.tree) if self.tree is not None else ():
            line = getattr(node, "lineno", None)
            if line is not None:
                places.setdefault((line, getattr(node, "col_offset", 0)), []).append(node)
        return places


def names(node: ast.AST) -> set[str]:
    """All names and attributes in `node`, in lower case."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found.add(one.id.lower())
        elif isinstance(one, ast.Attribute):
            found.add(one.attr.lower())
        elif isinstance(one, ast.arg):
            found.add(one.arg.lower())
    return found


def called(node: ast.AST) -> str:
    """The last part of the name of what `node` calls (`run` of `subprocess.run(…)`), or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
