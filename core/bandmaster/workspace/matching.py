"""Matching a regular expression against the lines of texts; also a program of its own.

A regular expression can take longer than the universe, and nothing can stop it within a process.
So `search` runs the doubtful ones in a process that it can end: this file, started by its path.
It therefore imports nothing but the standard library. It reads a request as JSON from standard
input and writes the answer as JSON to standard output.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable

LINE_CHARACTERS = 5_000
"""Longer lines are matched up to here: they are data or generated."""

Hit = tuple[int, int, int]
"""The number of the text from 0, the line from 1, the column from 1."""


def match_lines(
    pattern: re.Pattern[str], texts: Iterable[list[str]], limit: int
) -> tuple[list[Hit], bool]:
    """The first match of each line, at most `limit`, and whether there are more."""
    hits: list[Hit] = []
    for number, lines in enumerate(texts):
        for row, line in enumerate(lines, 1):
            if found := pattern.search(line.rstrip("\r\n")[:LINE_CHARACTERS]):
                if len(hits) == limit:
                    return hits, True
                hits.append((number, row, found.start() + 1))
    return hits, False


def main() -> None:
    request = json.load(sys.stdin)
    pattern = re.compile(request["pattern"], request["flags"])
    hits, more = match_lines(pattern, request["texts"], request["limit"])
    json.dump({"hits": hits, "more": more}, sys.stdout)


if __name__ == "__main__":
    main()
