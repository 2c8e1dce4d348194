"""Where in a Python text a docstring goes, with its indentation and line ends."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from bandmaster.workspace.symbols.python import Definition, definitions

_ENCODING = re.compile(r"^[ \t\f]*#.*?coding[:=]")
_DIRECTIVE = re.compile(r"^#\s*(?:type|mypy|pyright|ruff|flake8|pylint|isort|fmt|yapf|noqa)\b")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Insertion:
    """Put `text` in the place of `removed` characters at `offset`."""

    offset: int
    removed: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where lines go in: `before` and `after` are put around them as they are."""

    offset: int
    indent: str
    newline: str
    before: str = ""
    after: str = ""
    removed: int = 0

    def insertion(self, lines: Sequence[str]) -> Insertion:
        indented = (f"{self.indent}{line}" if line else "" for line in lines)
        body = self.newline.join(indented)
        return Insertion(self.offset, self.removed, self.before + body + self.after)


def place_in(node: Definition, lines: list[str], tree: ast.Module) -> Place | None:
    """The place right behind the first line of a class or function; None for odd ones."""
    end = _colon(node, lines)
    if end is None:
        return None
    row, column = end
    line, first = lines[row - 1], node.body[0]
    newline = _line_end(line) or _line_end(lines[0]) or "\n"
    offset = sum(map(len, lines[: row - 1])) + column
    rest = line[column:]
    if first.lineno == row or (rest.strip() and not rest.lstrip().startswith("#")):
        own = line if row == node.lineno else lines[node.lineno - 1]
        indent = _white(own) + _unit(tree, lines)
        skipped = len(rest) - len(rest.lstrip(" \t"))
        after = newline + indent
        return Place(
            offset=offset,
            removed=skipped,
            indent=indent,
            newline=newline,
            before=newline,
            after=after,
        )
    indent = _white(lines[_first_line(first) - 1])
    gap = newline if _wants_gap(node, lines, row) else ""
    whole_line = offset + len(rest.rstrip("\r\n"))
    return Place(offset=whole_line, indent=indent, newline=newline, before=newline, after=gap)


def module_place(tree: ast.Module, lines: list[str]) -> Place:
    """Behind the comments that head a file, and before those that belong to its first line."""
    newline = next((end for end in map(_line_end, lines) if end), "\n")
    row = _head(tree, lines)
    offset = sum(map(len, lines[:row]))
    ended = row == 0 or bool(_line_end(lines[row - 1]))
    before = newline if row > 0 else ""
    before += "" if ended else newline
    blank = row < len(lines) and not lines[row].strip()
    after = newline if blank or row >= len(lines) else newline * 2
    return Place(offset=offset, indent="", newline=newline, before=before, after=after)


def _head(tree: ast.Module, lines: list[str]) -> int:
    """How many lines stay above the docstring of the module.

    Comments that a blank line sets apart head the file; those right above an import do as well.
    """
    importing = bool(tree.body) and isinstance(tree.body[0], ast.Import | ast.ImportFrom)
    kept = 0
    for index, line in enumerate(lines):
        text = line.strip()
        if text and not text.startswith("#"):
            break
        below = lines[index + 1].strip() if index + 1 < len(lines) else ""
        if text and (not below or importing or _stays_on_top(index, text)):
            kept = index + 1
    return kept


def _stays_on_top(index: int, comment: str) -> bool:
    special = (index == 0 and comment.startswith("#!")) or (index < 2 and _ENCODING.match(comment))
    return bool(special or _DIRECTIVE.match(comment))


def _colon(node: Definition, lines: list[str]) -> tuple[int, int] | None:
    """The row (from 1) and column (from 0) right behind the colon that ends the first line."""
    source = iter(lines[node.lineno - 1 :])
    depth, lambdas, begun = 0, 0, False
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            begun = begun or token.string in ("def", "class")
            if token.type == tokenize.NAME and token.string == "lambda":
                lambdas += depth == 0
            if token.type != tokenize.OP:
                continue
            depth += (token.string in _OPENING) - (token.string in _CLOSING)
            if token.string == ":" and depth == 0 and begun:
                if lambdas == 0:
                    return node.lineno - 1 + token.end[0], token.end[1]
                lambdas -= 1
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return None
    return None


def _first_line(first: ast.stmt) -> int:
    """The line of a statement, its decorators included."""
    decorators = getattr(first, "decorator_list", [])
    return min([first.lineno, *(one.lineno for one in decorators)])


def _wants_gap(node: Definition, lines: list[str], row: int) -> bool:
    """A blank line sets the docstring of a class apart, and any from a definition below it."""
    following = lines[row].strip() if row < len(lines) else ""
    apart = isinstance(node, ast.ClassDef) or isinstance(node.body[0], Definition)
    bare = isinstance(node.body[0], ast.Pass) or (
        isinstance(node.body[0], ast.Expr) and len(node.body) == 1
    )
    return apart and bool(following) and not bare


def _white(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))].rpartition("\f")[2]


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _unit(tree: ast.Module, lines: list[str]) -> str:
    """One step of indentation, as the file's first indented definition or line has it."""
    for node, _ in definitions(tree):
        outer = _white(lines[node.lineno - 1])
        inner = _white(lines[_first_line(node.body[0]) - 1])
        if len(inner) > len(outer) and inner.startswith(outer):
            return inner[len(outer) :]
    indented = (white for line in lines if line.strip() and (white := _white(line)))
    return next(indented, "    ")
