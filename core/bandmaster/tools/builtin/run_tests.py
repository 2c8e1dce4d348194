"""The tool `run_tests`: the project's own tests, all or some, with what came of them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bandmaster.errors import ToolFailed, Unreadable
from bandmaster.policy import Action, ActionKind
from bandmaster.tools.processes import Ended, run_program
from bandmaster.tools.resources import resources
from bandmaster.tools.suite_commands import find_command
from bandmaster.tools.tool import Desk, Hints, Limits, ToolResult

_MOST_SECONDS = 3600.0
_OUTPUT_BYTES = 20_000
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")
_SUMMARY = re.compile(r"^=*\s*(?:\d+ [a-z]+(?:, )?)+ in [\d.]+s", re.MULTILINE)

Name = Annotated[str, Field(max_length=1000)]


class RunTestsInput(BaseModel):
    """What `run_tests` takes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    paths: Annotated[
        list[Name],
        Field(max_length=100, description="Test files, folders or pytest ids; [] is all"),
    ] = Field(default_factory=list[str])
    name: Annotated[Name, Field(description="Only tests whose name matches (pytest -k)")] = ""


class RunTests:
    """Runs the project's tests."""

    name = "run_tests"
    description = (
        "Run the project's tests (pytest, unittest, npm, go, cargo, make or the configured "
        "command) and return the exit code, counts and the end of the output."
    )
    input = RunTestsInput
    hints = Hints(read_only=False, destructive=True, idempotent=False, open_world=True)
    limits = Limits(seconds=_MOST_SECONDS, output_bytes=_OUTPUT_BYTES + 2000)

    def action(self, given: RunTestsInput, desk: Desk) -> Action:
        files = [path.partition("::")[0] for path in given.paths]
        places = resources(desk.snapshot, files) if files else (".",)
        return desk.action(self.name, ActionKind.EXEC, places, _argv(given, desk))

    def preview(self, given: RunTestsInput, desk: Desk) -> str:
        return " ".join(_argv(given, desk))

    async def run(self, given: RunTestsInput, desk: Desk) -> ToolResult:
        argv = _argv(given, desk)
        ended = await run_program(
            argv,
            folder=desk.snapshot.root,
            seconds=min(desk.settings.limits.test_seconds, _MOST_SECONDS),
            most_bytes=_OUTPUT_BYTES,
        )
        return _told(argv, ended)


def _argv(given: RunTestsInput, desk: Desk) -> tuple[str, ...]:
    """The argument list. Raises `ToolFailed` for a selection that could be an option."""
    if given.name.startswith("-"):
        raise ToolFailed("'name' starts with '-'; give the name of a test")
    command = find_command(desk.snapshot.root, desk.settings.testing.command)
    return command.select(tuple(_selected(path, desk) for path in given.paths), given.name)


def _selected(path: str, desk: Desk) -> str:
    """A test file, folder or id, relative to the root, that exists."""
    file, colons, test = path.partition("::")
    if file.startswith("-"):
        raise ToolFailed(f"{path!r} starts with '-'; give a path")
    inside = desk.snapshot.relative(file)
    if not (desk.snapshot.root / inside).exists():
        raise Unreadable(inside, "no such file or folder")
    return f"{inside}{colons}{test}"


def _told(argv: tuple[str, ...], ended: Ended) -> ToolResult:
    counts = _counts(ended.output)
    if ended.code is None:
        end = f"stopped after {ended.seconds:.0f} s: it took too long"
    else:
        end = f"exit {ended.code} after {ended.seconds:.1f} s"
    told = ", ".join(f"{number} {what}" for what, number in counts.items())
    cut = f"[{ended.dropped:,} bytes before this are not shown]\n" if ended.dropped else ""
    text = f"$ {' '.join(argv)}\n[{end}{'; ' if told else ''}{told}]\n{cut}{ended.output}"
    values: dict[str, object] = {
        "command": list(argv),
        "exit_code": ended.code,
        "seconds": round(ended.seconds, 2),
        **counts,
        "output": cut + ended.output,
    }
    return ToolResult(text, values, tests_passed=_passed(ended.code))


def _passed(code: int | None) -> bool | None:
    """Exit 1 is a failed test in every runner that we start; more is no run at all."""
    return code == 0 if code in (0, 1) else None


def _counts(output: str) -> dict[str, int]:
    """How many tests passed, failed and so on, as pytest's last line says."""
    summaries = list(_SUMMARY.finditer(output))
    if not summaries:
        return {}
    found = {what.rstrip("s") if what == "errors" else what: int(number)
             for number, what in _COUNT.findall(summaries[-1][0])}  # fmt: skip
    return {"passed": 0, "failed": 0, **found}
