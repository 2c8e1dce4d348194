"""The composition root: the one place that knows every part by name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bandmaster.agents import Personas
from bandmaster.configuration import (
    Configuration,
    Folders,
    default_configuration,
    environment,
    find_folders,
    load,
    person,
)
from bandmaster.engine import Edits, Engine, Lessons, Priors, Scout, Trouble
from bandmaster.errors import BandmasterError, SettingsError, UsageError
from bandmaster.ledger import Ledger
from bandmaster.memory import Sessions
from bandmaster.models import Cache, Calibration
from bandmaster.policy import from_settings
from bandmaster.providers.naming import endpoint_identity
from bandmaster.providers.roster import Providers
from bandmaster.routing import HealthBoard, Learner, TrialBook
from bandmaster.store import Database
from bandmaster.tools import Approver, Guard, Record, Registry, ToolResult
from bandmaster.workspace import Document, Workspace, git_root

_log = logging.getLogger(__name__)
_AUDIT = (
    "INSERT INTO audit (at, workspace, client, tool, resources, decision, why, result)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def open(
    start: Path,
    *,
    approver: Approver | None = None,
    trusted: bool | None = None,
    lenient: bool = False,
) -> Engine:
    """The engine for the project that holds `start`: its git work tree, else `start` itself.

    Asks nobody and imports no SDK. `approver` is asked where the policy says so; without one,
    what would be asked about is denied. `trusted` is an editor's word on the workspace; without
    it the person's own `bandmaster policy trust` counts. Raises `UsageError` where `start` is
    not there and `SettingsError` where the configuration is wrong; `lenient` goes on with the
    defaults instead and says so in `engine.notes`.
    """
    root = find_root(start)
    folders, variables = find_folders(environment()), environment()
    known = _is_trusted(folders, root) if trusted is None else trusted
    try:
        return _build(root, load(root, folders, variables, trusted=known), folders, approver)
    except SettingsError as error:
        if not lenient:
            raise
        note = f"{error}; going on with the defaults"
        return _build(root, default_configuration(variables, note), folders, approver)


def find_root(start: Path) -> Path:
    """The workspace root for `start`. Raises `UsageError` where there is nothing."""
    place = start.expanduser().absolute()
    if not place.exists():
        raise UsageError(f"{str(start)!r} is not there")
    folder = place if place.is_dir() else place.parent
    return (git_root(folder) or folder).resolve()


def configuration_files(start: Path) -> tuple[Path, Path]:
    """Where the person's own file and the workspace's are looked for, there or not."""
    from bandmaster.configuration import FILE_NAME

    folders = find_folders(environment())
    return folders.config / FILE_NAME, find_root(start) / FILE_NAME


def open_personas(start: Path) -> Personas:
    """The personas of the person in the workspace of `start`. Raises `SettingsError`."""
    root, folders, variables = find_root(start), find_folders(environment()), environment()
    trusted = _is_trusted(folders, root)
    return _personas(load(root, folders, variables, trusted=trusted), folders)


def database_path() -> Path:
    """Where the person's database is."""
    return find_folders(environment()).database


def trust(start: Path) -> Path:
    """The person trusts the workspace of `start` from now on; returns its root."""
    root = find_root(start)
    database = _database()
    statement = (
        "INSERT INTO trust (root, at) VALUES (?, ?)"
        " ON CONFLICT (root) DO UPDATE SET at = excluded.at"
    )
    database.write(statement, (str(root), datetime.now(UTC).isoformat(timespec="seconds")))
    database.close()
    return root


def untrust(start: Path) -> Path:
    """The person does not trust the workspace of `start` any more; returns its root."""
    root = find_root(start)
    database = _database()
    database.write("DELETE FROM trust WHERE root = ?", (str(root),))
    database.close()
    return root


def is_trusted(start: Path) -> bool:
    """Whether the person trusts the workspace of `start`."""
    return _is_trusted(find_folders(environment()), find_root(start))


def _database() -> Database:
    """The person's own file: trust is never shared, whoever keeps the other rows."""
    return Database(find_folders(environment()).database)


def _is_trusted(folders: Folders, root: Path) -> bool:
    if not folders.database.exists():
        return False
    database = Database(folders.database)
    try:
        return bool(database.read("SELECT 1 FROM trust WHERE root = ?", (str(root),)))
    except BandmasterError as error:
        _log.warning("nobody is trusted while the database cannot be read: %s", error)
        return False
    finally:
        database.close()


def _build(
    root: Path, configuration: Configuration, folders: Folders, approver: Approver | None
) -> Engine:
    settings = configuration.settings
    database = Database(folders.database, settings.database.url)
    whose = person() if settings.database.url else ""
    workspace = Workspace(root, settings.limits.file_bytes)
    calibration = Calibration(database)
    # Answers hold what the person's files say: they are never shared.
    own = Database(folders.database) if settings.database.url else database
    cache = Cache(own, settings.cache)
    tools = Registry()
    policy = from_settings(
        settings.policy, known_tools=tools.names, root=workspace.root, home=Path.home()
    )
    priors, trouble = Priors(), Trouble(database, str(root))
    lessons = Lessons(
        Learner(database, str(root), settings=settings.learning, prior=priors),
        TrialBook(database),
        Edits(database, root),
        trouble,
    )

    async def observe(result: ToolResult) -> None:
        if result.tests_passed is not None:
            await lessons.tests_ended(passed=result.tests_passed)

    guard = Guard(
        tools=tools,
        policy=policy,
        workspace=workspace,
        settings=settings,
        approver=approver,
        audit=_auditor(database, root),
        observe=observe,
    )
    return Engine(
        workspace=workspace,
        settings=settings,
        roster=Providers(
            settings, configuration.keys, _personas(configuration, folders), calibration, cache
        ),
        ledger=Ledger(database, root, budget=settings.budget, person=whose),
        guard=guard,
        notes=configuration.notes,
        lessons=lessons,
        priors=priors,
        sessions=Sessions(
            database,
            root,
            settings.sessions,
            pools=settings.pools,
            person=whose,
            shared=bool(settings.database.url),
        ),
        calibration=calibration,
        cache=cache,
        scout=Scout(trouble, holds_secret=_holds_secret),
        health=HealthBoard(database, endpoint_identity(settings, configuration.keys)),
    )


def _holds_secret(document: Document) -> bool:
    from bandmaster.providers.builtin.secrets import find_secrets  # Compiles its patterns.

    return bool(find_secrets(document))


def _personas(configuration: Configuration, folders: Folders) -> Personas:
    """Raises `SettingsError` where the settings name a persona that cannot be."""
    settings = configuration.settings
    personas = Personas(
        folders.config / "personas", settings.personas, configuration.project_personas
    )
    personas.check(
        (f"chains.{name}.links", link.persona)
        for name, chain in settings.chains.items()
        for link in chain.links
        if link.persona
    )
    return personas


def _auditor(database: Database, root: Path) -> Callable[[Record], None]:
    """Writes each call of a tool into the audit table before its result goes out; no contents."""

    def audit(record: Record) -> None:
        action, verdict = record.action, record.verdict
        row = (
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            str(root),
            action.caller.client,
            action.tool,
            "\n".join(action.resources),
            verdict.decision.name.lower(),
            verdict.why,
            record.end,
        )
        try:
            database.write(_AUDIT, row)
        except BandmasterError as error:
            _log.error("a tool call was not written to the audit: %s", error)

    return audit
