"""What a review looks at: the texts of the focus, and the files that are none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event

from pathspec import GitIgnoreSpec

from bandmaster.errors import OutsideWorkspace, Unreadable, WorkspaceError
from bandmaster.findings import Skipped
from bandmaster.workspace import Document, Snapshot

_PYTHON = (".py", ".pyi", ".pyw")
_PYTHON_PROGRAM = re.compile(r"#!\s?\S*(?:python[\d.]*\b|env\s+(?:-\S+\s+)*python)")


@dataclass(frozen=True, slots=True)
class Material:
    """Texts in the order of their paths, and what was not read, with the reason."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]


def gather(
    snapshot: Snapshot, places: Iterable[str], exclude: tuple[str, ...], stop: Event
) -> Material:
    """Read every file at or below `places`. Ends early when `stop` is set.

    Raises `Unreadable` or `OutsideWorkspace` for a place that is not to be had.
    """
    paths, odd = snapshot.list([snapshot.relative(place) for place in places])
    excluded = GitIgnoreSpec.from_lines(exclude)
    documents: list[Document] = []
    skipped = list(odd)
    for path in paths:
        if stop.is_set():
            break
        if exclude and excluded.match_file(path):
            continue
        try:
            documents.append(snapshot.read(path))
        except Unreadable as error:
            skipped.append(Skipped(path, error.reason))
        except OutsideWorkspace:
            skipped.append(Skipped(path, "leads out of the workspace"))
        except WorkspaceError:
            skipped.append(Skipped(path, "control or invisible characters in its name"))
    return Material(tuple(documents), tuple(sorted(skipped)))


def is_python(document: Document) -> bool:
    """Whether this is Python: by its name, or as a program by its first line."""
    if document.path.endswith(_PYTHON):
        return True
    name = document.path.rpartition("/")[2]
    return "." not in name and _PYTHON_PROGRAM.match(document.text) is not None
