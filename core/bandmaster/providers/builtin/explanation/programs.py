"""Where a program begins: entry points that a file or the project's description declares."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from bandmaster.errors import OutsideWorkspace, Unreadable
from bandmaster.providers.builtin.explanation.imports import module_of
from bandmaster.providers.builtin.explanation.markdown import code
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.symbols import language_of

_MAIN = re.compile(r"^if\s+__name__\s*==\s*['\"]__main__['\"]", re.MULTILINE)
_STARTS = MappingProxyType(
    {
        "go": re.compile(r"^func\s+main\s*\(\s*\)", re.MULTILINE),
        "rust": re.compile(r"^(?:async\s+)?fn\s+main\s*\(", re.MULTILINE),
        "java": re.compile(r"\bpublic\s+static\s+void\s+main\s*\("),
        "csharp": re.compile(r"\bstatic\s+(?:async\s+)?(?:void|int|Task(?:<int>)?)\s+Main\s*\("),
        "c": re.compile(r"^(?:int|void)\s+main\s*\(", re.MULTILINE),
        "cpp": re.compile(r"^(?:int|auto)\s+main\s*\(", re.MULTILINE),
    }
)


def entry_points(snapshot: Snapshot, document: Document, modules: Mapping[str, str]) -> list[str]:
    """How the program in this file can be started, in Markdown."""
    return [*_in_text(document, modules), *_declared(snapshot, document, modules)]


def starts_program(document: Document) -> bool:
    """Whether the text itself says that it can be run."""
    return next(_in_text(document, {}), None) is not None


def _in_text(document: Document, modules: Mapping[str, str]) -> Iterator[str]:
    language = language_of(document.path, document.text)
    name = language.name if language is not None else ""
    if document.text.startswith("#!"):
        yield f"a script: {code(document.text.partition(chr(10))[0].strip())}"
    if name == "python":
        module = module_of(document.path, modules) or document.path
        if document.path.endswith("__main__.py"):
            yield f"{code('python -m ' + module.removesuffix('.__main__'))}"
        elif found := _MAIN.search(document.text):
            yield f"run as a program: line {document.text.count(chr(10), 0, found.start()) + 1}"
    elif name in _STARTS and (found := _STARTS[name].search(document.text)):
        yield f"the program begins on line {document.text.count(chr(10), 0, found.start()) + 1}"


def _declared(snapshot: Snapshot, document: Document, modules: Mapping[str, str]) -> Iterator[str]:
    """Scripts of pyproject.toml that lead into this file."""
    module = module_of(document.path, modules)
    if not module:
        return
    for name, target in scripts(snapshot).items():
        if target.partition(":")[0] == module:
            yield f"the command {code(name)} runs {code(target)} (pyproject.toml)"


def scripts(snapshot: Snapshot) -> dict[str, str]:
    """The commands that pyproject.toml declares, with what they run."""
    try:
        read: object = tomllib.loads(snapshot.read("pyproject.toml").text)
    except (Unreadable, OutsideWorkspace, tomllib.TOMLDecodeError):
        return {}
    declared = _table(_table(_table(read).get("project")).get("scripts"))
    return {name: target for name, target in declared.items() if isinstance(target, str)}


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
