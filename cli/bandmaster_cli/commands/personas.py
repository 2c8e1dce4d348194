"""Show, write and reset personas: who a model is told to be, for all models or for one.

The rules of the answer's shape and truth stand behind every persona and are not shown for editing.
`--model provider/model` means the text for that model alone; `--extends` makes a variant.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.text import Text

import bandmaster
from bandmaster import Personas, PersonaState, UsageError
from bandmaster_cli.exits import DONE, NO
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.places import find_start
from bandmaster_cli.printable import one_line
from bandmaster_cli.terminal import Terminal, open_terminal

_STDIN = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = ("list", "show", "edit", "set", "reset")
    parser.add_argument("action", nargs="?", choices=actions, default="list")
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="as `list` shows it")
    words = "with set: the file that holds the text; - or nothing: what is piped in"
    parser.add_argument("file", metavar="FILE", nargs="?", default=_STDIN, help=words)
    words = "with edit and set: the persona that NAME is a variant of"
    parser.add_argument("--extends", metavar="NAME", default="", help=words)


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    personas = bandmaster.open_personas(find_start(arguments.workspace, ()))
    name, model = arguments.name, arguments.model or ""
    if arguments.action == "list":
        return _list(personas, terminal)
    if not name:
        raise UsageError(f"`bandmaster personas {arguments.action}` wants a NAME")
    if arguments.action == "show":
        return _show(personas, name, model, terminal)
    if arguments.action == "reset":
        return _reset(personas, name, model, terminal)
    text = (
        _read(arguments.file)
        if arguments.action == "set"
        else _edited(_now(personas, name, model, arguments.extends))
    )
    if text is None:
        terminal.out.put("Nothing was changed.")
        return DONE
    path = personas.write(name, text, model=model, extends=arguments.extends)
    terminal.out.put(f"Wrote {one_line(str(path))}")
    return DONE


def _list(personas: Personas, terminal: Terminal) -> int:
    states = personas.listing()
    if terminal.json:
        terminal.write(json_text({"personas": [_document(one) for one in states]}))
        return DONE
    width = max(len(one.name) for one in states)
    for one in states:
        line = Text(f"{one_line(one.name):<{width}}  ", style="bold")
        used = "" if one.used_for else "  (on demand)"
        line.append(f"{one.kind.value:<8}{one_line(one.source)}{used}", style="not bold")
        terminal.out.put(line)
        for model in one.models:
            terminal.out.put(f"{'':<{width}}  for {one_line(model)}: a text of its own")
        if one.project_adds:
            terminal.out.put(f"{'':<{width}}  the workspace's bandmaster.toml adds to it")
    return DONE


def _document(one: PersonaState) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind.value,
        "source": one.source,
        "used_for": [kind.value for kind in one.used_for],
        "models": list(one.models),
        "project_adds": one.project_adds,
    }


def _show(personas: Personas, name: str, model: str, terminal: Terminal) -> int:
    persona = personas.find(name, model)
    if terminal.json:
        document = {
            "name": persona.name,
            "kind": persona.kind.value,
            "model": model or None,
            "source": persona.source,
            "text": persona.text,
            "added": persona.added,
            "system": persona.system,
        }
        terminal.write(json_text(document))
        return DONE
    terminal.note(f"{name} ({persona.kind.value}), {persona.source}")
    terminal.write(persona.system + "\n")
    return DONE


def _reset(personas: Personas, name: str, model: str, terminal: Terminal) -> int:
    whose = f"{name} for {model}" if model else name
    if not personas.reset(name, model=model):
        terminal.out.put(f"There is no text of your own: {one_line(whose)}")
        return NO
    left = personas.find(name, model).source if name in personas.names() else "gone"
    terminal.out.put(f"Reset: {one_line(whose)} ({one_line(left)})")
    return DONE


def _read(file: str) -> str:
    try:
        if file == _STDIN:  # What is piped in is UTF-8 too, whatever the locale.
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(f"{file!r} cannot be read: {reason}") from error


def _now(personas: Personas, name: str, model: str, extends: str) -> str:
    known = name in personas.names()
    return personas.find(name if known else extends or name, model).text


def _edited(text: str) -> str | None:
    """The text after the person's editor was closed; None where it is as it was."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise UsageError("set EDITOR, or use `bandmaster personas set NAME FILE`")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "persona.md")
        file.write_text(text.strip() + "\n", "utf-8")
        try:
            code = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
        except OSError as error:
            raise UsageError(f"{editor!r} cannot be started: {error.strerror}") from error
        if code:
            raise UsageError(f"{editor!r} ended with {code}; nothing was changed")
        after = _read(str(file))
    return None if after.strip() == text.strip() else after
