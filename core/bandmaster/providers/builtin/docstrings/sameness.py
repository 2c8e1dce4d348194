"""The proof that docstrings were put into a Python text and nothing else was changed."""

from __future__ import annotations

import ast

from bandmaster.workspace.symbols.python import Definition, definitions, parse_python


def same_apart_from_new_docstrings(before: ast.Module, changed: str) -> bool:
    """Whether `changed` is the program `before` with docstrings where there were none."""
    after = parse_python(changed)
    if after is None:
        return False
    olds = [before, *(one for one, _ in definitions(before))]
    news = [after, *(one for one, _ in definitions(after))]
    if len(olds) != len(news):
        return False
    for old, new in zip(olds, news, strict=True):
        if not _has(old) and _has(new):
            new.body = new.body[1:]
    try:
        return ast.dump(before) == ast.dump(after)
    except RecursionError:
        return False


def _has(node: ast.Module | Definition) -> bool:
    return ast.get_docstring(node, clean=False) is not None
