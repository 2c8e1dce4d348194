"""Reading JSON as models write it: the one place where a model's text becomes a plain value.

What is JSON is read as JSON. Else words around the value, code fences, comments, trailing commas,
Python's literals and quotes, bare keys and raw line breaks in strings are forgiven, and named.
Nothing is guessed: a value that does not end, or that cannot be told from the words around it, is
an error. Time is linear in the text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from bandmaster.errors import BandmasterError

MOST_CHARACTERS = 4_000_000
_DEEPEST = 100
_MOST_STARTS = 1000
"""Brackets that are tried as the beginning of a value; prose has some, too."""

_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\ufeff]++")
_COMMENT = re.compile(r"//[^\n]*+|#[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/")
_DOUBLE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SINGLE = re.compile(r"'[^'\\]*+(?:\\.[^'\\]*+)*+'", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?(?![\w.])", re.ASCII)
_WORD = re.compile(r"[A-Za-z_$][\w$]*+")
_FENCE = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
_IN_SINGLE = re.compile(r"""\\.|"|[^\\"]++""", re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}
_PYTHONS = {"True": True, "False": False, "None": None}


class NotJson(BandmasterError):
    """The text holds no JSON value; the message says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Read:
    """A value as `json.loads` would give it, and what had to be forgiven, in plain words."""

    value: object
    forgiven: tuple[str, ...] = ()


def read_json(text: str) -> Read:
    """The JSON value in `text`; of several, the longest. Raises `NotJson`."""
    if len(text) > MOST_CHARACTERS:
        raise NotJson(f"the answer has more than {MOST_CHARACTERS:,} characters")
    try:
        return Read(json.loads(text, parse_constant=_refuse))
    except RecursionError:
        raise NotJson("the JSON is nested too deeply") from None
    except ValueError as error:
        problem = _Broken(0, str(error).partition(":")[0], committed=False)
    try:
        return _find(text)
    except _Broken as broken:
        problem = max(problem, broken, key=lambda one: one.at)
    for fence in _FENCE.finditer(text):  # What was said before it was an example, perhaps.
        try:
            found = _find(fence[1])
        except _Broken:
            continue
        return Read(found.value, tuple(dict.fromkeys(("a code fence", *found.forgiven))))
    if not ("{" in text or "[" in text):
        raise NotJson("there is no JSON in the answer")
    raise NotJson(f"the answer is not JSON: {problem.problem} at {_place(text, problem.at)}")


def _find(text: str) -> Read:
    """The longest value that stands in `text`, among words or not. Raises `_Broken`."""
    best: tuple[int, int, Read] | None = None
    furthest = _Broken(0, "there is no value", committed=False)
    at = 0
    for _ in range(_MOST_STARTS):
        begin = min((i for i in (text.find("{", at), text.find("[", at)) if i >= 0), default=-1)
        if begin < 0:
            break
        reader = _Reader(text, begin)
        try:
            value = reader.value(0)
        except _Broken as broken:
            if broken.committed:
                raise
            furthest = max(furthest, broken, key=lambda one: one.at)
            at = begin + 1
            continue
        at = reader.at
        if best is None or at - begin > best[1] - best[0]:
            best = begin, at, Read(value, tuple(reader.forgiven))
    if best is None:
        raise furthest
    begin, end, read = best
    return Read(read.value, (*_around(text, begin, end), *read.forgiven))


def _around(text: str, begin: int, end: int) -> tuple[str, ...]:
    """What stands before and behind the value."""
    before, behind = text[:begin].strip(), text[end:].strip()
    if before.startswith("\ufeff"):
        before = before[1:].strip()
        mark = ("a byte order mark",)
    else:
        mark = ()
    if not (before or behind):
        return mark
    fenced = re.fullmatch(r"```\w*", before) and behind == "```"
    if fenced:
        return (*mark, "a code fence")
    if "```" in before:
        return (*mark, "words around it", "a code fence")
    return (*mark, "words around it")


class _Broken(Exception):
    """The text at `at` is no JSON; `committed`: what came before was, so it was meant to be."""

    def __init__(self, at: int, problem: str, *, committed: bool) -> None:
        super().__init__(problem)
        self.at = at
        self.problem = problem
        self.committed = committed


class _Reader:
    """Reads one value from `at` on, forgivingly; `at` is behind it then."""

    def __init__(self, text: str, at: int) -> None:
        self.at = at
        self.forgiven: dict[str, None] = {}
        self._text = text
        self._committed = False

    def value(self, depth: int) -> object:
        if depth > _DEEPEST:
            self._committed = True
            self._fail(f"it is nested more than {_DEEPEST} deep")
        here = self._peek()
        if here == "{":
            return self._object(depth)
        if here == "[":
            return self._array(depth)
        if here in ('"', "'"):
            return self._string()
        return self._scalar()

    def _object(self, depth: int) -> dict[str, object]:
        self.at += 1
        found: dict[str, object] = {}
        while not self._ends("}", after_item=bool(found)):
            sure = self._peek() == '"'
            key = self._string() if self._peek() in ('"', "'") else self._bare_key()
            self._expect(":")
            self._committed = self._committed or sure
            self._skip()
            found[key] = self.value(depth + 1)
        return found

    def _array(self, depth: int) -> list[object]:
        self.at += 1
        found: list[object] = []
        while not self._ends("]", after_item=bool(found)):
            found.append(self.value(depth + 1))
            self._committed = self._committed or isinstance(found[-1], str | dict | list)
        return found

    def _ends(self, closer: str, *, after_item: bool) -> bool:
        """Whether the container ends here; else the next item is at hand."""
        self._skip()
        comma = after_item and self._peek() == ","
        if comma:
            self.at += 1
            self._skip()
        if self._peek() == closer:
            self.at += 1
            if comma:
                self.forgiven["trailing commas"] = None
            return True
        if after_item and not comma:
            self._fail(f"',' or '{closer}' is missing")
        return False

    def _string(self) -> str:
        double = self._peek() == '"'
        match = (_DOUBLE if double else _SINGLE).match(self._text, self.at)
        if match is None:
            self._committed = self._committed or double
            self._fail("a string does not end")
        written = match[0]
        if not double:
            self.forgiven["single quotes"] = None
            written = '"' + _IN_SINGLE.sub(_as_double, written[1:-1]) + '"'
        try:
            said = json.loads(written, strict=False)
        except ValueError:
            self._fail("a string has an escape that JSON does not know")
        if re.search(r"[\x00-\x1f]", written):
            self.forgiven["raw line breaks in strings"] = None
        self.at = match.end()
        return str(said)

    def _bare_key(self) -> str:
        match = _WORD.match(self._text, self.at)
        if match is None:
            self._fail("a key in quotes is missing")
        self.forgiven["keys without quotes"] = None
        self.at = match.end()
        return match[0]

    def _scalar(self) -> object:
        if (number := _NUMBER.match(self._text, self.at)) is not None:
            try:
                value = json.loads(number[0])
            except ValueError:
                self._fail("a number is too long")
            self.at = number.end()
            return value
        word = _WORD.match(self._text, self.at)
        said = word[0] if word else ""
        if said not in _LITERALS and said not in _PYTHONS:
            self._fail("a value is missing")
        self.at += len(said)
        if said in _PYTHONS:
            self.forgiven["Python's True, False and None"] = None
            return _PYTHONS[said]
        return _LITERALS[said]

    def _expect(self, sign: str) -> None:
        self._skip()
        if self._peek() != sign:
            self._fail(f"'{sign}' is missing")
        self.at += 1

    def _peek(self) -> str:
        return self._text[self.at : self.at + 1]

    def _skip(self) -> None:
        """Go behind white space and comments."""
        while True:
            if (space := _SPACE.match(self._text, self.at)) is not None:
                self.at = space.end()
            comment = _COMMENT.match(self._text, self.at)
            if comment is None:
                return
            self.forgiven["comments"] = None
            self.at = comment.end()

    def _fail(self, problem: str) -> NoReturn:
        if not self._peek():
            problem = "it ends in the middle"
        raise _Broken(self.at, problem, committed=self._committed)


def _as_double(match: re.Match[str]) -> str:
    """A piece of a string in single quotes as it stands in double ones."""
    said = match[0]
    return {"\\'": "'", '"': '\\"'}.get(said, said)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"line {line} column {at - (text.rfind(chr(10), 0, at) + 1) + 1}"
