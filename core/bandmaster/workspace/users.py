"""Who uses a file: others that import it, or what it defines. By words, not by bindings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath

from bandmaster.errors import Unreadable
from bandmaster.workspace.documents import Document, read_document
from bandmaster.workspace.listing import files_naming
from bandmaster.workspace.symbols import Language, language_of
from bandmaster.workspace.symbols.references import whole_word
from bandmaster.workspace.workspace import Snapshot

_MOST_READ = 120
"""So many files that hold the right words are looked at, tests first."""
_ENOUGH = 50
"""More users than this are not counted."""
_MOST_NAMES = 30
_SHORTEST_NAME = 4
"""Shorter names are in every file."""
_TEST = re.compile(
    r"(^|/)(tests?|specs?|__tests__)/|(^|/)test_[^/]*$|(_test|_spec|\.test|\.spec|Tests?)\.\w+$"
)
_FACES = frozenset({"__init__", "index", "mod"})
"""Files that are imported by the name of their folder."""
_IMPORTED = frozenset(
    "python javascript typescript tsx rust java c cpp ruby php bash".split()
)  # Of the others, files of one folder use each other without a word.
_DEFINED = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+([A-Za-z]\w*)", re.MULTILINE)
_STATEMENT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)"
    r"|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
_LINE = (
    r"^.*\b(?:import|export|from|require|require_relative|include|include_once|use|mod|source)\b"
    r".*(?<![\w$]){}(?![\w$])"
)

Judge = Callable[[str, str], bool]
"""Whether the file at this path, with this text, uses what was asked about."""


@dataclass(frozen=True, slots=True)
class Users:
    """Other files that use a file, sorted, and those of them that are tests."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    complete: bool
    """Whether every file was looked at; where not, there may be more."""


def users_of(snapshot: Snapshot, document: Document, symbol: str, *, git: bool) -> Users | None:
    """Who uses `document`, or `symbol` of it where that is not empty. Blocking.

    `git` says whether the workspace is a git work tree. None where nobody can tell: in some
    languages the files of a folder need no import.
    """
    language = language_of(document.path, document.text)
    if language is None or not (symbol or language.name in _IMPORTED):
        return None
    names, judge = _sought(snapshot.root, document, language, symbol)
    found = files_naming(snapshot.root, names, language.extensions, git=git)
    others = {*found.paths, *_unsaved(snapshot, language)} - {document.path}
    paths = sorted(others, key=lambda one: (not is_test(one), one))
    using = (one for one in paths[:_MOST_READ] if _uses(snapshot, one, judge))
    files = tuple(sorted(islice(using, _ENOUGH)))
    tests = {*filter(is_test, files), *_beside(snapshot.root, document.path)}
    complete = found.complete and len(paths) <= _MOST_READ and len(files) < _ENOUGH
    return Users(files, tuple(sorted(tests)), complete)


def is_test(path: str) -> bool:
    """Whether a file is a test, by how it is called."""
    return _TEST.search(path) is not None


def _sought(
    root: Path, document: Document, language: Language, symbol: str
) -> tuple[Sequence[str], Judge]:
    """The words to look for, and what tells whether a file that holds one is a user."""
    if symbol:
        name = symbol.rpartition(".")[2]
        return [name], partial(_says, whole_word(name))
    place = PurePosixPath(document.path)
    stem = place.parent.name if place.stem in _FACES and place.parent.name else place.stem
    if language.name != "python":
        line = re.compile(_LINE.format(re.escape(stem)), re.MULTILINE)
        return [stem], partial(_says, line)
    module = place.parent.parts if place.stem == "__init__" else (*place.parent.parts, place.stem)
    defined = frozenset(one for one in _DEFINED.findall(document.text) if one[0] != "_")
    telling = sorted(one for one in defined if len(one) >= _SHORTEST_NAME)
    judge = partial(_imports, root, module, defined)
    return [stem, *telling[:_MOST_NAMES]], judge


def _unsaved(snapshot: Snapshot, language: Language) -> Iterable[str]:
    return (one for one in snapshot.overlays if one.endswith(language.extensions))


def _uses(snapshot: Snapshot, path: str, judge: Judge) -> bool:
    """The paths are of our own listing, so that they need not be checked one by one."""
    overlay = snapshot.overlays.get(path)
    if overlay is not None:
        return judge(path, overlay.text)
    try:
        return judge(path, read_document(snapshot.root / path, path, snapshot.file_bytes).text)
    except Unreadable:
        return False


def _beside(root: Path, path: str) -> Iterable[str]:
    """Tests that stand beside the file and are called after it."""
    place = PurePosixPath(path)
    stem, end = place.stem, place.suffix
    names = (f"{stem}_test{end}", f"{stem}.test{end}", f"{stem}.spec{end}", f"test_{stem}{end}")
    beside = (str(place.with_name(name)) for name in names)
    return [one for one in beside if one != path and (root / one).is_file()]


def _says(pattern: re.Pattern[str], _: str, text: str) -> bool:
    return pattern.search(text) is not None


def _imports(
    root: Path, module: tuple[str, ...], defined: frozenset[str], path: str, text: str
) -> bool:
    """Whether a Python file imports `module`, or from a package around it what it defines."""
    for dots, origin, listed, plain in _STATEMENT.findall(text):
        if plain:
            said = [one.split()[0] for one in plain.split(",") if one.split()]
            if any(module in _meant(root, module, "", one, path) for one in said):
                return True
            continue
        names = frozenset(re.findall(r"\w+", listed))
        for meant in _meant(root, module, dots, origin, path):
            if meant == module or not defined.isdisjoint(names):
                return True
            if meant == module[:-1] and module[-1] in names:
                return True
    return False


def _meant(
    root: Path, module: tuple[str, ...], dots: str, origin: str, path: str
) -> list[tuple[str, ...]]:
    """What an import may mean, as far as it is `module` or a package around it."""
    parts = tuple(one for one in origin.split(".") if one)
    if dots:
        folder = PurePosixPath(path).parent.parts
        meant = (*folder[: len(folder) - len(dots) + 1], *parts)
        return [meant] if meant and module[: len(meant)] == meant else []
    ends = range(len(parts), len(module) + 1) if parts else ()
    return [
        module[:end]
        for end in ends
        if module[end - len(parts) : end] == parts
        and not _is_package(root, module[: end - len(parts)])
    ]


def _is_package(root: Path, parts: Iterable[str]) -> bool:
    """Whether modules of this folder are imported by its name, too."""
    folder = root.joinpath(*parts)
    return folder != root and (folder / "__init__.py").is_file()
