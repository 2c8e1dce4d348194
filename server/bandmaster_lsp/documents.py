"""The documents that the editor holds open, by the URI that the editor wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types

from bandmaster_lsp.columns import Encoding
from bandmaster_lsp.convert import real_path
from bandmaster_lsp.text import LineShift, Text


@dataclass(slots=True)
class OpenDocument:
    """A document that the editor holds open."""

    uri: str
    path: Path | None
    """None: it is not a file of this machine (untitled, a side of a diff)."""
    version: int
    text: Text
    watchers: list[asyncio.Event] = field(default_factory=list[asyncio.Event])


class Documents:
    """All open documents. Only the document events of the editor change them."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._open: dict[str, OpenDocument] = {}

    def __iter__(self) -> Iterator[OpenDocument]:
        return iter(tuple(self._open.values()))

    def get(self, uri: str) -> OpenDocument | None:
        return self._open.get(uri)

    def at(self, path: Path) -> OpenDocument | None:
        """The open document of the file at `path`, however its URI is written."""
        return next((one for one in self._open.values() if one.path == path), None)

    def open(self, item: types.TextDocumentItem) -> OpenDocument:
        text = Text(item.text, self.encoding)
        document = OpenDocument(item.uri, real_path(item.uri), item.version, text)
        self._open[item.uri] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> tuple[LineShift, ...] | None:
        """Follow an edit; what it did to lines, or None where everything was replaced.

        A change to a document that was never opened is not ours to follow.
        """
        document = self._open.get(params.text_document.uri)
        if document is None:
            return ()
        shifts: list[LineShift] = []
        whole = False
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                shifts.append(document.text.edit(change.range, change.text))
            else:
                document.text.replace(change.text)
                whole = True
        document.version = params.text_document.version
        for watcher in document.watchers:
            watcher.set()
        return None if whole else tuple(shifts)

    def close(self, uri: str) -> OpenDocument | None:
        return self._open.pop(uri, None)

    async def until(
        self, document: OpenDocument, wanted: Callable[[OpenDocument], bool], seconds: float
    ) -> bool:
        """Wait until an edit has made `document` as `wanted`; False when time is up."""
        changed = asyncio.Event()
        document.watchers.append(changed)
        try:
            async with asyncio.timeout(seconds):
                while not wanted(document):
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return False
        finally:
            document.watchers.remove(changed)
        return True
