"""Which files are in which language, with its parser and its checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from typing import cast

from tree_sitter import Language, Parser, Query

from bandmaster.providers.builtin.checks.bash import BASH
from bandmaster.providers.builtin.checks.c import CPP, PLAIN_C, C
from bandmaster.providers.builtin.checks.check import Check
from bandmaster.providers.builtin.checks.complexity import BRANCHES, FUNCTIONS
from bandmaster.providers.builtin.checks.csharp import CSHARP
from bandmaster.providers.builtin.checks.go import GO
from bandmaster.providers.builtin.checks.java import JAVA
from bandmaster.providers.builtin.checks.javascript import JAVASCRIPT
from bandmaster.providers.builtin.checks.php import PHP
from bandmaster.providers.builtin.checks.ruby import RUBY
from bandmaster.providers.builtin.checks.rust import RUST
from bandmaster.workspace import Document


class Errors(Enum):
    """What it means when a parser does not understand a file."""

    TOLD = "the grammar is complete: brackets without their other half are errors"
    UNSURE = "the grammar has gaps: it may as well be the parser's fault"
    HIDDEN = "macros and dialects are not understood at all"


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language: where its parser comes from, and what is looked for."""

    module: str
    function: str
    checks: tuple[Check, ...]
    errors: Errors = Errors.TOLD


_JAVASCRIPT = Grammar("tree_sitter_javascript", "language", JAVASCRIPT)
_TYPESCRIPT = Grammar("tree_sitter_typescript", "language_typescript", JAVASCRIPT, Errors.UNSURE)
_TSX = Grammar("tree_sitter_typescript", "language_tsx", JAVASCRIPT, Errors.UNSURE)
_GO = Grammar("tree_sitter_go", "language", GO)
_RUST = Grammar("tree_sitter_rust", "language", RUST)
_JAVA = Grammar("tree_sitter_java", "language", JAVA)
_C = Grammar("tree_sitter_c", "language", PLAIN_C, errors=Errors.HIDDEN)
_HEADER = Grammar("tree_sitter_cpp", "language", C, errors=Errors.HIDDEN)
_CPP = Grammar("tree_sitter_cpp", "language", CPP, errors=Errors.HIDDEN)
_RUBY = Grammar("tree_sitter_ruby", "language", RUBY, Errors.UNSURE)
_PHP = Grammar("tree_sitter_php", "language_php", PHP)
_BASH = Grammar("tree_sitter_bash", "language", BASH, errors=Errors.HIDDEN)
_CSHARP = Grammar("tree_sitter_c_sharp", "language", CSHARP, errors=Errors.HIDDEN)

_BY_SUFFIX = {
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), _JAVASCRIPT),
    **dict.fromkeys(("ts", "mts", "cts"), _TYPESCRIPT),
    "tsx": _TSX,
    "go": _GO,
    "rs": _RUST,
    "java": _JAVA,
    "c": _C,
    "h": _HEADER,
    **dict.fromkeys(("cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx"), _CPP),
    **dict.fromkeys(("rb", "rake", "gemspec"), _RUBY),
    **dict.fromkeys(("php", "phtml"), _PHP),
    **dict.fromkeys(("sh", "bash"), _BASH),
    "cs": _CSHARP,
}
GRAMMARS = tuple(dict.fromkeys(_BY_SUFFIX.values()))
_SHELL_PROGRAM = re.compile(r"#!\s?\S*(?:/|env\s+(?:-\S+\s+)*)(?:ba|da|k)?sh\b")
_NODE_PROGRAM = re.compile(r"#!\s?\S*env\s+(?:-\S+\s+)*node\b")


def grammar_of(document: Document) -> Grammar | None:
    """The language of a file by its name, or of a program by its first line."""
    stem, dot, suffix = document.path.rpartition("/")[2].rpartition(".")
    if stem and dot:
        found = _BY_SUFFIX.get(suffix.lower())
        return None if document.text.startswith("<?xml") else found
    if _SHELL_PROGRAM.match(document.text):
        return _BASH
    return _JAVASCRIPT if _NODE_PROGRAM.match(document.text) else None


@cache
def language_of(grammar: Grammar) -> Language:
    """The language itself; its package is imported when the first file needs it."""
    capsule = cast("object", getattr(import_module(grammar.module), grammar.function)())
    return Language(capsule)


def parser_of(grammar: Grammar) -> Parser:
    return Parser(language_of(grammar))


@cache
def query_of(grammar: Grammar) -> Query:
    """All checks of a language as one query; the candidates of check 3 are captured as `h3`."""
    language = language_of(grammar)
    parts = [one.query.replace("@hit", f"@h{at}") for at, one in enumerate(grammar.checks)]
    for name, types in (("function", FUNCTIONS), ("branch", BRANCHES)):
        known = [one for one in sorted(types) if _knows(language, one)]
        parts += [f"({one}) @{name}" for one in known]
    return Query(language, "\n".join(parts))


def _knows(language: Language, kind: str) -> bool:
    named = True
    return language.id_for_node_kind(kind, named) is not None
