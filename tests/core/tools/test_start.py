"""What the guard costs a door that only starts."""

from __future__ import annotations

import subprocess
import sys

_MAKES_A_GUARD = """
import sys
from pathlib import Path
from bandmaster.policy import Policy
from bandmaster.settings import Settings
from bandmaster.tools import Guard, Registry
from bandmaster.workspace import Workspace
Guard(tools=Registry(), policy=Policy(), workspace=Workspace(Path.cwd(), 1), settings=Settings())
print("pydantic" in sys.modules)
"""


def test_making_a_guard_does_not_load_pydantic() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MAKES_A_GUARD],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "False"
