"""The workspace: a project's files as the person sees them, unsaved editor text first."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from bandmaster.errors import Unreadable
from bandmaster.findings import Skipped
from bandmaster.workspace.documents import Document, read_document
from bandmaster.workspace.listing import list_files
from bandmaster.workspace.paths import relative


@dataclass(frozen=True, slots=True)
class Overlay:
    """The text of a file that is open in an editor, at the editor's `version` of it."""

    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The workspace at one moment: overlays do not change under a reader, the disk may."""

    root: Path
    overlays: Mapping[str, Overlay]
    file_bytes: int

    def relative(self, written: str) -> str:
        """`written` relative to the root. Raises `OutsideWorkspace` or `WorkspaceError`."""
        return relative(self.root, written)

    def list(self, inside: Iterable[str]) -> tuple[list[str], list[Skipped]]:
        """Files at or below the given places, each once, sorted; and what was not entered.

        Raises `Unreadable` for a place where there is nothing.
        """
        found: set[str] = set()
        skipped: list[Skipped] = []
        for place in inside:
            if place in self.overlays:
                found.add(place)
                continue
            files, odd = list_files(self.root, place)
            found.update(files)
            skipped.extend(odd)
        return sorted(found), skipped

    def read(self, path: str) -> Document:
        """The file at `path`, as the editor has it or else as it is on disk.

        Raises `OutsideWorkspace` or `Unreadable`.
        """
        inside = self.relative(path)
        overlay = self.overlays.get(inside)
        if overlay is None:
            return read_document(self.root / inside, inside, self.file_bytes)
        try:
            saved = read_document(self.root / inside, inside, self.file_bytes)
        except Unreadable:
            saved = Document(path=inside, text="", sha256=None)
        return replace(saved, text=overlay.text, version=overlay.version)


class Workspace:
    """A project root with the texts that editors hold open.

    Safe to use from several threads: readers take a `snapshot`.
    """

    def __init__(self, root: Path, file_bytes: int) -> None:
        self.root = root.resolve()
        self._file_bytes = file_bytes
        self._overlays: dict[str, Overlay] = {}
        self._lock = threading.Lock()

    def open_text(self, path: str, text: str, version: int | None) -> None:
        """An editor holds `text` for `path`; called again for each change."""
        inside = relative(self.root, path)
        with self._lock:
            self._overlays[inside] = Overlay(text, version)

    def close_text(self, path: str) -> None:
        """The editor closed `path`: the disk counts again."""
        inside = relative(self.root, path)
        with self._lock:
            self._overlays.pop(inside, None)

    def snapshot(self) -> Snapshot:
        with self._lock:
            overlays = MappingProxyType(dict(self._overlays))
        return Snapshot(self.root, overlays, self._file_bytes)
