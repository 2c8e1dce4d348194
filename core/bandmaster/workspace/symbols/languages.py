"""The languages whose symbols we know: one table from a name to its files and its grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from bandmaster.workspace.symbols import queries

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Query


@dataclass(frozen=True, slots=True)
class Language:
    """A language: how its files are called, where its grammar is, what defines a symbol."""

    name: str
    title: str
    extensions: tuple[str, ...]
    module: str
    """The wheel that holds the grammar, and in `entry` the function that returns it."""
    query: str
    entry: str = "language"
    programs: tuple[str, ...] = ()
    """Interpreters that a first line `#!…` may name."""


LANGUAGES = (
    Language(
        "python",
        "Python",
        (".py", ".pyi", ".pyw"),
        "tree_sitter_python",
        queries.PYTHON,
        programs=("python",),
    ),
    Language(
        "javascript",
        "JavaScript",
        (".js", ".jsx", ".mjs", ".cjs"),
        "tree_sitter_javascript",
        queries.JAVASCRIPT,
        programs=("node", "bun", "deno"),
    ),
    Language(
        "typescript",
        "TypeScript",
        (".ts", ".mts", ".cts"),
        "tree_sitter_typescript",
        queries.TYPESCRIPT,
        "language_typescript",
        programs=("ts-node", "tsx"),
    ),
    Language(
        "tsx",
        "TypeScript with JSX",
        (".tsx",),
        "tree_sitter_typescript",
        queries.TYPESCRIPT,
        "language_tsx",
    ),
    Language("go", "Go", (".go",), "tree_sitter_go", queries.GO),
    Language("rust", "Rust", (".rs",), "tree_sitter_rust", queries.RUST),
    Language("java", "Java", (".java",), "tree_sitter_java", queries.JAVA),
    Language("c", "C", (".c", ".h"), "tree_sitter_c", queries.C),
    Language(
        "cpp",
        "C++",
        (".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".ipp", ".inl"),
        "tree_sitter_cpp",
        queries.CPP,
    ),
    Language("csharp", "C#", (".cs",), "tree_sitter_c_sharp", queries.CSHARP),
    Language(
        "ruby",
        "Ruby",
        (".rb", ".rake", ".gemspec"),
        "tree_sitter_ruby",
        queries.RUBY,
        programs=("ruby",),
    ),
    Language(
        "php",
        "PHP",
        (".php", ".phtml"),
        "tree_sitter_php",
        queries.PHP,
        "language_php",
        programs=("php",),
    ),
    Language(
        "bash",
        "Bash",
        (".sh", ".bash"),
        "tree_sitter_bash",
        queries.BASH,
        programs=("bash", "sh", "dash", "ksh"),
    ),
)

_BY_NAME = MappingProxyType({one.name: one for one in LANGUAGES})
_BY_EXTENSION = MappingProxyType({end: one for one in LANGUAGES for end in one.extensions})
_PROGRAM = re.compile(r"#!\s*(?:\S*/)?([\w+.-]+)(?:[ \t]+(?:-\S+[ \t]+)*([\w+.-]+))?")
_CPLUSPLUS = re.compile(r"^\s*(?:class\s+\w+|namespace\b|template\s*<)", re.MULTILINE)
_HEADER_LOOK = 20_000
"""So many characters of a C header are looked at for C++."""


def language_of(path: str, text: str = "") -> Language | None:
    """The language of the file at `path`: by its name, or as a program by its first line."""
    name = path.rpartition("/")[2]
    stem, dot, end = name.rpartition(".")
    if not dot or not stem:
        return _by_program(text)
    if end == "h" and _CPLUSPLUS.search(text, 0, _HEADER_LOOK):
        return _BY_NAME["cpp"]
    return _BY_EXTENSION.get(f".{end.lower()}")


def _by_program(text: str) -> Language | None:
    found = _PROGRAM.match(text)
    if found is None:
        return None
    program = found[2] if found[1] == "env" and found[2] else found[1]
    plain = program.rstrip("0123456789.")
    return next((one for one in LANGUAGES if plain in one.programs), None)


@cache
def grammar(name: str) -> Grammar:
    """The grammar of the language called `name`, loaded once."""
    from tree_sitter import Language as Grammar

    language = _BY_NAME[name]
    pointer: object = getattr(import_module(language.module), language.entry)()
    return Grammar(pointer)


@cache
def definitions(name: str) -> Query:
    """The compiled query for the definitions of the language called `name`."""
    from tree_sitter import Query

    return Query(grammar(name), _BY_NAME[name].query)
