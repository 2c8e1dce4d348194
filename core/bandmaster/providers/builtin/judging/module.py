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
        self._above: dict[ast.AST, ast.AST] = {}
        """The parents of the nodes that were looked at so far."""

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
        column = self._bytes_before(place)
        found: list[ast.AST] = []
        todo: list[ast.AST] = [self.tree] if self.tree is not None else []
        while todo:
            node = todo.pop()
            if (getattr(node, "lineno", 0), getattr(node, "col_offset", -1)) == (
                place.line,
                column,
            ):
                found.append(node)
            inner = [one for one in ast.iter_child_nodes(node) if _covers(one, place.line)]
            self._above.update((one, node) for one in inner)
            todo.extend(reversed(inner))
        return found

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, the nearest first."""
        if node not in self._above and self.tree is not None:
            self._above = {
                child: one for one in ast.walk(self.tree) for child in ast.iter_child_nodes(one)
            }
        while (parent := self._above.get(node)) is not None:
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


def _covers(node: ast.AST, line: int) -> bool:
    """Whether `node` can have to do with `line`; nodes without a place of their own can."""
    first = getattr(node, "lineno", line)
    if isinstance(node, Function | ast.ClassDef):
        first = min([first, *(one.lineno for one in node.decorator_list)])
    return first <= line <= getattr(node, "end_lineno", line)


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
