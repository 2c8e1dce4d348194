"""From files and variables to settings: reads `bandmaster.toml` files and the environment.

Later sources win: defaults, the person's own file, the workspace's, variables `BANDMASTER_*`
(nested with `__`). What is wrong is named by file, line and key.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from bandmaster.configuration.problems import validate
from bandmaster.configuration.references import ReadFile, check_references
from bandmaster.configuration.trust import tightened, without_database
from bandmaster.errors import SettingsError
from bandmaster.providers.defaults import PRESETS, key_variable
from bandmaster.settings import PersonaEntry, Provider, Settings

FILE_NAME = "bandmaster.toml"
_PREFIX = "BANDMASTER_"
_NOT_SETTINGS = frozenset({"BANDMASTER_HOME", "BANDMASTER_TEST_TOOLS", "BANDMASTER_VSCODE_HOST"})

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a person's configuration and state live."""

    config: Path
    state: Path

    @property
    def database(self) -> Path:
        return self.state / "bandmaster.sqlite"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings with where they came from, and the keys that are never shown."""

    settings: Settings
    keys: Mapping[str, str] = field(repr=False)
    """Provider name -> API key, for those whose variable is set."""
    files: tuple[Path, ...]
    """The files that were read, first to last."""
    notes: tuple[str, ...]
    """What the person should know: settings that were left out."""
    project_personas: Mapping[str, PersonaEntry] = field(default_factory=dict[str, PersonaEntry])
    """What the workspace's own file says of personas: it adds to the person's, never replaces."""


def find_folders(environment: Mapping[str, str]) -> Folders:
    """`BANDMASTER_HOME` for everything, else the platform's own folders."""
    home = environment.get("BANDMASTER_HOME")
    if home:
        base = Path(home).expanduser().absolute()
        return Folders(base / "config", base / "state")
    import platformdirs  # Not needed where BANDMASTER_HOME is set.

    return Folders(
        Path(platformdirs.user_config_dir("bandmaster", appauthor=False)),
        Path(platformdirs.user_state_dir("bandmaster", appauthor=False)),
    )


def load(
    root: Path, folders: Folders, environment: Mapping[str, str], *, trusted: bool
) -> Configuration:
    """The settings for the workspace at `root`.

    Raises `SettingsError` naming file, line, key and allowed values.
    """
    notes: list[str] = []
    merged: Table = {}
    project: Mapping[str, PersonaEntry] = {}
    files: list[ReadFile] = []
    own, workspace = folders.config / FILE_NAME, root / FILE_NAME
    for path in dict.fromkeys((own, workspace)):
        text = _read(path)
        if text is None:
            continue
        table = _parse(path, text)
        if path == workspace and path != own:
            table = without_database(table, path, notes)
            table = table if trusted else tightened(table, path, notes)
        said = validate(table, path, text)
        kept = table
        if path == workspace and path != own:
            project = said.personas
            kept = {section: value for section, value in table.items() if section != "personas"}
        merged = _merge(merged, kept)
        files.append(ReadFile(path, table, text))
    variables = _from_variables(environment)
    _validate_variables(variables)
    settings = validate(_merge(merged, variables), None, "")
    settings = _with_presets(settings, environment)
    check_references(settings, files)
    paths = tuple(file.path for file in files)
    return Configuration(
        settings, _keys(settings, environment), paths, tuple(notes), project_personas=project
    )


def default_configuration(environment: Mapping[str, str], note: str) -> Configuration:
    """What a door goes on with when the files are broken: defaults, and `note` for the person."""
    settings = _with_presets(Settings(), environment)
    return Configuration(settings, _keys(settings, environment), (), (note,))


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(f"{path}: cannot be read: {reason}") from error


def _parse(path: Path, text: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        line = found[1] if found and found[1] else str(text.count("\n") + 1)
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise SettingsError(f"{path}:{line}: not valid TOML: {message}") from error


def _merge(below: Table, above: Table) -> Table:
    """`above` over `below`, table by table; lists are replaced, policy rules added up."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(cast("Table", old), cast("Table", value))
        elif key == "rules" and isinstance(old, list) and isinstance(value, list):
            merged[key] = [*cast("list[Any]", old), *cast("list[Any]", value)]
        else:
            merged[key] = value
    return merged


def _from_variables(environment: Mapping[str, str]) -> Table:
    """`BANDMASTER_LIMITS__FILE_BYTES=5` as `{"limits": {"file_bytes": 5}}`."""
    table: Table = {}
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name in _NOT_SETTINGS:
            continue
        *sections, key = name.removeprefix(_PREFIX).lower().split("__")
        place = table
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = _value(environment[name])
    return table


def _value(text: str) -> object:
    """A variable's text as the TOML value that it spells, else as it stands."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _validate_variables(table: Table) -> None:
    try:
        validate(table, None, "")
    except SettingsError as error:
        key, _, rest = str(error).partition(": ")
        name = _PREFIX + key.replace(".", "__").upper()
        raise SettingsError(f"variable {name}: {rest}") from error


def _with_presets(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Providers whose usual variable is set are there without any file."""
    providers = dict(settings.providers)
    for name, preset in PRESETS.items():
        if name in providers or not environment.get(preset.appears_with, "").strip():
            continue
        elsewhere = environment.get(preset.address_variable or "", "").strip()
        providers[name] = Provider(
            kind=preset.kind,
            base_url=elsewhere or None,
            api_key_env=preset.key_variable,
            models=preset.models,
        )
    return replace(settings, providers=providers)


def _keys(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """The API key of each provider whose variable is set."""
    found = {
        name: environment.get(key_variable(name, provider) or "", "").strip()
        for name, provider in settings.providers.items()
    }
    return {name: key for name, key in found.items() if key}


def environment() -> Mapping[str, str]:
    """The process's environment, as it is now."""
    return os.environ


def person() -> str:
    """Whose spending it is, where several people share a database: the name of the login."""
    import getpass  # Only for a shared database, and slow to load.

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
