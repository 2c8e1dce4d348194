"""Configuration files, trust in the workspace, and the database."""

from __future__ import annotations

import os
from pathlib import Path

import bandmaster
from bandmaster import BandmasterError, Engine, SettingsError
from bandmaster_cli.checkup.check import Check, State

_GROUP = "Settings"


def check_settings(engine: Engine, start: Path, wrong: SettingsError | None) -> tuple[Check, ...]:
    """`wrong` is what the strict reading of the configuration said."""
    own, workspace = bandmaster.configuration_files(start)
    trusted = bandmaster.is_trusted(start)
    word = "trusted" if trusted else "not trusted: it may not name endpoints, keys or commands"
    return (
        _file("your own file", own, wrong),
        _file("workspace file", workspace, wrong),
        *(Check(_GROUP, "note", State.NONE, note) for note in engine.notes if wrong is None),
        *([] if wrong is None else [Check(_GROUP, "error", State.FAIL, str(wrong))]),
        Check(_GROUP, "workspace", State.OK if trusted else State.NONE, f"{engine.root}, {word}"),
        *_databases(engine, bandmaster.database_path()),
    )


def _file(name: str, path: Path, wrong: SettingsError | None) -> Check:
    if not path.exists():
        return Check(_GROUP, name, State.NONE, f"{path} is not there")
    if wrong is not None and str(path) in str(wrong):
        return Check(_GROUP, name, State.FAIL, f"{path} is wrong")
    return Check(_GROUP, name, State.OK, str(path))


def _databases(engine: Engine, path: Path) -> tuple[Check, ...]:
    own = _database(path)
    if engine.settings.database.url:
        return own, *_reached(engine, "shared database")
    if own.state is State.OK and path.exists():
        return _reached(engine, "database")
    return (own,)


def _database(path: Path) -> Check:
    """Whether the database can be written, or made."""
    place = next(one for one in (path, *path.parents) if one.exists())
    if os.access(place, os.W_OK):
        return Check(_GROUP, "database", State.OK, str(path))
    return Check(_GROUP, "database", State.FAIL, f"{path} cannot be written")


def _reached(engine: Engine, name: str) -> tuple[Check, ...]:
    """Whether the database can really be used."""
    try:
        return (Check(_GROUP, name, State.OK, engine.ledger.reach()),)
    except BandmasterError as error:
        return (Check(_GROUP, name, State.FAIL, str(error)),)
