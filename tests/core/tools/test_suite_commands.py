"""Finding a project's tests from its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bandmaster.errors import ToolFailed
from bandmaster.tools.suite_commands import find_command


def selected(
    root: Path, files: dict[str, str], paths: tuple[str, ...] = (), name: str = ""
) -> tuple[str, ...]:
    """The command for these files, without the folder of its program."""
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    program, *rest = find_command(root, ()).select(paths, name)
    return (Path(program).name, *rest)


PYTEST = {"pyproject.toml": "[tool.pytest.ini_options]\n"}
NPM = {"package.json": '{"scripts": {"test": "vitest run"}}'}
GO = {"go.mod": "module x\n"}


@pytest.mark.parametrize(
    ("files", "paths", "name", "argv"),
    [
        (PYTEST, (), "", "-m pytest -q"),
        (PYTEST, ("tests/a.py::test_x",), "x", "-m pytest -q -k x tests/a.py::test_x"),
        ({"tox.ini": "[pytest]\n"}, (), "", "-m pytest -q"),
        ({"tests/conftest.py": ""}, (), "", "-m pytest -q"),
        (NPM, (), "", "test --silent"),
        (NPM, ("a.test.js",), "", "test --silent -- a.test.js"),
        (GO, (), "", "test ./..."),
        (GO, ("a/b_test.go", "a"), "TestX", "test -run TestX ./a"),
        ({"Cargo.toml": ""}, (), "adds", "test adds"),
        ({"Makefile": "all:\n\ntest: all\n\ttrue\n"}, (), "", "test"),
    ],
)
def test_a_projects_files_speak_for_its_test_command(
    tmp_path: Path, files: dict[str, str], paths: tuple[str, ...], name: str, argv: str
) -> None:
    assert selected(tmp_path, files, paths, name)[1:] == tuple(argv.split())


def test_the_projects_own_environment_is_used(tmp_path: Path) -> None:
    selected(tmp_path, {**PYTEST, ".venv/bin/python": ""})
    assert find_command(tmp_path, ()).argv[0] == ".venv/bin/python"


def test_the_configured_command_wins(tmp_path: Path) -> None:
    assert find_command(tmp_path, ("nox", "-s", "t")).select(("a",), "") == ("nox", "-s", "t", "a")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"package.json": '{"scripts": {"test": "echo Error: no test specified && exit 1"}}'},
        {"package.json": "not json"},
        {"pyproject.toml": "not toml ["},
        {"Makefile": "testing:\n"},
    ],
)
def test_where_nothing_speaks_for_a_command_the_setting_is_named(
    tmp_path: Path, files: dict[str, str]
) -> None:
    with pytest.raises(ToolFailed, match="no test command was found"):
        selected(tmp_path, files)
