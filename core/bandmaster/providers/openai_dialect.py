"""Which parameters a server takes: servers that are compatible with OpenAI differ, and say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from bandmaster.settings import Api

Json = dict[str, Any]
_Tokens = Literal["max_completion_tokens", "max_tokens", "max_output_tokens"]

_MOST = re.compile(r"at most (\d+) (?:completion |output )?tokens", re.I)
_ROOM = (
    re.compile(r"maximum context length is (\d+) tokens.*request has (\d+) input tokens", re.S),
    re.compile(r"maximum context length is (\d+) tokens.*\((\d+) in the messages", re.S),
)
_STRUCTURE = ("response_format", "json_schema", "json_object", "text.format", "structured output")
_COUNTS = ("stream_options", "include_usage")


class SaidError(Exception):
    """An error that a server tells in a body or an event although the status was a good one."""

    def __init__(self, body: object) -> None:
        super().__init__()
        self.body = body


class Structure(StrEnum):
    """How a server is held to a schema, strongest first; the schema is said in words too where
    the server does not enforce it."""

    STRICT = "strict"
    SCHEMA = "schema"
    OBJECT = "object"
    WORDS = "words"

    @property
    def weaker(self) -> Structure:
        ranks = list(Structure)
        return ranks[min(ranks.index(self) + 1, len(ranks) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What is said to a server, and how; it is learned from what the server refuses."""

    tokens: _Tokens = "max_tokens"
    most: int | None = None
    """The longest answer that the model allows to be asked for."""
    counts: bool = True
    """Whether it takes `stream_options`."""
    temperature: bool = True
    choice: bool = True
    """Whether it takes `tool_choice`."""
    structure: Structure = Structure.STRICT
    marks_beginnings: bool = False
    """Whether the beginning of an answer wants to be marked as one."""
    short_ids: bool = False
    """Whether calls of tools are named with nine letters and digits and nothing else."""

    def without(self, complaints: tuple[str, ...], sent: Mapping[str, object]) -> Dialect:
        """The dialect that avoids what the server complains about; the same if it is none of
        what we sent."""
        most = _MOST.search(" ".join(complaints))
        if most and self.most != int(most[1]):
            return replace(self, most=int(most[1]))
        for words in complaints:
            changed = self._without(words, sent)
            if changed != self:
                return changed
        return self

    def _without(self, words: str, sent: Mapping[str, object]) -> Dialect:
        if "stream_options" in sent and any(one in words for one in _COUNTS):
            return replace(self, counts=False)
        structured = "response_format" in sent or "text" in sent
        if structured and any(one in words for one in _STRUCTURE):
            return replace(self, structure=self.structure.weaker)
        if "temperature" in sent and "temperature" in words:
            return replace(self, temperature=False)
        if "tool_choice" in sent and "tool_choice" in words:
            return replace(self, choice=False)
        if self.tokens in words and self.tokens != "max_output_tokens":
            return replace(self, tokens=_OTHER[self.tokens])
        return self

    def with_room(self, complaint: str) -> Dialect:
        """The dialect that asks for a shorter answer, where a server says that the prompt would
        fit if less were asked for; the same where the prompt itself is too long."""
        found = next((one for one in (sizes.search(complaint) for sizes in _ROOM) if one), None)
        if found is None:
            return self
        window, prompt = int(found[1]), int(found[2])
        room = (window - prompt) * 9 // 10
        if room < window // 5 or (self.most is not None and self.most <= room):
            return self
        return replace(self, most=room)

    def longest(self, output_tokens: int) -> int:
        """The longest answer to ask for where `output_tokens` are wanted."""
        return output_tokens if self.most is None else min(output_tokens, self.most)


_OTHER: Mapping[_Tokens, _Tokens] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


def is_official(url: str) -> bool:
    """Whether `url` is OpenAI's own."""
    return urlsplit(url).hostname == "api.openai.com"


def is_mistral(url: str) -> bool:
    """Whether `url` is Mistral's own."""
    return urlsplit(url).hostname in {"api.mistral.ai", "codestral.mistral.ai"}


def api_of(url: str, wanted: Api | None) -> Api:
    """The interface through which the server at `url` is asked."""
    return wanted or (Api.RESPONSES if is_official(url) else Api.CHAT)


def dialect_of(url: str, api: Api) -> Dialect:
    """What the server at `url` takes, as far as it is known before it is asked."""
    if api is Api.RESPONSES:
        return Dialect(tokens="max_output_tokens")
    mistral = is_mistral(url)
    return Dialect(
        tokens="max_completion_tokens" if is_official(url) else "max_tokens",
        marks_beginnings=mistral,
        short_ids=mistral,
    )


def permits_strict(schema: object) -> bool:
    """Whether OpenAI's strict mode takes `schema`: every object lists all of its properties as
    required and takes no others, and nothing in it is one of the words that it refuses."""
    if isinstance(schema, list):
        return all(map(permits_strict, cast("list[object]", schema)))
    if not isinstance(schema, Mapping):
        return True
    said = cast("Mapping[str, object]", schema)
    if not _REFUSED.isdisjoint(said):
        return False
    if said.get("type") == "object" or "properties" in said:
        properties = cast("Mapping[str, object]", said.get("properties") or {})
        required = cast("list[str]", said.get("required") or [])
        if said.get("additionalProperties") is not False or set(required) != set(properties):
            return False
        inside = [*properties.values(), *_parts(said, but="properties")]
        return all(map(permits_strict, inside))
    return all(map(permits_strict, _parts(said, but="")))


def _parts(schema: Mapping[str, object], *, but: str) -> list[object]:
    """What of a schema may hold further schemas."""
    parts: list[object] = []
    for word in ("items", "anyOf", "$defs", "definitions", "properties"):
        inside = schema.get(word)
        if word == but or inside is None:
            continue
        named = word in {"$defs", "definitions", "properties"}
        parts += cast("Mapping[str, object]", inside).values() if named else [inside]
    return parts


_REFUSED = frozenset(
    {
        "allOf",
        "default",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "if",
        "not",
        "oneOf",
        "patternProperties",
        "propertyNames",
        "then",
        "uniqueItems",
    }
)
