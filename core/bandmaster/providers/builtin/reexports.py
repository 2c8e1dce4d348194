"""Imports that look unused in their own file, but that another file takes from there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bandmaster.findings import Finding
from bandmaster.workspace import Document

_FROM_IMPORT = re.compile(r"^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)", re.M)
_WORD = re.compile(r"\w+")
_NAMED = re.compile(r"`([^`]+)`")


def without_reexports(findings: Sequence[Finding], documents: Sequence[Document]) -> list[Finding]:
    """`findings` without unused imports (F401) whose name another document imports from there."""
    unused = [one for one in findings if one.rule == "F401"]
    if not unused:
        return list(findings)
    taken = _taken(documents)
    return [
        one
        for one in findings
        if one.rule != "F401" or not _is_taken(_module(one.path), _name(one), taken, documents)
    ]


def _taken(documents: Sequence[Document]) -> set[tuple[str, str]]:
    """Pairs of a module's last name and a name that somebody imports from it."""
    return {
        (module.rpartition(".")[2], name)
        for document in documents
        for module, names in _FROM_IMPORT.findall(document.text)
        for name in _WORD.findall(names)
    }


def _is_taken(
    module: str, name: str, taken: set[tuple[str, str]], documents: Sequence[Document]
) -> bool:
    written = f"{module}.{name}"
    return (module, name) in taken or any(written in one.text for one in documents)


def _module(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _name(finding: Finding) -> str:
    """The name that the import binds, from a message like "`a.b as c` imported but unused"."""
    found = _NAMED.search(finding.message)
    return _WORD.findall(found[1])[-1] if found and _WORD.search(found[1]) else ""
