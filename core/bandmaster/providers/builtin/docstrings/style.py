"""The style of a file's docstrings, and a docstring's lines in that style."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bandmaster.changes import split_lines
from bandmaster.providers.builtin.docstrings.facts import Facts
from bandmaster.providers.builtin.docstrings.raises import Raised
from bandmaster.workspace.symbols import Parameter
from bandmaster.workspace.symbols.python import Definition, definitions

_INDENT = "    "


class Form(StrEnum):
    """How a docstring tells parameters and the rest."""

    GOOGLE = "google"
    NUMPY = "numpy"
    SPHINX = "sphinx"


_MARKS = {
    Form.GOOGLE: re.compile(
        r"^[ \t]*(?:Args|Arguments|Returns|Raises|Yields|Attributes):[ \t]*$", re.MULTILINE
    ),
    Form.NUMPY: re.compile(
        r"^[ \t]*(?:Parameters|Returns|Raises|Yields|Attributes)[ \t]*\n[ \t]*-{3,}", re.MULTILINE
    ),
    Form.SPHINX: re.compile(r"^[ \t]*:(?:param|returns?|raises?|rtype|type|ivar)\b", re.MULTILINE),
}
_TYPED_ENTRY = re.compile(r"^[ \t]+\*{0,2}\w+ \([^)\n]+\):", re.MULTILINE)
_ENTRY = re.compile(r"^[ \t]+\*{0,2}\w+:[ \t]+\S", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the docstrings of a file look."""

    form: Form = Form.GOOGLE
    quotes: str = '"""'
    typed: bool = True
    """Whether Google's entries carry types."""
    below: bool = False
    """Whether the text of a longer docstring begins on the line below the quotes."""


def style_of(tree: ast.Module, text: str) -> Style:
    """The style that most docstrings of a file have; Google's where there is none."""
    found = list(_docstrings(tree))
    counts = {
        form: sum(len(mark.findall(value)) for _, value in found) for form, mark in _MARKS.items()
    }
    form = max(counts, key=lambda one: counts[one])
    sections = [value for _, value in found if _MARKS[Form.GOOGLE].search(value)]
    with_types = sum(len(_TYPED_ENTRY.findall(value)) for value in sections)
    without = sum(len(_ENTRY.findall(value)) for value in sections)
    longer = [value for _, value in found if "\n" in value.strip()]
    lines = split_lines(text)
    single = sum("'''" in lines[node.lineno - 1] for node, _ in found)
    return Style(
        form=form,
        quotes="'''" if single * 2 > len(found) else '"""',
        typed=with_types >= without,
        below=sum(value.startswith("\n") for value in longer) * 2 > len(longer),
    )


def _docstrings(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    holders: list[ast.Module | Definition] = [tree, *(one for one, _ in definitions(tree))]
    for holder in holders:
        value = ast.get_docstring(holder, clean=False)
        if value is not None:
            yield holder.body[0], value


def literal(facts: Facts, style: Style) -> list[str]:
    """The lines of the docstring with its quotes, without indentation and line ends."""
    body = [line for part in _parts(facts, style) for line in ("", *part)]
    summary = _quoted(facts.summary, style)
    raw = "r" if any("\\" in line for line in (summary, *body)) else ""
    if not body:
        return [f"{raw}{style.quotes}{summary}{style.quotes}"]
    begin = raw + style.quotes
    opening = [begin, summary] if style.below else [begin + summary]
    return [*opening, *body, style.quotes]


def _quoted(line: str, style: Style) -> str:
    """Code in the way that the form marks it."""
    return line if style.form is Form.GOOGLE else line.replace("`", "``")


def _parts(facts: Facts, style: Style) -> Iterator[list[str]]:
    match style.form:
        case Form.GOOGLE:
            yield from _google(facts, typed=style.typed)
        case Form.NUMPY:
            yield from _numpy(facts)
        case Form.SPHINX:
            yield from _sphinx(facts)


def _google(facts: Facts, *, typed: bool) -> Iterator[list[str]]:
    for title, entries in (("Args", facts.parameters), ("Attributes", facts.attributes)):
        if entries:
            lines = [_entry(_name(one, typed=typed), _told(one)) for one in entries]
            yield [f"{title}:", *lines]
    if facts.yields:
        yield ["Yields:", _INDENT + facts.yields]
    if facts.returns:
        told = f": {facts.returned}." if facts.returned else ""
        yield ["Returns:", _INDENT + facts.returns + told]
    if facts.raises:
        yield ["Raises:", *(_entry(one.name, one.when) for one in facts.raises)]


def _name(one: Parameter, *, typed: bool) -> str:
    return f"{one.name} ({one.type})" if one.type and typed else one.name


def _entry(name: str, told: str) -> str:
    return f"{_INDENT}{name}: {told}".rstrip()


def _told(one: Parameter) -> str:
    """What is known of a parameter's value when it is not given."""
    if one.default == "…":
        return "Has a default."
    return f"Defaults to {one.default}." if one.default else ""


def _numpy(facts: Facts) -> Iterator[list[str]]:
    for title, entries in (("Parameters", facts.parameters), ("Attributes", facts.attributes)):
        if entries:
            yield [*_underlined(title), *map(_numpy_entry, entries)]
    if facts.yields:
        yield [*_underlined("Yields"), facts.yields]
    if facts.returns:
        told = [f"{_INDENT}{facts.returned}."] if facts.returned else []
        yield [*_underlined("Returns"), facts.returns, *told]
    if facts.raises:
        yield [*_underlined("Raises"), *_numpy_raises(facts.raises)]


def _underlined(title: str) -> list[str]:
    return [title, "-" * len(title)]


def _numpy_entry(one: Parameter) -> str:
    default = "optional" if one.default == "…" else f"default {one.default}" if one.default else ""
    told = ", ".join(part for part in (one.type, default) if part)
    return f"{one.name} : {told}" if told else one.name


def _numpy_raises(raises: Iterable[Raised]) -> Iterator[str]:
    for one in raises:
        yield one.name
        if one.when:
            yield _INDENT + one.when.replace("`", "``")


def _sphinx(facts: Facts) -> Iterator[list[str]]:
    lines = [
        *_fields("param", "type", facts.parameters),
        *_fields("ivar", "vartype", facts.attributes),
    ]
    if facts.yields:
        lines.append(f":yields: {facts.yields}")
    if facts.returned:
        lines.append(f":returns: {facts.returned}.")
    if facts.returns:
        lines.append(f":rtype: {facts.returns}")
    for one in facts.raises:
        lines.append(f":raises {one.name}: {one.when}".rstrip().replace("`", "``"))
    if lines:
        yield lines


def _fields(name: str, kind: str, entries: Sequence[Parameter]) -> Iterator[str]:
    for one in entries:
        plain = one.name.lstrip("*")
        yield f":{name} {plain}: {_told(one)}".rstrip()
        if one.type:
            yield f":{kind} {plain}: {one.type}"
