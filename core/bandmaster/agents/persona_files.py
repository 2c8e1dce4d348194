"""A person's own personas as files: `NAME.md`, and `NAME/PROVIDER/MODEL.md` for one model.

A persona that is not shipped says what it is a variant of in its first lines:

    +++
    extends = "reviewer"
    +++
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from bandmaster.errors import UsageError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_FRONT = re.compile(r"\A\+\+\+\n(.*?)^\+\+\+\n?", re.DOTALL | re.MULTILINE)
_MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says."""

    text: str
    extends: str
    path: Path


class PersonaFiles:
    """The folder of a person's own personas; it need not be there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str, model: str = "") -> Path:
        """Where the text of a persona is, or would be. Raises `UsageError` for a wrong name."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a persona: small letters, digits, - and _")
        if not model:
            return self.folder / f"{name}.md"
        parts = model.split("/")
        if len(parts) < 2 or not all(part.strip(". ") for part in parts):
            raise UsageError(f"{model!r} is no model; write 'provider/model'")
        *folders, last = (quote(part, safe=" ") for part in parts)
        return self.folder.joinpath(name, *folders, f"{last}.md")

    def read(self, name: str, model: str = "") -> Written | None:
        """What the person wrote; None where there is no such file.

        Raises `UsageError` where the file cannot be used.
        """
        path = self.path(name, model)
        try:
            content = path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise UsageError(f"{path}: cannot be read: {reason}") from error
        extends, text = _parsed(content, path)
        return Written(_checked(text, path), extends, path)

    def write(self, name: str, text: str, model: str = "", extends: str = "") -> Path:
        """Keep a text, whole or not at all. Raises `UsageError` where that cannot be done."""
        path = self.path(name, model)
        front = f'+++\nextends = "{extends}"\n+++\n' if extends else ""
        content = front + _checked(text, path).strip() + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, half = tempfile.mkstemp(prefix=".persona.", dir=path.parent)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                    file.write(content)
                Path(half).replace(path)
            finally:
                Path(half).unlink(missing_ok=True)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
        return path

    def remove(self, name: str, model: str = "") -> bool:
        """Take a text away; whether there was one."""
        path = self.path(name, model)
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise UsageError(f"{path}: cannot be removed: {error.strerror}") from error
        return True

    def names(self) -> set[str]:
        """The personas that have a file."""
        return {path.stem for path in self.folder.glob("*.md") if _NAME.fullmatch(path.stem)}

    def models(self, name: str) -> tuple[str, ...]:
        """The models that have a text of their own."""
        base = self.folder / name
        paths = sorted(base.rglob("*.md")) if base.is_dir() else []
        return tuple(
            "/".join(unquote(part) for part in path.relative_to(base).with_suffix("").parts)
            for path in paths
        )


def _parsed(content: str, path: Path) -> tuple[str, str]:
    """What it extends, and the text."""
    front = _FRONT.match(content)
    if front is None:
        return "", content
    try:
        table = tomllib.loads(front[1])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML between the +++ lines: {error}") from error
    unknown = sorted(table.keys() - {"extends"})
    extends = table.get("extends", "")
    if unknown or not isinstance(extends, str):
        what = f"{unknown[0]!r}" if unknown else "extends"
        raise UsageError(f'{path}: {what} cannot stand there; write extends = "NAME"')
    return extends, content[front.end() :]


def _checked(text: str, path: Path) -> str:
    if not text.strip():
        raise UsageError(f"{path}: the text of a persona is empty")
    if len(text) > _MOST_CHARACTERS:
        raise UsageError(f"{path}: longer than {_MOST_CHARACTERS} characters")
    return text
