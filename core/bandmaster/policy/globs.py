"""Path globs of rules: gitignore's wildcards with explicit anchors, compiled once.

`//x` is absolute, `~/x` below the home folder, `/x` counts from the workspace root. A bare pattern
counts at any depth where it restricts, and from the root where it allows. A restricting pattern
covers all that lies below what it matches and ignores case, as some file systems do; an allowing
one covers a whole folder only where it ends with `/` or `/**`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bandmaster.errors import SettingsError

_MOST_LEAPS = 3
"""More `**` make matching slow, and no sensible pattern has them."""
_TOKEN = re.compile(r"\*+|\?|\[[!^]?\]?[^\]]*\]|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern; `text` is as it was written."""

    text: str
    regex: re.Pattern[str]

    def covers(self, path: str) -> bool:
        return self.regex.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Names:
    """Plain names that are covered at any depth, with all below them, in any case."""

    text: str
    names: frozenset[str]

    def covers(self, path: str) -> bool:
        return not self.names.isdisjoint(path.lower().split("/"))


def restricting(text: str, root: Path, home: Path) -> Glob:
    """The pattern of a rule that denies or asks. Raises `SettingsError`."""
    anchored, body = _anchor(text, root, home)
    start = "" if anchored else "(?:.*/)?"
    body = body.removesuffix("/**").rstrip("/")
    regex = start + _regex(body, text) + "(?:/.*)?"
    return Glob(text, re.compile(regex, re.IGNORECASE | re.DOTALL))


def allowing(text: str, root: Path, home: Path) -> Glob:
    """The pattern of a rule that allows. Raises `SettingsError`."""
    _, body = _anchor(text, root, home)
    whole = body.endswith(("/", "/**")) or body in ("", "**")
    body = body.removesuffix("/**").rstrip("/")
    if body in ("", "**"):
        return Glob(text, re.compile(".*", re.DOTALL))
    regex = _regex(body, text) + ("(?:/.*)?" if whole else "")
    return Glob(text, re.compile(regex, re.DOTALL))


def comparable(path: str) -> str:
    """`path` in the one form in which restricting patterns are compared with it.

    Windows drops dots and spaces at the end of a name, and a stream's name behind a colon, and
    knows `.git` as `git~1` as well.
    """
    steps = unicodedata.normalize("NFKC", path).split("/")
    parts = (part.partition(":")[0].rstrip(". ") or part for part in steps)
    return "/".join(".git" if part.lower() == "git~1" else part for part in parts)


def _anchor(text: str, root: Path, home: Path) -> tuple[bool, str]:
    """Whether the pattern has an anchor, and the pattern from the root or as an absolute path."""
    _refuse_odd(text)
    if text.startswith("~/"):
        text = f"//{home.as_posix().strip('/')}{text[1:]}"
    if text.startswith("//"):
        absolute = text[1:]
        below = f"{root.as_posix().rstrip('/')}/"
        return True, absolute.removeprefix(below) if f"{absolute}/".startswith(below) else absolute
    return text.startswith("/"), text.removeprefix("/")


def _refuse_odd(text: str) -> None:
    problem = ""
    if not text.strip("/ "):
        problem = "is empty"
    elif text.startswith("!"):
        problem = "starts with '!': a rule cannot be taken back by another one"
    elif "{" in text:
        problem = "has braces, which gitignore patterns do not know; write one rule for each"
    elif ".." in text.split("/") or "." in text.split("/"):
        problem = "has a '.' or '..' step and can never match"
    elif any(unicodedata.category(character) in ("Cc", "Cf") for character in text):
        problem = "has invisible characters and can never match"
    elif text.count("**") > _MOST_LEAPS:
        problem = f"has more than {_MOST_LEAPS} '**'"
    if problem:
        raise SettingsError(f"path {text!r} {problem}")


def _regex(body: str, text: str) -> str:
    """The regular expression for a whole glob."""
    steps = body.split("/")
    regex = ""
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if step == "**":
            regex += ".*" if last else "(?:[^/]+/)*"
        else:
            regex += _step(step) + ("" if last else "/")
    try:
        re.compile(regex)
    except re.error as error:
        raise SettingsError(f"path {text!r} is not a gitignore pattern: {error}") from None
    return regex


def _step(step: str) -> str:
    """The regular expression for one name between slashes.

    All stars but the last take as little as they can and never give back, so that no name takes
    longer than its length times the pattern's.
    """
    first, *rest = _between_stars(step)
    if not rest:
        return first
    middle = "".join(f"(?>[^/]*?{piece})" for piece in rest[:-1])
    return f"{first}{middle}[^/]*{rest[-1]}"


def _between_stars(step: str) -> list[str]:
    pieces = [""]
    for found in _TOKEN.finditer(step):
        if found[0].startswith("*"):
            pieces.append("")
        else:
            pieces[-1] += _one(found[0])
    return pieces


def _one(piece: str) -> str:
    """The regular expression for a token that stands for one character."""
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        inner = piece[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[^/{inner[1:]}]" if inner[:1] in ("!", "^") else f"(?!/)[{inner}]"
    return re.escape(piece[1:] if len(piece) > 1 else piece)
