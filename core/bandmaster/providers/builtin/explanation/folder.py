"""What a folder holds: its modules in their own words, how they depend on each other."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from bandmaster.providers.builtin.docstrings.written import is_test_file
from bandmaster.providers.builtin.explanation.file import purpose_of
from bandmaster.providers.builtin.explanation.imports import (
    imports_of,
    is_standard,
    own_path,
    python_modules,
)
from bandmaster.providers.builtin.explanation.markdown import bullets, code, listed, plural, section
from bandmaster.providers.builtin.explanation.programs import scripts, starts_program
from bandmaster.providers.builtin.explanation.survey import Survey, is_python
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.symbols import first_line, language_of, parse_python

_SHOWN = 60
_SHOWN_USED = 15
_HEAD = re.compile(r"^(?:async[ \t]|def[ \t]|class[ \t]|@|if[ \t]|try:|with[ \t]|for[ \t])", re.M)


def explain_folder(snapshot: Snapshot, path: str, survey: Survey) -> str:
    """The folder in Markdown; `survey` holds the whole workspace."""
    below = "" if path == "." else f"{path}/"
    documents = [one for one in survey.documents.values() if one.path.startswith(below)]
    modules = python_modules(survey.documents)
    counts = Counter(_title(one) for one in documents)
    lines = [f"# {code(path)}", "", _counted(counts, documents, survey)]
    sources = [one for one in documents if not is_test_file(one.path)] or documents
    described = [_described(one, path) for one in sources]
    lines += section("Files", bullets(described, _SHOWN))
    lines += section(
        "Entry points", bullets(_starts(snapshot, sources, modules, below), _SHOWN_USED)
    )
    own, foreign = _dependencies(sources, survey, modules)
    inside, outside = _split(own, below)
    lines += section("Imported most within", bullets(_ranked(inside), _SHOWN_USED))
    lines += section("Who imports whom", bullets(_arrows(inside), _SHOWN))
    lines += section("Imported from elsewhere in the workspace", bullets(_ranked(outside), 12))
    lines += section("Third-party modules", _third_party(foreign))
    tests = len(documents) - len(sources)
    lines += section("Tests", [f"{plural(tests, 'test file')}."] if tests else [])
    return "\n".join(lines) + "\n"


def _title(document: Document) -> str:
    language = language_of(document.path, document.text)
    return language.title if language is not None else "other"


def _counted(counts: Counter[str], documents: Sequence[Document], survey: Survey) -> str:
    if not counts:
        return "No source files that this index reads."
    said = ", ".join(f"{number:,} {title}" for title, number in counts.most_common())
    lines = sum(one.text.count("\n") for one in documents)
    return f"{plural(sum(counts.values()), 'source file')} ({said}), {lines:,} lines{survey.bound}."


def _described(document: Document, folder: str) -> str:
    shown = document.path.removeprefix(f"{folder}/")
    said = first_line(_purpose(document))
    return f"{code(shown)}: {said}" if said else code(shown)


def _purpose(document: Document) -> str:
    """As `purpose_of`, but only the head of a Python file is parsed: folders are large."""
    if not is_python(document):
        return purpose_of(document)
    head = document.text[: found.start()] if (found := _HEAD.search(document.text)) else ""
    tree = parse_python(head) if head else None
    if tree is None:
        return purpose_of(document)
    return ast.get_docstring(tree) or ""


def _starts(
    snapshot: Snapshot, sources: Sequence[Document], modules: Mapping[str, str], below: str
) -> list[str]:
    declared = [
        f"the command {code(name)} runs {code(target)}"
        for name, target in scripts(snapshot).items()
        if (path := modules.get(target.partition(":")[0])) and path.startswith(below)
    ]
    return declared + [f"{code(one.path)} can be run" for one in sources if starts_program(one)]


_Arrows = dict[str, tuple[str, ...]]


def _dependencies(
    sources: Sequence[Document], survey: Survey, modules: Mapping[str, str]
) -> tuple[_Arrows, Counter[str]]:
    """Who imports which files of the folder, and how often other modules are imported."""
    own: _Arrows = {}
    tops_here = {name.partition(".")[0] for name in modules}
    foreign: Counter[str] = Counter()
    for document in sources:
        targets: dict[str, None] = {}
        tops: set[str] = set()
        for one in imports_of(document, modules):
            target = own_path(one, document, modules, survey.documents)
            if target and target != document.path:
                targets.setdefault(target)
            elif not target and is_python(document) and not is_standard(one.module):
                tops.add(one.module.partition(".")[0])
        tops -= tops_here
        own[document.path] = tuple(targets)
        foreign.update(tops)
    return own, foreign


def _split(own: _Arrows, below: str) -> tuple[_Arrows, _Arrows]:
    """Imports of files in the folder, and of files elsewhere."""
    inside = {a: tuple(b for b in to if b.startswith(below)) for a, to in own.items()}
    outside = {a: tuple(b for b in to if not b.startswith(below)) for a, to in own.items()}
    return inside, outside


def _ranked(own: _Arrows) -> list[str]:
    used = Counter(target for targets in own.values() for target in targets)
    return [
        f"{code(path)}: by {plural(number, 'file')}"
        for path, number in used.most_common()
        if number > 1
    ]


def _arrows(own: _Arrows) -> list[str]:
    return [
        f"{code(path)} → {listed([code(one) for one in targets], 8)}"
        for path, targets in own.items()
        if targets
    ]


def _third_party(foreign: Counter[str]) -> list[str]:
    named = [f"{code(name)} ({plural(number, 'file')})" for name, number in foreign.most_common()]
    return [listed(named, 20) + "."] if named else []
