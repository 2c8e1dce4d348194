"""What a source file imports, and which file of the workspace that is."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bandmaster.workspace import Document
from bandmaster.workspace.symbols import language_of

_PYTHON = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]*(?:\((?P<many>[^)]*)\)|"
    r"(?P<few>[^\n#;(]+))|import[ \t]+(?P<plain>[\w., \t]+))",
    re.MULTILINE,
)
_SCRIPT = re.compile(
    r"""(?:\bfrom\s*|\brequire\(\s*|\bimport\s*\(\s*|^\s*import\s+)["']([^"'\n]+)["']""",
    re.MULTILINE,
)
_OTHERS = MappingProxyType(
    {
        "go": re.compile(r"^\s*(?:import\s+)?(?:[\w.]+\s+)?\"([\w./-]+)\"\s*$", re.MULTILINE),
        "rust": re.compile(r"^\s*(?:pub\s+)?use\s+([\w:]+)", re.MULTILINE),
        "java": re.compile(r"^import\s+(?:static\s+)?([\w.*]+)\s*;", re.MULTILINE),
        "c": re.compile(r"^\s*#\s*include\s+[<\"]([^>\"]+)[>\"]", re.MULTILINE),
        "cpp": re.compile(r"^\s*#\s*include\s+[<\"]([^>\"]+)[>\"]", re.MULTILINE),
        "csharp": re.compile(r"^\s*using\s+(?:static\s+)?([\w.]+)\s*;", re.MULTILINE),
        "ruby": re.compile(r"^\s*require(?:_relative)?\s*\(?\s*['\"]([^'\"]+)", re.MULTILINE),
        "php": re.compile(r"^use\s+(?:function\s+)?([\w\\]+)", re.MULTILINE),
        "bash": re.compile(r"^\s*(?:source|\.)\s+([^\s;]+)", re.MULTILINE),
    }
)
_QUOTES = re.compile(r'"""|\'\'\'')
_SCRIPT_ENDS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".d.ts")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, absolute; `names` are taken out of it (empty: the module itself)."""

    module: str
    names: tuple[str, ...] = ()
    line: int = 0
    bound: tuple[str, ...] = ()
    """What the file calls them: one for each of `names`, or one for the module."""


def imports_of(document: Document, modules: Mapping[str, str]) -> tuple[Import, ...]:
    """The imports of a file, in its order. `modules` maps Python modules to their paths."""
    language = language_of(document.path, document.text)
    name = language.name if language is not None else ""
    if name == "python":
        return tuple(_python(document, modules))
    pattern = _SCRIPT if name in ("javascript", "typescript", "tsx") else _OTHERS.get(name)
    if pattern is None:
        return ()
    text = document.text
    found = (Import(m[1], (), text.count("\n", 0, m.start()) + 1) for m in pattern.finditer(text))
    return tuple({one.module: one for one in found}.values())


def python_modules(paths: Iterable[str]) -> dict[str, str]:
    """Dotted names of Python files, as they are imported, to their paths.

    A name begins behind the outermost folder that is no package (has no `__init__.py`).
    """
    sources = [one for one in paths if one.endswith((".py", ".pyi"))]
    packages = {one.rpartition("/")[0] for one in sources if one.endswith("/__init__.py")}
    modules: dict[str, str] = {}
    for path in sources:
        modules.setdefault(_module_name(path, packages), path)
    return modules


def module_of(path: str, modules: Mapping[str, str]) -> str:
    """The dotted name of a Python file, or nothing."""
    return next((name for name, where in modules.items() if where == path), "")


def own_path(
    one: Import, document: Document, modules: Mapping[str, str], paths: Collection[str]
) -> str:
    """The file of the workspace that an import means, or nothing."""
    if document.path.endswith((".py", ".pyi", ".pyw")):
        return modules.get(one.module, "")
    if not one.module.startswith("."):
        return ""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), one.module))
    plain = re.sub(r"\.[cm]?jsx?$", "", target)
    tried = [target, *(plain + end for end in _SCRIPT_ENDS)]
    tried += [f"{target}/index{end}" for end in _SCRIPT_ENDS]
    return next((each for each in tried if each in paths), "")


def is_standard(module: str) -> bool:
    """Whether a Python module belongs to the standard library."""
    return module.partition(".")[0] in sys.stdlib_module_names


def _module_name(path: str, packages: set[str]) -> str:
    folder, _, file = path.rpartition("/")
    parts: list[str] = []
    while folder in packages:
        folder, _, last = folder.rpartition("/")
        parts.insert(0, last)
    stem = file.rpartition(".")[0]
    return ".".join(parts if stem == "__init__" and parts else [*parts, stem])


def _python(document: Document, modules: Mapping[str, str]) -> Iterator[Import]:
    own = module_of(document.path, modules)
    text = document.text
    quotes = [match.start() for match in _QUOTES.finditer(text)]
    inside = 0
    for match in _PYTHON.finditer(text):
        while inside < len(quotes) and quotes[inside] < match.start():
            inside += 1
        if inside % 2:
            continue  # Within a docstring.
        line = text.count("\n", 0, match.start()) + 1
        yield from _python_import(match, line, own, document.path, modules)


def _python_import(
    match: re.Match[str], line: int, own: str, path: str, modules: Mapping[str, str]
) -> Iterator[Import]:
    if match["plain"] is not None:
        for name, local in _pairs(match["plain"]):
            yield Import(name, (), line, (local,))
        return
    written = re.sub(r"#[^\n]*", "", match["many"] or match["few"] or "").replace("\\", " ")
    module = _absolute(match["module"], own, path)
    rest: list[tuple[str, str]] = []
    for name, local in _pairs(written):
        if f"{module}.{name}" in modules:
            yield Import(f"{module}.{name}", (), line, (local,))
        else:
            rest.append((name, local))
    if rest:
        yield Import(module, tuple(name for name, _ in rest), line, tuple(to for _, to in rest))


def _pairs(written: str) -> Iterator[tuple[str, str]]:
    """Names with what they are called in the file: `a as b, c`."""
    for part in written.split(","):
        match part.split():
            case [name, "as", local]:
                yield name, local
            case [name, *_]:
                yield name, name
            case _:
                pass


def _absolute(written: str, own: str, path: str) -> str:
    """A module as it is written in a file, with leading dots resolved."""
    dots = len(written) - len(written.lstrip("."))
    if dots == 0:
        return written
    parts = own.split(".")
    drop = dots - 1 if path.endswith(("__init__.py", "__init__.pyi")) else dots
    base = parts[: len(parts) - drop] if drop <= len(parts) else []
    return ".".join([*base, *filter(None, [written[dots:]])])
