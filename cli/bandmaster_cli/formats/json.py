"""JSON that every reader takes: ASCII, and without lone surrogates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from bandmaster_cli.printable import without_surrogates


def json_text(document: object) -> str:
    """`document` as indented JSON with a line end.

    A byte of a file name that is not UTF-8 is a lone surrogate in Python, and strict readers
    refuse those; it is spelled out instead.
    """
    return json.dumps(_clean(document), indent=2, ensure_ascii=True) + "\n"


def _clean(value: object) -> object:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {without_surrogates(key): _clean(one) for key, one in items}
    if isinstance(value, list):
        return [_clean(one) for one in cast("list[object]", value)]
    return value
