"""Features: what the router knows of a query, in a shape that an estimate can be computed from."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

_WIDTH = 4096
_READ = 4000
"""How many characters of a text are read."""


@dataclass(frozen=True, slots=True)
class Features:
    """A query as the estimator sees it."""

    kind: str = ""
    """The kind of task, e.g. `bugfix`; empty: not known."""
    cluster: str = ""
    """What similar queries share, e.g. the repository; empty: not known."""
    words: tuple[int, ...] = ()
    """Places of the text's features in a weight vector; each place once."""


def read_features(text: str, *, kind: str = "", cluster: str = "") -> Features:
    """The features of a query; `text` may be empty."""
    places = {crc32(word.encode()) % _WIDTH for word in text[:_READ].lower().split()}
    return Features(kind, cluster, tuple(sorted(places)))
