"""Where a task of an editor is: a project, a file in it, and its text at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from bandmaster_lsp.documents import OpenDocument
from bandmaster_lsp.engines import Project
from bandmaster_lsp.text import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a project as the editor has it at this moment."""

    project: Project
    path: str
    """Relative to the project's root, with forward slashes."""
    uri: str
    text: Text
    document: OpenDocument | None
    """None: it is not open, so `text` is what is on disk."""
    version: int | None
    """The version of the open document at this moment."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]
