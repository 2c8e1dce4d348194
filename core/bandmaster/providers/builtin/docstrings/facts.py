"""What a Python definition says of itself: the material of its docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bandmaster.providers.builtin.docstrings import words
from bandmaster.providers.builtin.docstrings.raises import Raised, raised
from bandmaster.workspace.symbols import Parameter
from bandmaster.workspace.symbols.python import (
    Definition,
    Function,
    decorator_names,
    is_public,
    parameters,
    unparse,
)

_NOTHING = frozenset({"None", "NoReturn", "Never", "typing.NoReturn", "typing.Never"})
_PROPERTIES = frozenset({"property", "cached_property", "abstractproperty"})
_CONTEXTS = frozenset({"contextmanager", "asynccontextmanager"})
_RECORDS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs"})
_RECORD_BASES = frozenset({"NamedTuple", "TypedDict", "BaseModel", "BaseSettings", "Struct"})
_YIELDING = re.compile(
    r"(?:[\w.]*\.)?(?:Async)?(?:Iterator|Iterable|Generator)\[(?P<inside>.*)\]$", re.DOTALL
)
_TRIPLE = re.compile(r"\"{3}|'{3}")
_LONGEST_DEFAULT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The parts of a docstring; a part that there is nothing to say of is empty."""

    summary: str
    parameters: tuple[Parameter, ...] = ()
    attributes: tuple[Parameter, ...] = ()
    yields: str = ""
    returns: str = ""
    returned: str = ""
    """What the returned value tells, where the function's name says it."""
    raises: tuple[Raised, ...] = ()


def module_facts(path: str, tree: ast.Module) -> Facts:
    """A module by its name; a package by the folder's."""
    *folders, name = path.removesuffix(".pyi").removesuffix(".py").removesuffix(".pyw").split("/")
    package = folders[-1] if folders else ""
    if name == "__main__":
        return Facts(summary=f"Run `{package}` as a program." if package else "Run as a program.")
    if name == "__init__":
        return Facts(summary=f"The package `{package}`." if package else "The package.")
    said = " ".join(words.words(name)) or name
    public = [one.name for one in tree.body if isinstance(one, Definition)]
    shown = [f"`{one}`" for one in dict.fromkeys(public) if is_public(one)]
    if 1 <= len(shown) <= 3:
        return Facts(summary=words.sentence(f"{said}: {_listed(shown)}"))
    return Facts(summary=words.sentence(said))


def class_facts(node: ast.ClassDef) -> Facts:
    said = " ".join(words.words(node.name)) or node.name
    return Facts(summary=words.sentence(said), attributes=tuple(_attributes(node)))


def function_facts(
    node: Function, owner: ast.ClassDef | None, bases: Mapping[str, tuple[str, ...]]
) -> Facts:
    """`owner` is the class that a method belongs to."""
    last = {name.rpartition(".")[2] for name in decorator_names(node)}
    hidden = "StopIteration" if _yields_here(node) else ""
    thrown = tuple(one for one in raised(node, bases) if one.name != hidden)
    if owner is not None and last & _PROPERTIES:
        return Facts(summary=_property_summary(node.name), raises=thrown)
    annotated = _bare(unparse(node.returns))
    generator = _yields_here(node) or (bool(last & _CONTEXTS) and bool(_YIELDING.match(annotated)))
    yields, returned = _generated(annotated) if generator else ("", annotated)
    gives = returned not in _NOTHING if annotated and not generator else _gives_value(node)
    question = words.question(node.name) if gives and returned in ("", "bool") else ""
    return Facts(
        summary=_summary(node, owner, gives=gives, last=last, generator=generator),
        parameters=tuple(_documented(node, owner, last)),
        yields=yields,
        returns="" if returned in _NOTHING else returned,
        returned=f"Whether {question}" if question else "",
        raises=thrown,
    )


def _summary(
    node: Function, owner: ast.ClassDef | None, *, gives: bool, last: set[str], generator: bool
) -> str:
    name = node.name
    if name == "__init__" and owner is not None:
        return f"Initialize the `{owner.name}`."
    if said := words.special(name):
        return said
    phrase = " ".join(words.words(name))
    if gives and (question := words.question(name)):
        return f"Return whether {question}."
    if len(phrase) <= 2:
        return f"Return the result of `{name}`." if gives else f"The function `{name}`."
    if last & _CONTEXTS and not words.verb(name):
        return f"Context manager for {phrase}."
    if made := _by_preposition(phrase, gives=gives, last=last):
        return made
    if words.verb(name):
        return words.sentence(phrase)
    if generator:
        return f"Yield {phrase}."
    return f"Return the {phrase}." if gives else words.sentence(phrase)


def _by_preposition(phrase: str, *, gives: bool, last: set[str]) -> str:
    """`to_json`, `from_file`, `on_click` and their like."""
    first, _, rest = phrase.partition(" ")
    if not rest:
        return ""
    if first == "from" and "classmethod" in last:
        return f"Create an instance from {rest}."
    if first in ("to", "from") and gives:
        return f"Convert {first} {rest}."
    if first == "as" and gives:
        return f"Return as {rest}."
    if first == "on":
        return f"Handle {rest}."
    return ""


def _property_summary(name: str) -> str:
    if question := words.question(name):
        return f"Whether {question}."
    phrase = " ".join(words.words(name)) or name
    return f"The {phrase}." if len(phrase) > 1 else f"The value of `{name}`."


def _documented(node: Function, owner: ast.ClassDef | None, last: set[str]) -> Iterator[Parameter]:
    """The parameters that a caller gives, without private ones."""
    found = list(parameters(node))
    bound = owner is not None and "staticmethod" not in last
    if bound and found and not found[0].name.startswith("*"):
        found = found[1:]
    for one in found:
        if not one.name.lstrip("*").startswith("_"):
            yield Parameter(one.name, _bare(one.type), _default(one.default))


def _bare(annotation: str) -> str:
    """An annotation without the quotes around it; nothing for one that cannot be in a docstring."""
    if _TRIPLE.search(annotation):
        return ""
    inside = annotation[1:-1]
    quoted = annotation[:1] in ("'", '"') and annotation[:1] == annotation[-1:]
    return inside if quoted and annotation[0] not in inside and "\\" not in inside else annotation


def _default(source: str) -> str:
    """A default as it is shown: short, plain and in one line, or else `…`."""
    plain = source.isascii() and source.isprintable() and "\\" not in source
    shown = plain and len(source) <= _LONGEST_DEFAULT and source != "..."
    return source if shown and not _TRIPLE.search(source) else "…" if source else ""


def _attributes(node: ast.ClassDef) -> Iterator[Parameter]:
    """The fields of a dataclass and its like; none where they have docstrings of their own."""
    made = {name.rpartition(".")[2] for name in decorator_names(node)} & _RECORDS
    based = {unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
    if not made and not based & _RECORD_BASES:
        return
    if any(_is_text(one) for one in node.body[1:]):
        return
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            written = unparse(one.annotation)
            plain = written.partition("[")[0].rpartition(".")[2]
            if is_public(one.target.id) and plain not in ("ClassVar", "KW_ONLY", "InitVar"):
                yield Parameter(one.target.id, _bare(written), _field_default(one.value))


def _is_text(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _field_default(value: ast.expr | None) -> str:
    """The default of a field; of `field(default=…)` the value, of a factory nothing."""
    if isinstance(value, ast.Call):
        found = [one.value for one in value.keywords if one.arg == "default"]
        return _default(unparse(found[0])) if found else ""
    return _default(unparse(value))


def _generated(annotated: str) -> tuple[str, str]:
    """What a generator yields and returns, by its annotation."""
    found = _YIELDING.match(annotated)
    if found is None:
        return "", ""
    try:
        inside = ast.parse(found["inside"], mode="eval").body
    except (SyntaxError, ValueError):
        return "", ""
    parts = [unparse(one) for one in inside.elts] if isinstance(inside, ast.Tuple) else []
    if "Generator[" not in annotated or not parts:
        return unparse(inside), ""
    asynchronous = "AsyncGenerator[" in annotated
    return parts[0], parts[2] if len(parts) == 3 and not asynchronous else ""


def _own(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes inside it."""
    waiting: list[ast.AST] = list(reversed(node.body))
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(one))


def _yields_here(node: Function) -> bool:
    return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in _own(node))


def _gives_value(node: Function) -> bool:
    """Whether the function returns something else than None."""
    values = [one.value for one in _own(node) if isinstance(one, ast.Return)]
    return any(
        one is not None and not (isinstance(one, ast.Constant) and one.value is None)
        for one in values
    )


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
