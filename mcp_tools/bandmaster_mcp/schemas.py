"""Input schemas as clients are sent them: without what only costs a model's tokens."""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel


def input_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments: references resolved, titles left out."""
    schema = model.model_json_schema()
    definitions = cast("dict[str, Any]", schema.pop("$defs", {}))
    schema.pop("description", None)
    return cast("dict[str, Any]", _slim(schema, definitions))


def _slim(value: object, definitions: dict[str, Any]) -> object:
    if isinstance(value, list):
        return [_slim(one, definitions) for one in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, object]", value)
    reference = given.get("$ref")
    if isinstance(reference, str):
        named = cast("dict[str, object]", definitions[reference.rpartition("/")[2]])
        kept = {key: one for key, one in named.items() if key != "description"}
        given = {**kept, **{key: one for key, one in given.items() if key != "$ref"}}
    given = _without_null(given)
    if "$ref" in given:
        return _slim(given, definitions)
    return {
        key: _properties(one, definitions) if key == "properties" else _slim(one, definitions)
        for key, one in given.items()
        if key != "title"
    }


def _without_null(given: dict[str, object]) -> dict[str, object]:
    """What may be left out need not be told that it may be null."""
    options = given.get("anyOf")
    if not isinstance(options, list) or given.get("default", 0) is not None:
        return given
    kept = [one for one in cast("list[dict[str, object]]", options) if one.get("type") != "null"]
    rest = {key: one for key, one in given.items() if key not in ("anyOf", "default")}
    return {**rest, **kept[0]} if len(kept) == 1 else given


def _properties(value: object, definitions: dict[str, Any]) -> dict[str, object]:
    """Properties by name; one that is called `title` is no title."""
    named = cast("dict[str, object]", value)
    return {name: _slim(one, definitions) for name, one in named.items()}
