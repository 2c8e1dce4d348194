"""The Inspector's command line, which checks the schemas and speaks both eras of the protocol."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.mcp.stage import command, environment, inspector

pytestmark = pytest.mark.e2e


def inspect(shop: Path, *arguments: str) -> Any:
    """What the Inspector prints as JSON; it must say that all is well."""
    program, variables = inspector(os.environ)
    home = shop.parent / "home"
    home.mkdir(exist_ok=True)
    start, *rest = command(shop)
    server = {"command": start, "args": rest, "env": environment(home)}
    config = shop.parent / "inspector.json"
    config.write_text(json.dumps({"mcpServers": {"bandmaster": server}}))
    fixed = ("--cli", "--config", str(config), "--server", "bandmaster", "--format", "json")
    done = subprocess.run(
        [program, *fixed, *arguments],
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, done.stderr)
    return json.loads(done.stdout)["result"]


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_the_tools_pass_the_strict_check(shop: Path, era: str) -> None:
    listed = inspect(shop, "--protocol-era", era, "--method", "tools/list", "--strict")
    assert "review" in [tool["name"] for tool in listed["tools"]]


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_a_review_can_be_called(shop: Path, era: str) -> None:
    called = ("--method", "tools/call", "--tool-name", "review")
    arguments = ("--tool-args-json", json.dumps({"paths": ["shop.py"]}))
    result = inspect(shop, "--protocol-era", era, *called, *arguments)
    assert "shop.py:1:8 low F401" in result["content"][0]["text"]
    assert result["structuredContent"]["total"] == 2
