"""Asking the person through the client, in either era."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.mcp_tools.conftest import Host

PATCH = "--- a/shop.py\n+++ b/shop.py\n@@ -1 +1 @@\n-import os\n+import sys\n"
INTO_GIT = "--- /dev/null\n+++ b/.git/hooks/pre-commit\n@@ -0,0 +1 @@\n+x\n"


class Person:
    """Answers every question alike and remembers what it was asked."""

    def __init__(self, action: str, **content: Any) -> None:
        self.answer = ElicitResult(action=action, content=content or None)  # type: ignore[arg-type]
        self.asked: list[str] = []

    async def __call__(self, _: object, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        return self.answer


async def patched(host: Host, person: Person | None, patch: str = PATCH) -> tuple[str, str]:
    """What the client was told, and the first line of the file afterwards."""
    async with host.client(person) as client:
        result = await client.call_tool("apply_patch", {"patch": patch})
    first = (host.root / "shop.py").read_text().splitlines()[0]
    return result.content[0].text, first


async def test_a_yes_lets_the_patch_be_written(host: Host) -> None:
    person = Person("accept", allow=True)
    assert await patched(host, person) == ("Applied:\nedited shop.py (+1 -1)", "import sys")
    assert len(person.asked) == 1
    assert "wants to apply_patch: write shop.py" in person.asked[0]
    assert "-import os\n+import sys\n" in person.asked[0]


async def test_the_person_sees_what_a_screen_would_hide(host: Host) -> None:
    person = Person("decline")
    hides = PATCH.replace("+import sys", "+import sys  # \x1b[2K\u202e ok")
    await patched(host, person, hides)
    assert "+import sys  # \\u001b[2K\\u202e ok\n" in person.asked[0]


async def test_the_person_is_told_how_much_of_a_long_diff_is_not_shown(host: Host) -> None:
    person = Person("decline")
    long = "".join(f"+line {number}\n" for number in range(2000))
    await patched(host, person, f"--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,2000 @@\n{long}")
    assert "more lines are not shown here" in person.asked[0]
    assert len(person.asked[0]) < 6500


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("accept", allow=False, reason="use argparse"), "the person said: 'use argparse'"),
        (Person("accept", allow=False), "the person said no"),
        (Person("accept"), "the person said no"),
        (Person("accept", allow="yes"), "the person said no"),
        (Person("decline"), "the person chose 'decline'"),
        (Person("cancel"), "the person chose 'cancel'"),
    ],
)
async def test_anything_but_a_yes_writes_nothing_and_says_why(
    host: Host, person: Person, reason: str
) -> None:
    told, first = await patched(host, person)
    assert reason in told
    assert first == "import os"


async def test_without_elicitation_nothing_is_written_and_the_way_out_is_told(host: Host) -> None:
    told, first = await patched(host, None)
    assert "nobody can be asked here" in told
    assert first == "import os"


async def test_a_denied_path_is_not_even_asked_about(host: Host) -> None:
    person = Person("accept", allow=True)
    told, _ = await patched(host, person, INTO_GIT)
    assert "denied: the repository's and the policy's own files" in told
    assert person.asked == []
    assert not (host.root / ".git").exists()


async def test_a_yes_counts_only_for_what_was_shown(host: Host) -> None:
    class Meddles(Person):
        async def __call__(self, context: object, params: Any) -> ElicitResult:
            shop = host.root / "shop.py"
            shop.write_text(shop.read_text().replace("def sell", "def sold"))
            return await super().__call__(context, params)

    person = Meddles("accept", allow=True)
    told, first = await patched(host, person)
    if host.era == "legacy":
        assert "the files changed since it was approved" in told
        assert (len(person.asked), first) == (1, "import os")
    else:  # The question is put once more, as it is now.
        assert (len(person.asked), first) == (2, "import sys")
        assert "def sold" in person.asked[1]


async def test_tests_run_when_the_person_agrees_to_the_command(host: Host) -> None:
    (host.root / "test_shop.py").write_text("def test_it():\n    assert True\n")
    (host.root / "conftest.py").touch()
    python = Path(host.root / ".venv/bin/python")
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho '1 passed in 0.01s'\n")
    python.chmod(0o755)
    person = Person("accept", allow=True)
    async with host.client(person) as client:
        result = await client.call_tool("run_tests", {"paths": ["test_shop.py"]})
    assert ".venv/bin/python -m pytest -q test_shop.py" in person.asked[0]
    assert result.structured_content["exit_code"] == 0
    assert result.structured_content["passed"] == 1
    assert result.structured_content["output"] in result.content[0].text
