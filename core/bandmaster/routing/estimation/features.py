"""Features: what the router knows of a query, in a shape that an estimate can be computed from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from zlib import crc32

WIDTH = 1024
"""How many places there are for the words of a text."""
_CHARACTERS = 6000
"""How much of a text is read."""
_WORDS = 150
"""How many of its words are told apart."""
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_NUMBER = re.compile(r"\d[\d,.]*")
_AMOUNTS = frozenset(
    "one two three four five six seven eight nine ten twelve half twice third quarter dozen"
    " double triple".split()
)
_RELATIONS = frozenset(
    "more less than each every per times total left remaining after before if then percent"
    " fraction ratio average".split()
)
_MARKS = (".", "?", ",", "\n", "`", "(", "=")
FACTS = 10 + len(_MARKS)
"""How many numbers the shape of a text is told in."""


@dataclass(frozen=True, slots=True)
class Features:
    """A query as the estimator sees it."""

    kind: str = ""
    """The kind of task, e.g. `bugfix`; empty: not known."""
    cluster: str = ""
    """What similar queries share, e.g. the repository; empty: not known."""
    words: tuple[int, ...] = ()
    """Places of the text's words and pairs of words, below `WIDTH`; each place once."""
    shape: tuple[float, ...] = ()
    """What the text is made of, as `FACTS` numbers; empty without a text."""


def read_features(text: str, *, kind: str = "", cluster: str = "") -> Features:
    """The features of a query; `text` may be empty."""
    if not text:
        return Features(kind, cluster)
    head = text[:_CHARACTERS]
    words = _WORD.findall(head.lower())
    told = words[:_WORDS]
    names = {*told, *(f"{first} {second}" for first, second in pairwise(told))}
    places = {crc32(name.encode("utf-8", "replace")) % WIDTH for name in names}
    return Features(kind, cluster, tuple(sorted(places)), _shape(head, words))


def _shape(text: str, words: list[str]) -> tuple[float, ...]:
    numbers = _NUMBER.findall(text)
    pieces = len(words) + 1
    counts = (
        len(text),
        len(numbers),
        len(set(numbers)),
        sum("." in number.rstrip(".,") for number in numbers),
        max(map(len, numbers), default=0),
        sum(word in _AMOUNTS for word in words),
        sum(word in _RELATIONS for word in words),
        sum(part[0].isupper() for part in text.split()),
        *(text.count(mark) for mark in _MARKS),
    )
    return (*(log2(1 + count) for count in counts), len(set(words)) / pieces, len(text) / pieces)
