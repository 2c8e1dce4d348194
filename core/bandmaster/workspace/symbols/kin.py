"""Parents and siblings of the definitions in a syntax tree.

Tree-sitter finds a parent by a walk from the root, so asking it for each of many nodes takes the
square of their number. This is one walk, which enters only what holds a definition.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class _Family:
    parent: Node
    children: list[Node]
    """The named children of `parent`."""
    index: int


class Kin:
    """Who is around the nodes on the way from `root` to the definitions' names."""

    def __init__(self, root: Node, names: Iterable[Node]) -> None:
        self._families: dict[int, _Family] = {}
        self.top = root.named_children
        starts = sorted(one.start_byte for one in names)
        waiting = [root]
        while waiting:
            parent = waiting.pop()
            children = parent.named_children
            for index, child in enumerate(children):
                self._families[child.id] = _Family(parent, children, index)
                if _holds(child, starts) and child.named_child_count:
                    waiting.append(child)

    def parent(self, node: Node) -> Node | None:
        family = self._families.get(node.id)
        return family.parent if family is not None else None

    def before(self, node: Node) -> Iterator[Node]:
        """The named siblings in front of `node`, nearest first."""
        family = self._families.get(node.id)
        if family is not None:
            for index in range(family.index - 1, -1, -1):
                yield family.children[index]

    def after(self, node: Node) -> Iterator[Node]:
        """The named siblings behind `node`, nearest first."""
        family = self._families.get(node.id)
        if family is not None:
            for index in range(family.index + 1, len(family.children)):
                yield family.children[index]


def _holds(node: Node, starts: list[int]) -> bool:
    at = bisect_left(starts, node.start_byte)
    return at < len(starts) and starts[at] < node.end_byte
