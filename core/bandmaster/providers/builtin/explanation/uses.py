"""Who calls a symbol and which tests name it, found by name over the files that were read."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bandmaster.providers.builtin.docstrings.written import is_test_file
from bandmaster.providers.builtin.explanation.survey import Survey, is_python
from bandmaster.workspace import Document
from bandmaster.workspace.symbols import Symbol, parse_python, symbol_at, symbols
from bandmaster.workspace.symbols.python import definitions, innermost
from bandmaster.workspace.symbols.references import whole_word

_MOST_FILES = 60
_SECONDS = 0.5
"""Of work in this thread: a busy machine does not make the answer poorer."""
_USED = r"(?<!def )(?<![\w$]){0}(?:\s*(?:<[^<>\n]*>|!|\[[^\]\n]*\])?\s*[(,)]|[ \t]*\n)"
"""A call, a base class or a decorator, and more; the parser then says which."""
_DEFINED = r"\b(?:def|class|func|fn|function|fun|interface|struct|trait)\s+(?:\([^)\n]*\)\s*)?{}\b"


@dataclass(frozen=True, slots=True)
class Caller:
    """A place where something of the name is called: `path:line`, in the symbol around it."""

    path: str
    line: int
    symbol: str


@dataclass(frozen=True, slots=True)
class Callers:
    """Callers by path and line; `complete` is false where a bound ended the search."""

    found: tuple[Caller, ...]
    complete: bool


def callers_of(symbol: Symbol, path: str, survey: Survey) -> Callers:
    """Calls of the symbol's name outside itself; the nearest files are looked at first."""
    used = _USED.format(re.escape(symbol.name))
    files = [one for one in survey.documents.values() if re.search(used, one.text)]
    folder = path.rpartition("/")[0]
    files.sort(key=lambda one: (one.path != path, not one.path.startswith(folder), one.path))
    end = time.thread_time() + _SECONDS
    found: list[Caller] = []
    for number, document in enumerate(files):
        if number == _MOST_FILES or time.thread_time() > end:
            return Callers(tuple(found), complete=False)
        inside = symbol.span if document.path == path else None
        for caller in _calls_in(document, symbol.name):
            if inside is None or not inside.start.line <= caller.line <= inside.end.line:
                found.append(caller)
    return Callers(tuple(found), survey.complete)


def namesakes(symbol: Symbol, survey: Survey) -> int:
    """How many definitions in the workspace have this name."""
    pattern = re.compile(_DEFINED.format(re.escape(symbol.name)))
    return sum(
        len(pattern.findall(one.text))
        for one in survey.documents.values()
        if symbol.name in one.text
    )


def tests_that_mention(survey: Survey, name: str, path: str) -> list[str]:
    """The test files in which `name` stands as a word."""
    word = whole_word(name)
    return [
        one.path
        for one in survey.documents.values()
        if one.path != path and is_test_file(one.path) and word.search(one.text)
    ]


def tests_in(survey: Survey, name: str, path: str, most: int) -> list[str]:
    """The test functions in which `name` stands, as `path:line in symbol`."""
    word = whole_word(name)
    found: dict[str, None] = {}
    for place in tests_that_mention(survey, name, path):
        document = survey.documents[place]
        defined = symbols(document)
        for match in word.finditer(document.text):
            line = document.text.count("\n", 0, match.start()) + 1
            around = symbol_at(defined, line)
            if around is not None:
                found.setdefault(f"{place}:{around.span.start.line} in {around.qualified_name}")
        if len(found) >= most:
            break
    return list(found)


def _calls_in(document: Document, name: str) -> Iterator[Caller]:
    tree = parse_python(document.text) if is_python(document) else None
    if tree is not None:
        places = sorted(set(_python_calls(tree, name)))
        around = list(definitions(tree)) if places else []
        for line in places:
            yield Caller(document.path, line, innermost(around, line))
        return
    lines = sorted(set(_written_calls(document.text, name)))
    defined = symbols(document) if lines else ()
    for line in lines:
        symbol = symbol_at(defined, line)
        yield Caller(document.path, line, symbol.qualified_name if symbol is not None else "")


def _python_calls(tree: ast.Module, name: str) -> Iterator[int]:
    """The lines of calls, and of decorators and bases, that are of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            used: Iterable[ast.expr] = [node.func]
        elif isinstance(node, ast.ClassDef):
            used = [*node.bases, *node.decorator_list]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            used = node.decorator_list
        else:
            continue
        yield from (one.lineno for one in used if _last_name(one) == name)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _written_calls(text: str, name: str) -> Iterator[int]:
    """Lines where the name stands before a parenthesis and is not being defined."""
    escaped = re.escape(name)
    call = re.compile(rf"(?<![\w$]){escaped}\s*(?:<[^<>\n]*>|!)?\s*\(")
    defined = re.compile(_DEFINED.format(escaped))
    for number, line in enumerate(text.split("\n"), 1):
        comment = line.lstrip().startswith(("//", "#", "*", "/*"))
        if call.search(line) and not defined.search(line) and not comment:
            yield number
