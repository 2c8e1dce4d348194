"""What a file is: its purpose in its own words, what it imports and offers, who uses it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from bandmaster.changes import split_lines
from bandmaster.providers.builtin.docstrings.written import is_test_file
from bandmaster.providers.builtin.explanation.imports import (
    Import,
    imports_of,
    is_standard,
    module_of,
    own_path,
    python_modules,
)
from bandmaster.providers.builtin.explanation.markdown import (
    bullets,
    code,
    entry,
    listed,
    plural,
    section,
)
from bandmaster.providers.builtin.explanation.programs import entry_points
from bandmaster.providers.builtin.explanation.survey import Survey, is_python
from bandmaster.providers.builtin.explanation.uses import tests_that_mention
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.symbols import (
    CALLABLE,
    Symbol,
    language_of,
    last_line,
    parse_python,
    symbols,
)

_SHOWN = 40
_SHOWN_IMPORTS = 12
_SHOWN_MEMBERS = 12
_LONGEST = 5
_LONG_LINES = 30
_LEADING = re.compile(r"\A(?:#!.*\n)?((?:[ \t]*(?://|#|--|;).*\n?)+|\s*/\*.*?\*/)", re.DOTALL)


def explain_file(snapshot: Snapshot, document: Document, survey: Survey) -> str:
    """The file in Markdown; all of it read off the text and the workspace."""
    language = language_of(document.path, document.text)
    defined = symbols(document)
    modules = python_modules(survey.documents)
    title = language.title if language is not None else "a text file"
    count = len(split_lines(document.text))
    lines = [f"# {code(document.path)}", "", f"{title}, {plural(count, 'line')}."]
    if is_python(document) and parse_python(document.text) is None:
        lines.append("It has syntax errors; what can be read of it follows.")
    if purpose := purpose_of(document):
        lines += ["", *(f"> {line}".rstrip() for line in purpose.splitlines()[:12])]
    lines += section("Imports", _imports(document, survey, modules))
    lines += section("Entry points", bullets(entry_points(snapshot, document, modules), 10))
    lines += section("Offers", bullets(_offered(defined), _SHOWN))
    lines += section("Longest functions", _longest(defined))
    importers = importers_of(document, survey, modules)
    users = bullets([code(one) for one in importers], 20)
    lines += section(f"Imported by {plural(len(importers), 'file')}{survey.bound}", users)
    lines += section("Tests that import or name it", _tests(document, survey, importers))
    return "\n".join(lines) + "\n"


def purpose_of(document: Document) -> str:
    """The file's own words on itself: its docstring, or the comment that it begins with."""
    if is_python(document):
        tree = parse_python(document.text)
        told = ast.get_docstring(tree) if tree is not None else None
        if told or tree is not None:
            return (told or "").strip()
    found = _LEADING.match(document.text)
    if found is None or language_of(document.path, document.text) is None:
        return ""
    marks = re.compile(r"^\s*(?:/\*+!?|\*+/|\*(?!/)|//[/!]?|#+|--|;+)[ \t]?|\s*\*+/\s*$")
    words = [marks.sub("", line).strip() for line in found[1].splitlines()]
    return "\n".join(words).strip()


def importers_of(document: Document, survey: Survey, modules: dict[str, str]) -> list[str]:
    """The files of the survey that import `document`."""
    module = module_of(document.path, modules)
    stem = document.path.rpartition("/")[2].partition(".")[0]
    word = module.rpartition(".")[2] if module else stem if stem != "index" else ""
    users: list[str] = []
    for other in survey.documents.values():
        if other.path == document.path or word not in other.text:
            continue
        found = imports_of(other, modules)
        if any(own_path(one, other, modules, survey.documents) == document.path for one in found):
            users.append(other.path)
    return users


def _imports(document: Document, survey: Survey, modules: dict[str, str]) -> Iterator[str]:
    found = imports_of(document, modules)
    if not found:
        return
    own = {one: own_path(one, document, modules, survey.documents) for one in found}
    yield from _group("this workspace", [one for one in found if own[one]])
    foreign = [one for one in found if not own[one]]
    if is_python(document):
        standard = [one for one in foreign if is_standard(one.module)]
        yield from _group("standard library", standard)
        tops = {name.partition(".")[0] for name in modules if "." in name}
        rest = [one for one in foreign if one not in standard]
        yield from _group(
            "this workspace, but not found",
            [one for one in rest if one.module.partition(".")[0] in tops],
        )
        foreign = [one for one in rest if one.module.partition(".")[0] not in tops]
    name = "third party" if is_python(document) else "others"
    yield from _group(name, foreign)


def _group(title: str, imports: Sequence[Import]) -> Iterator[str]:
    names = list(dict.fromkeys(code(one.module) for one in imports))
    if names:
        yield f"- {title}: {listed(names, _SHOWN_IMPORTS)}"


def _offered(defined: Sequence[Symbol]) -> list[str]:
    """Public symbols at the top of the file, each with the names of its public members."""
    public = [one for one in defined if one.exported and not one.additional]
    members: dict[str, list[str]] = {}
    for one in public:
        if one.parent is not None and not one.name.startswith("__"):
            members.setdefault(one.parent, []).append(code(one.name))
    return [
        entry(one) + _members(members.get(one.qualified_name, []))
        for one in public
        if one.parent is None and not one.name.startswith("__")
    ]


def _members(names: Sequence[str]) -> str:
    return f"\n  - {listed(names, _SHOWN_MEMBERS)}" if names else ""


def _longest(defined: Sequence[Symbol]) -> list[str]:
    functions = [one for one in defined if one.kind in CALLABLE]
    sized = sorted(((_height(one), one) for one in functions), key=lambda pair: -pair[0])
    return [
        f"- {code(one.qualified_name)}: {plural(height, 'line')} (line {one.span.start.line})"
        for height, one in sized[:_LONGEST]
        if height >= _LONG_LINES
    ]


def _height(symbol: Symbol) -> int:
    return last_line(symbol.span) - symbol.span.start.line + 1


def _tests(document: Document, survey: Survey, importers: Sequence[str]) -> list[str]:
    stem = document.path.rpartition("/")[2].partition(".")[0]
    tests = [path for path in importers if is_test_file(path)]
    if len(stem) > 3 and stem not in ("index", "main", "__init__"):
        tests += tests_that_mention(survey, stem, document.path)
    return bullets([code(one) for one in dict.fromkeys(tests)], 10)
