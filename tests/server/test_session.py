"""Which engine a file gets, when it is opened, and what the person is told about it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bandmaster import UsageError
from bandmaster_lsp.server import build
from tests.fakes.editor import VSCODE, Editor, in_memory
from tests.fakes.engine import PlaysBack


@dataclass
class Opener:
    """Opens an engine for each place, and remembers for which."""

    notes: tuple[str, ...] = ()
    root: Path | None = None
    """Where every engine has its root (None: where it was opened)."""
    opened: list[tuple[Path, bool | None]] = field(default_factory=list)
    engines: list[PlaysBack] = field(default_factory=list)

    def __call__(self, start: Path, *, trusted: bool | None) -> PlaysBack:
        self.opened.append((start, trusted))
        self.engines.append(PlaysBack(self.root or start, {}, notes=self.notes))
        return self.engines[-1]

    @property
    def starts(self) -> list[Path]:
        return [start for start, _ in self.opened]


@asynccontextmanager
async def editor_with(opener: Any, root: Path | None, **more: Any) -> AsyncGenerator[Editor]:
    async with in_memory(build(opener)) as editor:
        await editor.initialize(root, more.pop("capabilities", VSCODE), **more)
        yield editor


async def open_file(editor: Editor, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    editor.open(path.as_uri(), "bad\n")
    await editor.diagnostics(path.as_uri(), 1)
    return path.as_uri()


async def test_no_engine_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    opener = Opener()
    async with editor_with(opener, tmp_path) as editor:
        assert await editor.actions("file:///x") == []
        assert opener.opened == []
        await open_file(editor, tmp_path / "a.py")
        assert opener.starts == [tmp_path]


async def test_files_of_one_folder_share_an_engine(tmp_path: Path) -> None:
    opener = Opener()
    async with editor_with(opener, tmp_path) as editor:
        await open_file(editor, tmp_path / "a.py")
        await open_file(editor, tmp_path / "deep" / "b.py")
        assert opener.starts == [tmp_path]


async def test_each_folder_of_the_workspace_has_its_own_engine(tmp_path: Path) -> None:
    opener = Opener()
    one, two = tmp_path / "one", tmp_path / "two"
    folders = [{"uri": folder.as_uri(), "name": folder.name} for folder in (one, two)]
    async with editor_with(opener, None, workspaceFolders=folders) as editor:
        await open_file(editor, one / "a.py")
        await open_file(editor, two / "a.py")
        assert opener.starts == [one, two]


async def test_the_innermost_folder_counts(tmp_path: Path) -> None:
    opener = Opener()
    inner = tmp_path / "inner"
    folders = [{"uri": folder.as_uri(), "name": "x"} for folder in (tmp_path, inner)]
    async with editor_with(opener, None, workspaceFolders=folders) as editor:
        await open_file(editor, inner / "a.py")
        assert opener.starts == [inner]


async def test_a_file_outside_all_folders_has_an_engine_at_its_own_folder(tmp_path: Path) -> None:
    opener = Opener()
    async with editor_with(opener, tmp_path / "project") as editor:
        await open_file(editor, tmp_path / "elsewhere" / "a.py")
        assert opener.starts == [tmp_path / "elsewhere"]


async def test_without_any_folder_files_have_engines_at_their_own(tmp_path: Path) -> None:
    opener = Opener()
    async with editor_with(opener, None) as editor:
        await open_file(editor, tmp_path / "a.py")
        assert opener.starts == [tmp_path]


async def test_a_root_path_of_an_old_editor_counts(tmp_path: Path) -> None:
    opener = Opener()
    async with editor_with(opener, None, rootPath=str(tmp_path)) as editor:
        await open_file(editor, tmp_path / "deep" / "a.py")
        assert opener.starts == [tmp_path]


async def test_places_with_one_root_share_an_engine(tmp_path: Path) -> None:
    opener = Opener(root=tmp_path)
    async with editor_with(opener, None) as editor:
        await open_file(editor, tmp_path / "one" / "a.py")
        await open_file(editor, tmp_path / "two" / "a.py")
        assert [engine.closed for engine in opener.engines] == [False, True]
        assert len(opener.engines[0].tasks) == 2


async def test_folders_come_and_go(tmp_path: Path) -> None:
    opener = Opener()
    one, two = tmp_path / "one", tmp_path / "one" / "two"
    async with editor_with(opener, one) as editor:
        await open_file(editor, two / "a.py")
        event = {"added": [{"uri": two.as_uri(), "name": "two"}], "removed": []}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        await open_file(editor, two / "b.py")
        assert opener.starts == [one, two]
        event = {"added": [], "removed": [{"uri": two.as_uri(), "name": "two"}]}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        await open_file(editor, two / "c.py")
        assert opener.starts == [one, two, one]


@pytest.mark.parametrize(
    ("options", "trusted"),
    [
        ({"workspaceTrusted": True}, True),
        ({"workspaceTrusted": False}, False),
        ({"workspaceTrusted": "yes"}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
async def test_the_editors_word_on_trust_reaches_the_engine(
    tmp_path: Path, options: Any, trusted: bool | None
) -> None:
    opener = Opener()
    async with editor_with(opener, tmp_path, initializationOptions=options) as editor:
        await open_file(editor, tmp_path / "a.py")
        assert opener.opened == [(tmp_path, trusted)]


async def test_what_is_wrong_with_the_configuration_is_told_once(tmp_path: Path) -> None:
    opener = Opener(notes=("bandmaster.toml:3: 'modle' is not known",))
    async with editor_with(opener, None) as editor:
        await open_file(editor, tmp_path / "one" / "a.py")
        await open_file(editor, tmp_path / "two" / "a.py")
        assert editor.messages() == ["Bandmaster: bandmaster.toml:3: 'modle' is not known"]


async def test_a_changed_configuration_is_read_at_the_next_need(tmp_path: Path) -> None:
    opener = Opener()
    watching = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
    capabilities = {**VSCODE, "workspace": {**VSCODE["workspace"], **watching}}
    async with editor_with(opener, tmp_path, capabilities=capabilities) as editor:
        registered = await editor.until("client/registerCapability")
        watchers = registered["registrations"][0]["registerOptions"]["watchers"]
        assert watchers == [{"globPattern": "**/bandmaster.toml"}]
        await open_file(editor, tmp_path / "a.py")
        changes = [{"uri": (tmp_path / "bandmaster.toml").as_uri(), "type": 2}]
        editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        await open_file(editor, tmp_path / "b.py")
        assert opener.starts == [tmp_path, tmp_path]


async def test_where_no_engine_can_be_opened_the_task_says_why(tmp_path: Path) -> None:
    def refuses(start: Path, *, trusted: bool | None) -> PlaysBack:
        raise UsageError(f"{start.name!r} is not there")

    async with editor_with(refuses, tmp_path) as editor:
        uri = (tmp_path / "none" / "a.py").as_uri()
        editor.open(uri, "x\n")
        _, answer = editor.run("explain", uri)
        await answer
        assert await editor.message("is not there")


async def test_texts_that_no_file_can_hold_are_made_so_that_one_can(tmp_path: Path) -> None:
    opener = Opener()
    async with editor_with(opener, tmp_path) as editor:
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, "\ud83d bad\n")
        assert len(await editor.diagnostics(uri, 1)) == 1
        assert opener.engines[0].workspace.snapshot().read("a.py").text == "? bad\n"
