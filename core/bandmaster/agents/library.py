"""All personas that there are: the shipped ones, the person's own, and what the project adds.

For a persona and a model the first of these is its text: the person's file for that model, the
person's settings for such models, the person's file, the person's settings, the shipped text. What
the workspace's own `bandmaster.toml` says is added to it and never stands instead of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from bandmaster.agents.persona_files import PersonaFiles
from bandmaster.agents.personas import DEFAULTS, PERSONAS, Persona
from bandmaster.errors import SettingsError, UnknownName, UsageError
from bandmaster.settings import PersonaEntry
from bandmaster.tasks import Kind

_NONE = PersonaEntry()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaState:
    """A persona as it is listed."""

    name: str
    kind: Kind
    source: str
    """Where its text is from."""
    used_for: tuple[Kind, ...]
    """The kinds of task that it does unless another one is chosen."""
    models: tuple[str, ...]
    """The models that have a text of their own."""
    project_adds: bool


class Personas:
    """The personas of one person in one workspace. Files are read each time: an edit counts."""

    def __init__(
        self,
        folder: Path,
        own: Mapping[str, PersonaEntry],
        project: Mapping[str, PersonaEntry],
    ) -> None:
        self._files = PersonaFiles(folder)
        self._own = own
        self._project = project

    def for_task(self, kind: Kind, model: str, wanted: str = "") -> Persona:
        """Who does a task of `kind` with `model`: the `wanted` persona, else the one bound to it.

        The rules are always those of the task's kind. Raises `UnknownName`.
        """
        return replace(self.find(wanted or self._bound(kind, model), model), kind=kind)

    def check(self, wanted: Iterable[tuple[str, str]]) -> None:
        """`wanted` are settings and the personas that they name: `("chains.x", "reviewer")`.

        Raises `SettingsError` where one of these, or of the personas in the settings, cannot be.
        """
        own = ((f"personas.{name}.extends", name) for name in (*self._own, *self._project))
        for setting, name in (*own, *wanted):
            try:
                self.find(name)
            except UnknownName as error:
                raise SettingsError(f"{setting}: {error}") from error
            except UsageError as error:
                raise SettingsError(str(error)) from error

    def find(self, name: str, model: str = "") -> Persona:
        """The persona as `model` is told it. Raises `UnknownName`, `UsageError`."""
        return self._resolved(name, model, ())

    def names(self) -> tuple[str, ...]:
        """All names, the shipped ones first."""
        more = {*self._own, *self._project, *self._files.names()} - set(PERSONAS)
        return (*PERSONAS, *sorted(more))

    def listing(self) -> tuple[PersonaState, ...]:
        """What there is, in the order of `names`. Raises `UsageError`."""
        bound = {kind: self._bound(kind, "") for kind in Kind}
        return tuple(self._state(name, bound) for name in self.names())

    def write(self, name: str, text: str, *, model: str = "", extends: str = "") -> Path:
        """Keep the person's own text, for all models or for one.

        Raises `UnknownName` where a name is neither known nor extends a known one, `UsageError`.
        """
        self._files.path(name, model)
        if extends:
            self.find(extends)
        elif name not in PERSONAS and name not in self.names():
            raise UnknownName("persona", name, self.names())
        elif not model:
            written = self._files.read(name)
            extends = written.extends if written else ""
        return self._files.write(name, text, model, "" if model else extends)

    def reset(self, name: str, *, model: str = "") -> bool:
        """Take the person's own text away; whether there was one. Raises `UnknownName`.

        A persona that only the person's file made is gone then, with its texts for models.
        """
        if name not in self.names():
            raise UnknownName("persona", name, self.names())
        if not model and not {name} & {*PERSONAS, *self._own, *self._project}:
            for one in self._files.models(name):
                self._files.remove(name, one)
        return self._files.remove(name, model)

    def _state(self, name: str, bound: Mapping[Kind, str]) -> PersonaState:
        persona = self.find(name)
        return PersonaState(
            name=name,
            kind=persona.kind,
            source=persona.source,
            used_for=tuple(kind for kind, bound_to in bound.items() if bound_to == name),
            models=self._files.models(name),
            project_adds=bool(self._project.get(name, _NONE).system.strip()),
        )

    def _bound(self, kind: Kind, model: str) -> str:
        """The persona chosen for a kind of task: by the project, by the person, by default."""
        for entries in (self._project, self._own):
            for name, entry in reversed(list(entries.items())):
                if kind in entry.kinds and _is_for(entry, model):
                    return name
        return DEFAULTS[kind]

    def _resolved(self, name: str, model: str, below: tuple[str, ...]) -> Persona:
        if name in below:
            raise UsageError(
                f"personas extend each other in a circle: {' → '.join(below)} → {name}"
            )
        if name not in self.names():
            raise UnknownName("persona", name, self.names())
        base = self._base(name, model, below)
        text, source = self._text(name, model) or (base.text, base.source)
        added = [base.added, *self._added(name, model)]
        return replace(
            base, name=name, text=text, source=source, added="\n".join(one for one in added if one)
        )

    def _base(self, name: str, model: str, below: tuple[str, ...]) -> Persona:
        written = self._files.read(name)
        extends = (
            self._own.get(name, _NONE).extends
            or (written.extends if written else "")
            or self._project.get(name, _NONE).extends
        )
        if extends and extends != name:
            return self._resolved(extends, model, (*below, name))
        if name in PERSONAS:
            return PERSONAS[name]
        known = ", ".join(PERSONAS)
        raise UsageError(f"personas.{name}.extends is missing: name one of {known}")

    def _text(self, name: str, model: str) -> tuple[str, str] | None:
        """The person's own text, and where it stands."""
        for_model = self._files.read(name, model) if "/" in model else None
        if for_model:
            return for_model.text, str(for_model.path)
        entry = self._own.get(name, _NONE)
        said = entry.system.strip() and _is_for(entry, model)
        if said and entry.models:
            return entry.system, f"personas.{name}.system"
        written = self._files.read(name)
        if written:
            return written.text, str(written.path)
        return (entry.system, f"personas.{name}.system") if said else None

    def _added(self, name: str, model: str) -> list[str]:
        entry = self._project.get(name, _NONE)
        return [entry.system.strip()] if entry.system.strip() and _is_for(entry, model) else []


def _is_for(entry: PersonaEntry, model: str) -> bool:
    return not entry.models or any(fnmatchcase(model, pattern) for pattern in entry.models)
