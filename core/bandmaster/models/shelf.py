"""The answers that one process has at hand: so many bytes, for so long, the least used go first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bandmaster.tasks import Usage

_FRAME = 500
"""Bytes that an answer takes besides its text, about."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given before, and what it took then."""

    text: str
    usage: Usage
    model: str = ""
    """The model's name as its server reported it."""

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.text) * (1 if self.text.isascii() else 2) + _FRAME


class Shelf:
    """Answers by their keys; times are seconds of any one clock."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, tuple[Kept, float]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str, now: float) -> Kept | None:
        found = self._kept.get(key)
        if found is None:
            return None
        if found[1] <= now:
            self.drop(key)
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: str, kept: Kept, until: float) -> None:
        """Keep an answer, and let go of the least used ones where there is no room."""
        self.drop(key)
        if kept.size > self._most:
            return
        self._kept[key] = kept, until
        self._bytes += kept.size
        while self._bytes > self._most:
            self.drop(next(iter(self._kept)))

    def drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= found[0].size

    def clear(self) -> None:
        self._kept.clear()
        self._bytes = 0
