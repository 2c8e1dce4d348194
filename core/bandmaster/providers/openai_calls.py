"""Calls of tools as Chat Completions sends them: whole or in parts, and not always with the index
or the name that the protocol wants."""

from __future__ import annotations

import json
import secrets
from typing import cast

from bandmaster.providers.openai_dialect import Json
from bandmaster.providers.wire import CallPart, as_text


class CallReader:
    """Says which parts belong to one call."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        """Of the calls so far, in their order."""
        self._places: dict[int, int] = {}
        """Where the call is to which parts of a server's index belong now."""

    def parts(self, said: object) -> tuple[CallPart, ...]:
        return tuple(self._part(one) for one in cast("list[Json]", said))

    def _part(self, said: Json) -> CallPart:
        function: Json = said.get("function") or {}
        name, named = as_text(function.get("name")), as_text(said.get("id"))
        index = said.get("index")
        place = self._place(index if isinstance(index, int) else None, named, name)
        begins = place == len(self._ids)
        if begins:
            self._ids.append(named or f"call_{secrets.token_hex(6)}")
            if isinstance(index, int):
                self._places[index] = place
        return CallPart(
            index=place,
            id=self._ids[place] if begins else "",
            name=name,
            arguments=_arguments(function.get("arguments")),
        )

    def _place(self, index: int | None, named: str, name: str) -> int:
        """Which call a part belongs to; one more than there are where it begins another.

        Without an index, a part that has a name of its own begins a call. With one that several
        calls share, a part does that has a name and another id.
        """
        if index is None:
            if named in self._ids:
                return self._ids.index(named)
            return len(self._ids) if name or not self._ids else len(self._ids) - 1
        place = self._places.get(index, len(self._ids))
        if place < len(self._ids) and name and named and named != self._ids[place]:
            return len(self._ids)
        return place


def _arguments(said: object) -> str:
    """The arguments as JSON text; some servers send the object itself."""
    return json.dumps(said) if isinstance(said, dict) else as_text(said)
