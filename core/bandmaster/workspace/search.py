"""Searching the texts of a workspace, unsaved ones included, in plain words or by pattern."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from bandmaster.changes import split_lines
from bandmaster.errors import OutsideWorkspace, Unreadable, UsageError
from bandmaster.findings import Skipped
from bandmaster.workspace import matching
from bandmaster.workspace.documents import Document
from bandmaster.workspace.matching import Hit
from bandmaster.workspace.symbols import language_of, parse_python, symbol_at, symbols
from bandmaster.workspace.symbols.python import definitions, innermost
from bandmaster.workspace.workspace import Snapshot

_SHOWN_CHARACTERS = 200
_REGEX_SECONDS = 3.0
_SYMBOL_FILES = 20
"""Enclosing symbols are looked up in so many files; further matches go without."""
_LARGEST_PARSED = 200_000
_DOUBTFUL = re.compile(r"\)[*+?{]|\\[1-9]|\(\?P=")
_REPEATS = re.compile(r"(?<!\\)[*+{]")
_OPTIONAL = re.compile(r"(?<![\\(*+?}])\?")
_OPTIONALS = 6


@dataclass(frozen=True, slots=True)
class Match:
    """The first match on a line. `text` is the line, trimmed around the match where it is long.

    `symbol` is the qualified name of the innermost symbol around it, or empty.
    """

    path: str
    line: int
    column: int
    text: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Matches by path and line; `truncated` where there are more than were asked for."""

    matches: tuple[Match, ...]
    truncated: bool
    skipped: tuple[Skipped, ...]
    examined: int
    """How many files were searched."""


def search(
    snapshot: Snapshot,
    query: str,
    *,
    paths: Iterable[str] = (".",),
    regex: bool = False,
    ignore_case: bool = False,
    limit: int = 100,
) -> SearchResult:
    """Lines at or below `paths` that hold `query`. Blocking; call it in a thread.

    Raises `UsageError` for a query that is empty, not a regular expression, or takes too long;
    `Unreadable` or `OutsideWorkspace` for a path that is not to be had.
    """
    pattern = _compiled(query, regex=regex, ignore_case=ignore_case)
    documents, skipped = _read_all(snapshot, paths)
    texts = [one.text for one in documents]
    if not regex:
        hits, more = _in_whole_texts(pattern, texts, limit)
    elif _surely_fast(query):
        hits, more = matching.match_lines(pattern, map(split_lines, texts), limit)
    else:
        hits, more = _in_process(pattern, texts, limit)
    return SearchResult(tuple(_matches(documents, hits)), more, skipped, len(documents))


def _compiled(query: str, *, regex: bool, ignore_case: bool) -> re.Pattern[str]:
    if not query:
        raise UsageError("the text to search for is empty")
    if not regex and ("\n" in query or "\r" in query):
        raise UsageError("the text to search for must be within one line")
    try:
        pattern = query if regex else re.escape(query)
        return re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 1}"
        message = f"{query!r} is not a regular expression: {error.msg}{place}"
        raise UsageError(f"{message}; search for it as plain text, or escape it") from error
    except (OverflowError, RecursionError) as error:
        raise UsageError(f"{query!r} is too large a regular expression") from error


def _read_all(
    snapshot: Snapshot, paths: Iterable[str]
) -> tuple[list[Document], tuple[Skipped, ...]]:
    found, odd = snapshot.list([snapshot.relative(one) for one in paths])
    documents: list[Document] = []
    skipped = list(odd)
    for path in found:
        try:
            documents.append(snapshot.read(path))
        except Unreadable as error:
            skipped.append(Skipped(path, error.reason))
        except OutsideWorkspace:
            skipped.append(Skipped(path, "leads out of the workspace"))
    return documents, tuple(sorted(skipped))


def _in_whole_texts(
    pattern: re.Pattern[str], texts: Iterable[str], limit: int
) -> tuple[list[Hit], bool]:
    """The first match of each line, found without cutting texts that have none."""
    hits: list[Hit] = []
    for number, text in enumerate(texts):
        found = pattern.search(text)
        starts = list(accumulate(map(len, split_lines(text)), initial=0)) if found else []
        while found:
            line = bisect_right(starts, found.start())
            if len(hits) == limit:
                return hits, True
            hits.append((number, line, found.start() - starts[line - 1] + 1))
            found = pattern.search(text, starts[line]) if line < len(starts) else None
    return hits, False


def _surely_fast(query: str) -> bool:
    """Whether a pattern takes at most the square of a line's length."""
    few = len(_OPTIONAL.findall(query)) <= _OPTIONALS
    return few and len(_REPEATS.findall(query)) <= 1 and not _DOUBTFUL.search(query)


def _in_process(
    pattern: re.Pattern[str], texts: Sequence[str], limit: int
) -> tuple[list[Hit], bool]:
    """Match in a process that is ended when it takes too long."""
    request = {
        "pattern": pattern.pattern,
        "flags": pattern.flags & ~re.UNICODE,
        "texts": [split_lines(one) for one in texts],
        "limit": limit,
    }
    command = [sys.executable, "-I", "-S", matching.__file__]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_REGEX_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        message = f"the regular expression {pattern.pattern!r} took over {_REGEX_SECONDS:g} s"
        raise UsageError(
            f"{message}; avoid nested repetition such as '(a+)+', or search fewer files"
        ) from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise UsageError(f"the regular expression {pattern.pattern!r} failed to run") from error
    answer = json.loads(done.stdout)
    return [(text, line, column) for text, line, column in answer["hits"]], bool(answer["more"])


def _matches(documents: Sequence[Document], hits: Iterable[Hit]) -> Iterator[Match]:
    """Hits with their lines, and in the first files the symbols around them."""
    for index, (number, group) in enumerate(groupby(hits, key=lambda hit: hit[0])):
        document = documents[number]
        lines = split_lines(document.text)
        rows = [(row, column) for _, row, column in group]
        looked_up = index < _SYMBOL_FILES and len(document.text) <= _LARGEST_PARSED
        names = _symbols_at(document, [row for row, _ in rows]) if looked_up else [""] * len(rows)
        for (row, column), name in zip(rows, names, strict=True):
            yield Match(document.path, row, column, _shown(lines[row - 1], column), name)


def _symbols_at(document: Document, rows: Iterable[int]) -> list[str]:
    """The qualified names of the innermost symbols around `rows`."""
    language = language_of(document.path, document.text)
    if language is not None and language.name == "python":
        tree = parse_python(document.text)
        if tree is not None:
            around = list(definitions(tree))
            return [innermost(around, row) for row in rows]
    defined = symbols(document)
    found = (symbol_at(defined, row) for row in rows)
    return [one.qualified_name if one is not None else "" for one in found]


def _shown(line: str, column: int) -> str:
    """The line without its end; of a long one, the part around the match."""
    whole = line.rstrip("\r\n")
    if len(whole) <= _SHOWN_CHARACTERS:
        return whole.rstrip()
    start = max(0, min(column - 1 - _SHOWN_CHARACTERS // 4, len(whole) - _SHOWN_CHARACTERS))
    cut = whole[start : start + _SHOWN_CHARACTERS]
    more = "…" if start + _SHOWN_CHARACTERS < len(whole) else ""
    return ("…" if start else "") + cut + more
