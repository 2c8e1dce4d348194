"""One editor's session: everything that the features share, made once after `initialize`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

from bandmaster import Level, WorkspaceError
from bandmaster_lsp.abilities import Abilities
from bandmaster_lsp.board import Board
from bandmaster_lsp.checks import Checks
from bandmaster_lsp.client import Client
from bandmaster_lsp.columns import Encoding
from bandmaster_lsp.convert import real_path
from bandmaster_lsp.documents import Documents
from bandmaster_lsp.engines import Engines, OpenEngine, open_core
from bandmaster_lsp.hardened import Protocol
from bandmaster_lsp.lending import Lending, read_models
from bandmaster_lsp.place import Place
from bandmaster_lsp.runs import Runs
from bandmaster_lsp.text import Text

_GOODBYE_SECONDS = 3.0


@dataclass(slots=True)
class Session:
    """What the features work with."""

    client: Client
    documents: Documents
    engines: Engines
    lending: Lending
    board: Board = field(default_factory=Board)
    answers: dict[str, str] = field(default_factory=dict[str, str])
    """The id of the last task that a model did for a document, by its URI, until it is rated."""
    warned: set[tuple[str, Level]] = field(default_factory=set[tuple[str, Level]])
    """The limits that the person was told of, each with how near it was."""
    runs: Runs = field(init=False)
    checks: Checks = field(init=False)
    _papers: list[TemporaryDirectory[str]] = field(default_factory=list[TemporaryDirectory[str]])

    def __post_init__(self) -> None:
        self.runs = Runs(self.client.fail)
        self.checks = Checks(self)

    async def place(self, uri: str) -> Place:
        """The file that `uri` names, with all open texts laid over the project.

        Raises `BandmasterError` where it is no file, or no project can be opened for it.
        """
        document = self.documents.get(uri)
        path = real_path(uri)
        if path is None:
            raise WorkspaceError("this document is not a file; save it first")
        project = await self.engines.at(path)
        project.lay(self.documents)
        inside = project.relative(path)
        document = document or self.documents.at(path)
        if document is not None:
            return Place(project, inside, document.uri, document.text, document, document.version)
        snapshot = project.engine.workspace.snapshot()
        saved = await asyncio.to_thread(snapshot.read, inside)
        text = Text(saved.text, self.documents.encoding)
        return Place(project, inside, uri, text, None, None)

    def new_paper(self, name: str, text: str) -> Path:
        """A file in a private folder that holds `text`, for the editor to show.

        It is gone when the session ends, or at the latest when the process does.
        """
        folder = TemporaryDirectory(prefix="bandmaster-", ignore_cleanup_errors=True)
        self._papers.append(folder)
        path = Path(folder.name) / name
        path.write_text(text, "utf-8")
        return path

    async def close(self) -> None:
        """Cancel what is at work and leave nothing behind."""
        await self.runs.cancel_all(_GOODBYE_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self.engines.close()
        for folder in self._papers:
            folder.cleanup()


def open_session(
    protocol: Protocol,
    abilities: Abilities,
    params: types.InitializeParams,
    open_engine: OpenEngine | None,
) -> Session:
    """The session that `params` asks for."""
    client = Client(protocol, abilities)
    encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
    lending = Lending(client, read_models(params.initialization_options))
    engines = Engines(
        open_engine or open_core, _folders(params), client.warn, lending, trusted=_trusted(params)
    )
    return Session(client, Documents(Encoding(encoding)), engines, lending)


def _folders(params: types.InitializeParams) -> Iterator[Path]:
    uris = [folder.uri for folder in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    if not uris and params.root_path:
        yield Path(params.root_path).resolve()
    yield from (path for path in map(real_path, uris) if path is not None)


def _trusted(params: types.InitializeParams) -> bool | None:
    """The editor's word on the workspace; None where it says nothing."""
    options = params.initialization_options
    given = cast("dict[str, object]", options) if isinstance(options, dict) else {}
    trusted = given.get("workspaceTrusted")
    return trusted if isinstance(trusted, bool) else None
