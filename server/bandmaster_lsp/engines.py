"""One engine for each project the editor works in, opened when first needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Protocol

import bandmaster
from bandmaster import (
    ChangeSet,
    Event,
    Ledger,
    ModelClient,
    ProviderState,
    Settings,
    Task,
    Workspace,
    WorkspaceError,
)
from bandmaster_lsp.documents import Documents, OpenDocument
from bandmaster_lsp.lending import Lending


class Engine(Protocol):
    """What the language server needs of `bandmaster.Engine`, with its promises."""

    @property
    def root(self) -> Path: ...
    @property
    def ledger(self) -> Ledger: ...

    workspace: Workspace
    settings: Settings
    notes: tuple[str, ...]

    def lend(self, client: ModelClient) -> None: ...
    def take_back(self, name: str) -> None: ...
    def providers(self) -> tuple[ProviderState, ...]: ...
    def run(self, task: Task) -> AsyncGenerator[Event]: ...
    async def apply(self, changes: ChangeSet) -> tuple[str, ...]: ...
    async def applied(self, changes: ChangeSet) -> None: ...
    async def feedback(self, task: str, score: float) -> str: ...
    async def close(self) -> None: ...


class OpenEngine(Protocol):
    """Opens an engine for the project that holds `start`. Blocks; runs in a thread."""

    def __call__(self, start: Path, *, trusted: bool | None) -> Engine: ...


def open_core(start: Path, *, trusted: bool | None) -> Engine:
    """The real one. A broken configuration is told in the notes, and the defaults count."""
    return bandmaster.open(start, trusted=trusted, lenient=True)


class Project:
    """An engine with the texts that the editor holds open laid over its files."""

    def __init__(self, engine: Engine, lending: Lending) -> None:
        self.engine = engine
        self._lending = lending
        self._laid: dict[str, tuple[str, int]] = {}

    @property
    def has_model(self) -> bool:
        """Whether anybody but `builtin` is configured or lent; nobody is asked."""
        return self._lending.has_models or any(
            one.key_found or not one.key_variable for one in self.engine.providers()
        )

    def relative(self, path: Path) -> str:
        """Raises `WorkspaceError` where `path` is not in this project."""
        return self.engine.workspace.snapshot().relative(str(path))

    def lay(self, documents: Documents) -> None:
        """Put the texts of open documents over the files, those that changed since last time."""
        seen = {one.uri: one for one in documents if one.path is not None}
        for uri in self._laid.keys() - seen.keys():
            self.engine.workspace.close_text(self._laid.pop(uri)[0])
        for uri, document in seen.items():
            if uri not in self._laid or self._laid[uri][1] != document.version:
                self._lay_one(document)

    def _lay_one(self, document: OpenDocument) -> None:
        try:
            inside = self.relative(document.path or Path())
        except WorkspaceError:
            return  # It belongs to another project.
        # Half a surrogate pair cannot be written to any file, so no analyser may meet one.
        text = document.text.source.encode("utf-8", "replace").decode("utf-8")
        self.engine.workspace.open_text(inside, text, document.version)
        self._laid[document.uri] = (inside, document.version)


class Engines:
    """All projects of this session, by the folder that they were opened for."""

    def __init__(
        self,
        open_engine: OpenEngine,
        folders: Iterable[Path],
        tell: Callable[[str], None],
        lending: Lending,
        *,
        trusted: bool | None,
    ) -> None:
        self._open_engine = open_engine
        self._folders = list(folders)
        self._tell = tell
        self._lending = lending
        self._trusted = trusted
        self._projects: dict[Path, asyncio.Task[Project]] = {}
        self._retired: list[Project] = []
        self._told: set[str] = set()

    async def at(self, path: Path) -> Project:
        """The project of the file at `path`. Raises `BandmasterError` where there is none."""
        start = self._start(path)
        opening = self._projects.get(start)
        if opening is None:
            opening = self._projects[start] = asyncio.create_task(self._open(start))
        try:
            return await asyncio.shield(opening)
        except bandmaster.BandmasterError:
            if self._projects.get(start) is opening:
                del self._projects[start]
            raise

    async def nearest(self, path: Path | None) -> Project:
        """The project of the file at `path` if the editor works in it, else of the first folder,
        else the one that was opened first. Raises `BandmasterError` where there is none.
        """
        if path is not None and any(path.is_relative_to(one) for one in self._folders):
            return await self.at(path)
        if self._folders:
            return await self.at(self._folders[0])
        here = None if path is None else self.ready(path)
        found = here or next(filter(None, map(_opened, self._projects.values())), None)
        if found is None:
            raise WorkspaceError("no project is open; open a file of it")
        return found

    def ready(self, path: Path) -> Project | None:
        """The project of the file at `path`, if it is open already."""
        return _opened(self._projects.get(self._start(path)))

    def opened(self) -> list[Engine]:
        """The engines of all projects that are open now."""
        return [one.engine for one in map(_opened, self._projects.values()) if one is not None]

    def change_folders(self, added: Iterable[Path], removed: Iterable[Path]) -> None:
        gone = set(removed)
        self._folders = [one for one in self._folders if one not in gone] + list(added)
        self.reopen()

    def reopen(self) -> None:
        """Read every configuration again at the next need; runs at work keep what they have."""
        self._retired.extend(one for one in map(_opened, self._projects.values()) if one)
        self._projects.clear()

    async def close(self) -> None:
        self.reopen()
        retired, self._retired = self._retired, []
        for engine in {id(one.engine): one.engine for one in retired}.values():
            await engine.close()

    def _start(self, path: Path) -> Path:
        """The innermost folder of the editor's workspace that holds `path`, else its own."""
        holding = [one for one in self._folders if path.is_relative_to(one)]
        return max(holding, key=lambda one: len(one.parts), default=path.parent)

    async def _open(self, start: Path) -> Project:
        engine = await asyncio.to_thread(self._open_engine, start, trusted=self._trusted)
        for other in map(_opened, self._projects.values()):
            if other is not None and other.engine.root == engine.root:
                await engine.close()
                return other
        for note in engine.notes:
            if note not in self._told:
                self._told.add(note)
                self._tell(note)
        self._lending.lend_to(engine)
        return Project(engine, self._lending)


def _opened(opening: asyncio.Task[Project] | None) -> Project | None:
    if opening is None or not opening.done() or opening.cancelled() or opening.exception():
        return None
    return opening.result()
