"""Checking a table of settings, and naming what is wrong by file, line, key and allowed values."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandmaster.errors import SettingsError
from bandmaster.providers.opening import is_ours, known_kinds
from bandmaster.settings import Settings

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Table = dict[str, Any]


def validate(table: Table, path: Path | None, text: str) -> Settings:
    """`table` as settings. Raises `SettingsError` for the first few things that are wrong."""
    from pydantic import ValidationError  # Heavy; doors load it late.

    try:
        settings = _schema().validate_python(table)
    except ValidationError as error:
        problems = [
            _problem(one["loc"], one["type"], one["msg"], path, text)
            for one in error.errors(include_url=False, include_input=False)[:5]
        ]
        raise SettingsError("\n".join(problems)) from error
    _check_kinds(settings, path, text)
    return settings


def _check_kinds(settings: Settings, path: Path | None, text: str) -> None:
    """Each kind of provider is one of ours, or one that an installed package brings."""
    for name, provider in settings.providers.items():
        if is_ours(provider.kind) or provider.kind in known_kinds():
            continue
        place = ("providers", name, "kind")
        where = f"{path}:{_line_of(text, place)}: " if path else ""
        message = f"{provider.kind!r} is not known; known: {', '.join(known_kinds())}"
        raise SettingsError(f"{where}{'.'.join(place)}: {message} (installed packages bring more)")


@cache
def _schema() -> TypeAdapter[Settings]:
    """Built once: each file, the variables and their sum are checked against it."""
    from pydantic import TypeAdapter

    return TypeAdapter(Settings)


def _problem(
    place: tuple[int | str, ...], kind: str, message: str, path: Path | None, text: str
) -> str:
    key = ".".join(str(part) for part in place)
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        message = f"unknown key; allowed: {', '.join(_allowed_keys(place[:-1]))}"
    message = re.sub(r"^Value error, ", "", message)
    message = message[:1].lower() + message[1:]
    where = f"{path}:{_line_of(text, place)}: " if path else ""
    return f"{where}{key}: {message}"


def where_of(place: tuple[int | str, ...], path: Path, text: str) -> str:
    """The file and the line of a key, as a problem with it begins."""
    return f"{path}:{_line_of(text, place)}: "


def _line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line of a key in TOML text; that of its nearest table where it is written otherwise."""
    best, depth = 1, 0
    for line, key in _keys_by_line(text):
        common = 0
        for have, want in zip(key, (str(part) for part in place), strict=False):
            if have != want:
                break
            common += 1
        if common > depth and common == len(key):
            best, depth = line, common
    return best


def _keys_by_line(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each line that names a table or a key, with the whole dotted name as parts."""
    table: tuple[str, ...] = ()
    count: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            table = _parts(header[2])
            if header[1] == "[[":
                index = count.get(header[2], 0)
                count[header[2]] = index + 1
                table = (*table, str(index))
            yield number, table
        elif entry := re.match(r"\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_\-.])+)\s*=", line):
            yield number, (*table, *_parts(entry[1]))


def _parts(dotted: str) -> tuple[str, ...]:
    """`a."b.c".d` as its three parts: a dot within quotes is part of a name."""
    parts = re.findall(r"\"([^\"]*)\"|'([^']*)'|([^.\s\"']+)", dotted)
    return tuple("".join(part) for part in parts)


def _allowed_keys(place: tuple[int | str, ...]) -> list[str]:
    """The keys of the table at `place`."""
    shape: object = Settings
    for part in place:
        if isinstance(shape, type) and dataclasses.is_dataclass(shape):
            shape = typing.get_type_hints(shape).get(str(part))
        else:
            inner = [one for one in typing.get_args(shape) if one is not ...]
            shape = inner[-1] if inner else None
        if isinstance(shape, types.UnionType):
            shape = typing.get_args(shape)[0]
    if isinstance(shape, type) and dataclasses.is_dataclass(shape):
        return [one.name for one in dataclasses.fields(shape)]
    return []
