"""Reviews by the analysers whenever a document is opened, changed or saved. No model is asked."""

from __future__ import annotations

import asyncio
from typing import Protocol

from bandmaster import BandmasterError, Finding, Focus, Kind, Preferences, Review, Task
from bandmaster_lsp.board import Board
from bandmaster_lsp.client import Client
from bandmaster_lsp.convert import to_diagnostic
from bandmaster_lsp.documents import Documents, OpenDocument
from bandmaster_lsp.place import Place
from bandmaster_lsp.runs import Runs, perform

TYPING_SECONDS = 0.4
"""How long the person must have stopped typing."""
_AT_A_TIME = 2


class Ground(Protocol):
    """What checks need of the session that they are part of."""

    client: Client
    documents: Documents
    board: Board
    runs: Runs

    async def place(self, uri: str) -> Place:
        """Raises `BandmasterError` where `uri` is no file of a project."""
        ...


class Checks:
    """Keeps the findings of open documents fresh, and shows none that are stale."""

    def __init__(self, session: Ground) -> None:
        self._session = session
        self._turns = asyncio.Semaphore(_AT_A_TIME)
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def request(self, document: OpenDocument, after: float = 0.0) -> None:
        """Check `document` soon and publish what is found; an earlier request is void."""
        self.cancel(document.uri)
        self._waiting[document.uri] = self._session.runs.start_alone(self._publish(document, after))

    def cancel(self, uri: str) -> None:
        if (task := self._waiting.pop(uri, None)) is not None:
            task.cancel()

    async def check(self, document: OpenDocument) -> tuple[Finding, ...] | None:
        """What the analysers find in `document`, or None where it has changed meanwhile."""
        async with self._turns:
            version = document.version
            findings = await self._review(document)
        if self._session.documents.get(document.uri) is not document:
            return None
        if document.version != version:
            return None
        self._session.board.put_checked(document.uri, version, findings)
        return findings

    def show(self, document: OpenDocument) -> None:
        """Publish the findings that hold for the document as it is.

        An editor that asks for diagnostics itself has those of the analysers from its question,
        so only the reviewed ones are published to it.
        """
        session, uri, version = self._session, document.uri, document.version
        pulls = session.client.abilities.pull_diagnostics
        board = session.board
        findings = board.reviewed(uri, version) if pulls else board.current(uri, version)
        diagnostics = [
            to_diagnostic(document.text, one, session.client.abilities) for one in findings
        ]
        session.client.publish(uri, version, diagnostics)

    async def _publish(self, document: OpenDocument, after: float) -> None:
        await asyncio.sleep(after)
        if await self.check(document) is not None:
            self.show(document)

    async def _review(self, document: OpenDocument) -> tuple[Finding, ...]:
        """A file that the analysers cannot examine has no findings."""
        try:
            place = await self._session.place(document.uri)
            task = Task(
                kind=Kind.REVIEW,
                focus=(Focus(place.path),),
                preferences=Preferences(model="builtin", stream=False),
            )
            outcome = await perform(place.project.engine, task)
        except BandmasterError as error:
            self._session.client.log(f"{document.uri} was not checked: {error}")
            return ()
        if not isinstance(outcome.result, Review):
            return ()
        return tuple(one for one in outcome.result.findings if one.path == place.path)
