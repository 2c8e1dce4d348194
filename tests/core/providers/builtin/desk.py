"""A desk to work at: a folder, default settings, and a list of what was reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bandmaster.engine.performer import Desk, Performance
from bandmaster.events import Event
from bandmaster.findings import Finding
from bandmaster.providers.builtin.fix import fix
from bandmaster.providers.builtin.review import review
from bandmaster.settings import Reviewing, Settings
from bandmaster.tasks import Focus, Kind, Proposal, Review, Task
from bandmaster.workspace import Workspace
from tests.fakes.meters import Counts

_AS_USUAL = Reviewing()


def desk_for(
    root: Path,
    *,
    reviewing: Reviewing = _AS_USUAL,
    unsaved: Mapping[str, str] | None = None,
    events: list[Event] | None = None,
    file_bytes: int = 1_000_000,
) -> Desk:
    workspace = Workspace(root, file_bytes)
    for path, text in (unsaved or {}).items():
        workspace.open_text(path, text, 7)
    heard: list[Event] = [] if events is None else events
    settings = replace(Settings(), review=reviewing)
    return Desk(workspace.snapshot(), settings, heard.append, Counts())


async def performed(desk: Desk, focus: tuple[Focus, ...] = ()) -> Performance:
    return await review(Task(kind=Kind.REVIEW, focus=focus), desk)


async def reviewed(
    root: Path,
    *,
    focus: tuple[Focus, ...] = (),
    reviewing: Reviewing = _AS_USUAL,
    unsaved: Mapping[str, str] | None = None,
) -> Review:
    desk = desk_for(root, reviewing=reviewing, unsaved=unsaved)
    result = (await performed(desk, focus)).result
    assert isinstance(result, Review)
    return result


async def fixed(
    root: Path,
    *,
    focus: tuple[Focus, ...] = (),
    findings: tuple[Finding, ...] = (),
    unsaved: Mapping[str, str] | None = None,
) -> Proposal:
    desk = desk_for(root, unsaved=unsaved)
    task = Task(kind=Kind.FIX, focus=focus, findings=findings)
    result = (await fix(task, desk)).result
    assert isinstance(result, Proposal)
    return result
