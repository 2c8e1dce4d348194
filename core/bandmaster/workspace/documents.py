"""Reading files as text: encodings and line ends kept, odd files named instead of read."""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from bandmaster.changes import digest
from bandmaster.errors import Unreadable, WorkspaceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_SNIFFED_BYTES = 8192
_GROWTH = 65_536
"""Bytes by which a file may grow between the look at its size and the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as the person sees it: the editor's unsaved text where there is one.

    `path` is relative to the workspace root with forward slashes. `sha256` is the hash of the
    bytes on disk (None: not on disk). `version` is the editor's version of an open buffer.
    """

    path: str
    text: str
    sha256: str | None
    version: int | None = None
    encoding: str = "utf-8"


def read_bytes(path: Path, shown: str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    Links are not followed in the last step. Raises `Unreadable` with the reason.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        status = path.lstat()
        if reason := _odd(status, limit):
            raise Unreadable(shown, reason)
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(min(limit, status.st_size + _GROWTH) + 1)
    except FileNotFoundError:
        raise Unreadable(shown, "no such file") from None
    except PermissionError:
        raise Unreadable(shown, "no permission to read") from None
    except OSError as error:
        raise Unreadable(shown, error.strerror or "cannot be opened") from None
    if len(data) > limit:
        raise Unreadable(shown, _too_large(len(data), limit))
    if len(data) > status.st_size + _GROWTH:
        raise Unreadable(shown, "it grows while it is read")
    return data


def decode(data: bytes, shown: str) -> tuple[str, str]:
    """The text of `data` and the name of its encoding. Raises `Unreadable` with the reason."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding:
        if b"\0" in data[:_SNIFFED_BYTES]:
            raise Unreadable(shown, "binary file")
        encoding = _declared(data)
    try:
        return data.decode(encoding), encoding
    except (UnicodeDecodeError, LookupError):
        name = "UTF-8" if encoding in ("utf-8", "utf-8-sig") else encoding
        raise Unreadable(shown, f"not {name} text") from None


def encode(text: str, encoding: str, shown: str) -> bytes:
    """The bytes of `text`, in the encoding that `decode` found.

    Raises `WorkspaceError` where the encoding cannot write a character of it.
    """
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        raise WorkspaceError(f"{shown!r} is {encoding} text and cannot hold the new one") from None


def read_document(path: Path, shown: str, limit: int) -> Document:
    """The file at `path` as it is on disk. Raises `Unreadable` with the reason."""
    data = read_bytes(path, shown, limit)
    text, encoding = decode(data, shown)
    return Document(path=shown, text=text, sha256=digest(data), encoding=encoding)


def _odd(status: os.stat_result, limit: int) -> str:
    """Why a file is not read at all, or nothing."""
    if stat.S_ISLNK(status.st_mode):
        return "symbolic link"
    if stat.S_ISDIR(status.st_mode):
        return "directory"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > limit:
        return _too_large(status.st_size, limit)
    return ""


def _too_large(size: int, limit: int) -> str:
    return f"larger than {limit:,} bytes ({size:,})"


def _declared(data: bytes) -> str:
    """The encoding that one of the first two lines declares (PEP 263), else UTF-8."""
    for line in data[:_SNIFFED_BYTES].split(b"\n", 2)[:2]:
        if found := _COOKIE.match(line):
            name = found[1].decode("ascii")
            return "utf-8" if name.lower().replace("_", "-") == "utf8" else name
    return "utf-8"
