"""The VS Code extension: its parts name the same things, and it checks, bundles and packs."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from bandmaster_lsp.client import ASK
from bandmaster_lsp.features.money import PAGES
from bandmaster_lsp.lending import FAILURES
from bandmaster_lsp.menu import BY_COMMAND
from bandmaster_lsp.server import FEATURES
from tests.clients.vscode_package import SOURCES, build

MANIFEST = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))
LICENSE = SOURCES.parents[1] / "LICENSE"


def source(name: str) -> str:
    return (SOURCES / "src" / name).read_text(encoding="utf-8")


def quoted(text: str) -> set[str]:
    return set(re.findall(r'"([^"]+)"', text))


def setting(name: str) -> dict[str, object]:
    return MANIFEST["contributes"]["configuration"]["properties"][name]


def test_the_commands_of_the_palette_are_those_that_the_source_registers() -> None:
    contributed = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    tables = re.findall(r"_COMMANDS = \{(.*?)\}", source("protocol.ts"), re.DOTALL)
    assert len(tables) == 2
    registered = set(re.findall(r'"(bandmaster\.\w+)":', "".join(tables)))
    registered |= set(re.findall(r'registerCommand\("([^"]+)"', source("commands.ts")))
    assert contributed == registered


def test_the_tasks_of_the_palette_are_the_commands_of_the_server() -> None:
    asked = set(re.findall(r'"(bandmaster\.task\.\w+)"', source("protocol.ts")))
    assert asked == set(BY_COMMAND)


def test_the_pages_of_the_palette_are_commands_of_the_server() -> None:
    asked = set(re.findall(r': "(bandmaster\.\w+)"', source("protocol.ts")))
    assert asked == set(PAGES)


def test_the_extension_starts_for_the_languages_that_it_shows_to_the_server() -> None:
    languages = re.search(r"LANGUAGES = \[(.*?)\]", source("protocol.ts"), re.DOTALL)
    assert languages is not None
    starts = {event.removeprefix("onLanguage:") for event in MANIFEST["activationEvents"]}
    assert starts == quoted(languages[1])


def test_the_server_is_started_as_bandmaster_lsp_unless_the_person_says_otherwise() -> None:
    assert setting("bandmaster.command")["default"] == ["bandmaster", "lsp"]


def test_a_workspace_cannot_name_the_program_that_is_started() -> None:
    trust = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert setting("bandmaster.command")["scope"] == "machine"
    assert trust["supported"] == "limited"
    assert trust["restrictedConfigurations"] == ["bandmaster.command"]


def test_the_settings_that_the_source_reads_are_those_that_the_manifest_declares() -> None:
    sources = "".join(map(source, ("extension.ts", "lending.ts", "trace.ts")))
    read = set(re.findall(r'\.get<[^>]+>\("([^"]+)"', sources))
    declared = MANIFEST["contributes"]["configuration"]["properties"]
    assert {f"bandmaster.{name}" for name in read} == set(declared)


def test_the_words_of_lending_are_those_of_the_server() -> None:
    protocol = source("protocol.ts")
    named = set(re.findall(r'>\(\s*"(bandmaster/\w+)"', protocol))
    assert named == {ASK, *(one for one in FEATURES if one.startswith("bandmaster/"))}
    codes = re.search(r"LENDING_ERRORS = \{(.*?)\}", protocol)
    assert codes is not None
    assert {int(one) for one in re.findall(r"-\d+", codes[1])} == set(FAILURES)


def test_the_lock_file_holds_no_registry_address_and_every_checksum() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]


def test_the_extension_carries_the_license_of_the_project() -> None:
    assert (SOURCES / "LICENSE").read_bytes() == LICENSE.read_bytes()


@pytest.mark.e2e
def test_it_checks_lints_tests_bundles_and_packs_from_a_clean_copy(tmp_path: Path) -> None:
    copy = build(tmp_path, "check", "lint", "test", "package")
    with zipfile.ZipFile(copy / "bandmaster.vsix") as package:
        names = set(package.namelist())
        packed = json.loads(package.read("extension/package.json"))
    assert {
        "extension/dist/extension.js",
        "extension/dist/LICENSES.txt",
        "extension/LICENSE.txt",
        "extension/readme.md",
    } <= names
    assert not [name for name in names if "node_modules" in name or name.endswith(".ts")]
    assert packed["contributes"] == MANIFEST["contributes"]
