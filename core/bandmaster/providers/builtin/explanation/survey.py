"""The source files of a workspace, read once for an explanation, bounded in number and time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Event
from types import MappingProxyType

from bandmaster.errors import OutsideWorkspace, Unreadable
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.symbols import Symbol, language_of, symbols

_MOST_FILES = 4_000
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Survey:
    """What was read: source files by path. `complete` is false where a bound ended it."""

    documents: Mapping[str, Document]
    complete: bool

    @property
    def python(self) -> Iterable[Document]:
        return (one for one in self.documents.values() if is_python(one))

    def symbols(self, path: str) -> tuple[Symbol, ...]:
        return symbols(self.documents[path]) if path in self.documents else ()

    @property
    def bound(self) -> str:
        """What a list of users has to say where not every file was read."""
        return "" if self.complete else f" (in the first {len(self.documents)} source files)"


def take_survey(snapshot: Snapshot, places: Iterable[str], stop: Event) -> Survey:
    """Read the source files at or below `places`. Files that cannot be read are passed."""
    found, _ = snapshot.list(places)
    sources = [path for path in found if language_of(path) is not None]
    documents: dict[str, Document] = {}
    end = time.thread_time() + _SECONDS
    complete = len(sources) <= _MOST_FILES
    for path in sources[:_MOST_FILES]:
        if stop.is_set() or time.thread_time() > end:
            complete = False
            break
        try:
            documents[path] = snapshot.read(path)
        except (Unreadable, OutsideWorkspace):
            continue
    return Survey(MappingProxyType(documents), complete)


def is_python(document: Document) -> bool:
    language = language_of(document.path, document.text)
    return language is not None and language.name == "python"
