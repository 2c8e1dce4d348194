"""A workspace for the real server, and the command lines that start it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from mcp import StdioServerParameters

_TOOLS = "BANDMASTER_TEST_TOOLS"
_SETUP = "run tests/e2e/mcp/setup.sh"
SOURCES = ("core", "server", "mcp_tools", "cli")
REPOSITORY = Path(__file__).parents[3]


def environment(home: Path) -> dict[str, str]:
    """What the server is started with: the person's own configuration is an empty folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    sources = os.pathsep.join(str(REPOSITORY / folder) for folder in SOURCES)
    return {**kept, "HOME": str(home), "BANDMASTER_HOME": str(home), "PYTHONPATH": sources}


def command(workspace: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "bandmaster_cli", "mcp", "--workspace", str(workspace))


def parameters(workspace: Path) -> StdioServerParameters:
    program, *arguments = command(workspace)
    home = workspace.parent / "home"
    home.mkdir(exist_ok=True)
    return StdioServerParameters(command=program, args=arguments, env=environment(home))


def inspector(paths: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The Inspector's command line, and the environment with the Node.js that it needs."""
    cache = Path(paths.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bandmaster-tests"
    folder = Path(paths.get(_TOOLS) or cache) / "inspector"
    program = folder / "node_modules" / ".bin" / "mcp-inspector"
    node = folder / "node" / "node_modules" / ".bin"
    if not program.exists() or not (node / "node").exists():
        missing = f"the MCP Inspector is not installed: {_SETUP}"
        if paths.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    more = {"PATH": f"{node}{os.pathsep}{paths['PATH']}", "MCP_INSPECTOR_SECRET_STORE": "memory"}
    return str(program), {**paths, **more}
