"""Documentation comments for languages that keep them above a definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from types import MappingProxyType

from bandmaster.changes import split_lines
from bandmaster.providers.builtin.docstrings import words
from bandmaster.providers.builtin.docstrings.written import Choice, Left, Written, is_test_file
from bandmaster.workspace import Document
from bandmaster.workspace.symbols import (
    Parameter,
    Symbol,
    SymbolKind,
    find,
    language_of,
    last_line,
    symbol_at,
    symbols,
)
from bandmaster.workspace.symbols.trees import code_tokens

_FUNCTIONS = (SymbolKind.FUNCTION, SymbolKind.METHOD)
_NOTHING = frozenset({"", "void", "never", "undefined", "()", "!", "Promise<void>", "unit"})
_THROWS = re.compile(r"\bthrows\s+(.+)$")


def document_comments(document: Document, choice: Choice) -> Written:
    """Put comments above the exported functions of `document` that have none.

    Raises `UnknownName` for a symbol it has not.
    """
    defined = symbols(document)
    language = language_of(document.path, document.text)
    write = COMMENTED[language.name if language is not None else ""]
    lines = split_lines(document.text)
    chosen = _chosen(defined, choice)
    left: list[Left] = []
    wanted: list[Symbol] = []
    seen: set[str] = set()
    for one in chosen:
        reason = _refused(one, lines, document.path, choice, seen)
        seen.add(one.qualified_name)
        if one.docstring is None and reason:
            left.append(Left(one.qualified_name, one.span.start.line, reason))
        elif one.docstring is None:
            wanted.append(one)
    text, kept = _proven(document, lines, wanted, write)
    lost = [one for one in wanted if one not in kept]
    left += [Left(one.qualified_name, one.span.start.line, "no comment fits in") for one in lost]
    documented = () if choice.everything else [one for one in chosen if one.docstring is not None]
    names = tuple(one.qualified_name for one in kept)
    return Written(text, names, tuple(left), tuple(one.qualified_name for one in documented))


def _chosen(defined: Sequence[Symbol], choice: Choice) -> list[Symbol]:
    functions = [one for one in defined if one.kind in _FUNCTIONS]
    if choice.symbol is not None:
        wanted = find(defined, choice.symbol)
        inside = [one for one in functions if one.parent == wanted.qualified_name and one.exported]
        named = [one for one in functions if one.qualified_name == wanted.qualified_name]
        return [*named, *inside]
    if choice.span is None:
        return [one for one in functions if one.exported]
    first, last = choice.span.start.line, last_line(choice.span)
    begin = [one for one in functions if first <= one.name_span.start.line <= last]
    around = symbol_at(functions, first)
    several = [one for one in begin if one.exported] if len(begin) > 1 else begin
    return several or ([around] if around is not None else [])


def _refused(symbol: Symbol, lines: list[str], path: str, choice: Choice, seen: set[str]) -> str:
    """Why a function gets no comment, or nothing."""
    if symbol.qualified_name in seen:
        return "another form of a function that is documented once"
    if "@Override" in symbol.signature:
        return "an override: it inherits the comment"
    if choice.everything and (is_test_file(path) or "@Test" in symbol.signature):
        return "a test: its name tells what it shows"
    before = lines[symbol.span.start.line - 1][: symbol.span.start.column - 1]
    return "it does not begin its line" if before.strip() else ""


_Writer = Callable[[Symbol], list[str]]


def _proven(
    document: Document, lines: list[str], wanted: list[Symbol], write: _Writer
) -> tuple[str, list[Symbol]]:
    """The text with all comments after which its code is the same, and what they are for."""
    before = code_tokens(document)
    kept = wanted
    text = _applied(document.text, lines, wanted, write)
    if not _same(document, text, before):
        kept = list[Symbol]()
        for one in wanted:
            text = _applied(document.text, lines, [*kept, one], write)
            kept = [*kept, one] if _same(document, text, before) else kept
    return _applied(document.text, lines, kept, write), kept


def _same(document: Document, text: str, before: list[bytes]) -> bool:
    changed = Document(path=document.path, text=text, sha256=None)
    return code_tokens(changed) == before


def _applied(text: str, lines: list[str], wanted: Sequence[Symbol], write: _Writer) -> str:
    starts = list(accumulate(map(len, lines), initial=0))
    for one in sorted(wanted, key=lambda one: one.span.start, reverse=True):
        row, column = one.span.start.line, one.span.start.column
        line = lines[row - 1]
        indent, end = line[: column - 1], line[len(line.rstrip("\r\n")) :] or "\n"
        comment = "".join(f"{indent}{said}".rstrip() + end for said in write(one))
        text = text[: starts[row - 1]] + comment + text[starts[row - 1] :]
    return text


def _gives(symbol: Symbol) -> bool:
    return symbol.returns not in _NOTHING


def _phrase(symbol: Symbol) -> str:
    return " ".join(words.words(symbol.name)) or symbol.name


def _summary(symbol: Symbol, code: str) -> str:
    """One sentence from the name; `code` marks code, as in `{@code %s}`."""
    owner = (symbol.parent or "").rpartition(".")[2]
    if symbol.name in ("constructor", owner):
        return f"Create an instance of {code % owner}." if owner else "Create an instance."
    phrase = _phrase(symbol)
    if _gives(symbol) and (question := words.question(symbol.name)):
        return f"Return whether {question}."
    if words.verb(symbol.name) or len(phrase) <= 2:
        return words.sentence(phrase)
    return f"Return the {phrase}." if _gives(symbol) else words.sentence(phrase)


def _starred(lines: Sequence[str]) -> list[str]:
    if len(lines) == 1:
        return [f"/** {lines[0]} */"]
    return ["/**", *(f" * {line}" for line in lines), " */"]


def _block(summary: str, tags: Sequence[str]) -> list[str]:
    plain = [one.replace("*/", "* /") for one in tags]
    return _starred([summary, "", *plain] if plain else [summary])


def _jsdoc(symbol: Symbol) -> list[str]:
    tags = [tag for one in symbol.parameters for tag in _jsdoc_parameter(one)]
    if _gives(symbol) and symbol.name != "constructor":
        tags.append(f"@returns {{{symbol.returns}}}")
    return _block(_summary(symbol, "`%s`"), tags)


def _jsdoc_parameter(one: Parameter) -> Iterator[str]:
    name = one.name.lstrip(".")
    if not re.fullmatch(r"[\w$]+", name):
        return  # A pattern of several names has none of its own.
    plain = re.fullmatch(r"[\w.$'+-]{1,30}", one.default)
    named = f"[{name}={one.default}]" if plain else f"[{name}]" if one.default else name
    of_type = f"...{one.type.removesuffix('[]')}" if one.name != name and one.type else one.type
    yield f"@param {{{of_type}}} {named}" if of_type else f"@param {named}"


def _javadoc(symbol: Symbol) -> list[str]:
    tags = [f"@param {one.name.lstrip('.')} {_java_code(one.type)}" for one in symbol.parameters]
    if _gives(symbol):
        tags.append(f"@return {_java_code(symbol.returns)}")
    if thrown := _THROWS.search(symbol.signature):
        tags.extend(f"@throws {name.strip()}" for name in thrown[1].split(","))
    return _block(_summary(symbol, "{@code %s}"), tags)


def _java_code(written: str) -> str:
    return f"{{@code {written}}}" if "{" not in written and "}" not in written else written


def _rustdoc(symbol: Symbol) -> list[str]:
    lines = [_summary(symbol, "`%s`")]
    if symbol.parameters:
        listed = [f"* `{one.name}` - `{one.type}`" for one in symbol.parameters]
        lines += ["", "# Arguments", "", *listed]
    if _gives(symbol):
        lines += ["", "# Returns", "", f"`{symbol.returns}`"]
    return [f"/// {line}".rstrip() for line in lines]


def _godoc(symbol: Symbol) -> list[str]:
    phrase = _phrase(symbol)
    if words.verb(symbol.name):
        said = words.third_person(phrase)
    elif _gives(symbol):
        question = words.question(symbol.name) if symbol.returns == "bool" else ""
        said = f"reports whether {question}" if question else f"returns the {phrase}"
    else:
        owner = symbol.parent or ""
        said = f"is a method of {owner}" if owner else "is a function"
    lines = [f"{symbol.name} {said}."]
    if symbol.parameters:
        listed = [f"{one.name.lstrip('.')} ({_go_type(one)})" for one in symbol.parameters]
        given = f"; it returns {symbol.returns}" if _gives(symbol) else ""
        lines += ["", f"It takes {', '.join(listed)}{given}."]
    return [f"// {line}".rstrip() for line in lines]


def _go_type(one: Parameter) -> str:
    return f"...{one.type}" if one.name.startswith("...") else one.type


COMMENTED = MappingProxyType(
    {
        "javascript": _jsdoc,
        "typescript": _jsdoc,
        "tsx": _jsdoc,
        "go": _godoc,
        "rust": _rustdoc,
        "java": _javadoc,
    }
)
"""The languages that this file writes for, by their names in the table of languages."""
