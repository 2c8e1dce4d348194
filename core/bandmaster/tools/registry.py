"""The table of tools by name. A tool's file is imported when the tool is first wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, cast

from bandmaster.errors import UnknownName
from bandmaster.tools.tool import Tool

BUILTIN_TOOLS: Mapping[str, str] = {
    "read_file": "bandmaster.tools.builtin.read_file:ReadFile",
    "search": "bandmaster.tools.builtin.search:Search",
    "apply_patch": "bandmaster.tools.builtin.apply_patch:ApplyPatch",
    "run_tests": "bandmaster.tools.builtin.run_tests:RunTests",
}
"""Name to `module:class`; the class is called without arguments."""


class Registry:
    """Tools by name, opened when they are first asked for."""

    def __init__(self, table: Mapping[str, str] = BUILTIN_TOOLS) -> None:
        self._table = table
        self._open: dict[str, Tool[Any]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._table)

    def open(self, name: str) -> Tool[Any]:
        """The tool called `name`. Raises `UnknownName`."""
        if name not in self._table:
            raise UnknownName("tool", name, self._table)
        if name not in self._open:
            module, _, attribute = self._table[name].partition(":")
            make = cast("Callable[[], Tool[Any]]", getattr(import_module(module), attribute))
            self._open[name] = make()
        return self._open[name]
