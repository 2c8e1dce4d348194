"""The README is true: its settings load, its commands are there, its output is what is printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bandmaster.configuration import Folders, load
from bandmaster.settings import Settings
from bandmaster_cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def timeless(text: str) -> str:
    """Text without the seconds that something took and the place where it was run."""
    text = re.sub(r"\d+\.\d s", "0.0 s", text)
    return re.sub(r"[^\s]*(?=anyio/)|[ ]+$", "", text, flags=re.MULTILINE).strip()


def test_the_readme_opens_with_the_two_commands() -> None:
    first = blocks("sh")[0]
    assert re.findall(r"^make (\w+)", first, re.MULTILINE) == ["demo", "test"]
    makefile = (ROOT / "Makefile").read_text()
    assert "\ndemo:" in makefile
    assert "\ntest:" in makefile


@pytest.mark.parametrize("text", blocks("toml"))
def test_each_example_of_settings_loads(tmp_path: Path, text: str) -> None:
    (tmp_path / "bandmaster.toml").write_text(text)
    configuration = load(tmp_path, Folders(tmp_path / "none", tmp_path), {}, trusted=True)
    assert tomllib.loads(text).keys() <= Settings.__dataclass_fields__.keys()
    assert configuration.files == (tmp_path / "bandmaster.toml",)


def test_each_example_of_json_can_be_read() -> None:
    found = [json.loads(text) for text in blocks("json")]
    commands = [one["mcpServers"]["bandmaster"]["command"] for one in found if "mcpServers" in one]
    assert commands == ["bandmaster"]


def test_each_command_that_is_named_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    known = set(re.findall(r"^  (\w+) ", capsys.readouterr().out, re.MULTILINE))
    named = set(re.findall(r"(?:`|^)bandmaster (\w+)", README, re.MULTILINE))
    assert named
    assert named <= known


def test_the_demo_prints_what_the_readme_shows() -> None:
    import anyio

    package = Path(anyio.__file__).parent
    (shown,) = re.findall(r"<!-- demo -->\n```text\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", "bandmaster_cli", "review", "--workspace", package, package],
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert timeless(done.stdout) == timeless(shown)


@pytest.mark.e2e
def test_neovim_attaches_with_the_lines_of_the_readme(tmp_path: Path) -> None:
    nvim = shutil.which(
        "nvim", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if nvim is None and os.environ.get("CI") != "true":
        pytest.skip("nvim is not installed")
    assert nvim is not None
    (tmp_path / "bandmaster.toml").write_text("")
    (tmp_path / "a.py").write_text("def f(x=[]):\n    x.append(1)\n    return x\n")
    script = tmp_path / "check.lua"
    script.write_text(
        "vim.g.loaded_python3_provider = 0\n" + blocks("lua")[0] + "vim.cmd.edit('a.py')\n"
        "vim.bo.filetype = 'python'\n"
        "local found = vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 20)\n"
        "io.stdout:write(found and vim.diagnostic.get(0)[1].code or 'nothing')\n"
        "vim.cmd('qa!')\n"
    )
    folders = {
        f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")
    }
    done = subprocess.run(
        [nvim, "--headless", "-n", "-u", "NONE", "-l", script],
        cwd=tmp_path,
        env={
            **os.environ,
            **folders,
            "BANDMASTER_HOME": str(tmp_path / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "B006", done.stderr
