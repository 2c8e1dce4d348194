"""The program as a whole: usage, exit codes, and what is told when something goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bandmaster
from bandmaster import Failure
from bandmaster_cli.exits import Terminated, code_of, report
from bandmaster_cli.main import main
from bandmaster_cli.parsing import COMMANDS

Printed = pytest.CaptureFixture[str]


def test_the_version_is_told_without_the_house(capsys: Printed) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bandmaster {bandmaster.__version__}\n"
    program = (
        "import sys; from bandmaster_cli.main import main; main(['--version']);"
        "sys.exit(any(name in sys.modules for name in ('bandmaster', 'rich', 'argparse')))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def test_help_names_every_command(capsys: Printed) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {command.name} " in text for command in COMMANDS)
    assert max(len(line) for line in text.splitlines()) <= 88


@pytest.mark.parametrize("command", [one.name for one in COMMANDS if one.module])
def test_every_command_has_its_own_help(command: str, capsys: Printed) -> None:
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: bandmaster {command}")
    assert "--workspace" in text


def test_no_command_is_wrong_usage(capsys: Printed) -> None:
    assert main([]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "review" in printed.err


def test_an_unknown_command_is_met_with_the_nearest(capsys: Printed) -> None:
    assert main(["reviw"]) == 2
    assert "did you mean 'review'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["--frob"], ["review", "--frob"], ["review", "--format", "x"], ["ask"], ["fix"]]
)
def test_a_wrong_option_is_wrong_usage(argv: list[str], capsys: Printed) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().out == ""


def test_shared_options_may_stand_before_the_command_or_behind_it(
    project: Path, capsys: Printed
) -> None:
    assert main(["--json", "review"]) == 0
    before = capsys.readouterr().out
    assert main(["review", "--json"]) == 0
    assert before[:1] == capsys.readouterr().out[:1] == "{"


def test_every_error_has_its_exit_code() -> None:
    codes = {
        bandmaster.SettingsError("x"): 2,
        bandmaster.UnknownName("model", "x", []): 2,
        bandmaster.OutsideWorkspace("x"): 2,
        bandmaster.Unreadable("x", "binary file"): 2,
        bandmaster.Conflict("x"): 1,
        bandmaster.ModelUnavailable(Failure.TIMEOUT, "x"): 3,
        bandmaster.ModelRefused(Failure.QUOTA, "x"): 3,
        bandmaster.NoModel("x"): 3,
        bandmaster.ToolDenied("x"): 1,
        bandmaster.ToolFailed("x"): 1,
    }
    assert {type(error): code_of(error) for error in codes} == {
        type(error): code for error, code in codes.items()
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (Terminated(), 143), (BrokenPipeError(), 141)],
)
def test_an_end_from_outside_has_its_exit_code(
    error: BaseException, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert report(error, verbose=False) == code
    assert "Traceback" not in capfd.readouterr().err


def test_a_bug_is_told_in_two_lines_and_with_verbose_in_full(capsys: Printed) -> None:
    error = ZeroDivisionError("division by zero\x1b[2J")
    assert report(error, verbose=False) == 70
    quiet = capsys.readouterr().err
    assert quiet.splitlines()[0] == "bandmaster: ZeroDivisionError: division by zero\\x1b[2J"
    assert "please report it" in quiet
    assert "Traceback" not in quiet
    report(error, verbose=True)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_broken_configuration_names_file_line_and_key(project: Path, capsys: Printed) -> None:
    (project / "bandmaster.toml").write_text("[review]\nshow = 5\nshwo = 6\n")
    assert main(["review"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "bandmaster.toml:3: review.shwo: unknown key; allowed: " in printed.err


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "bandmaster_cli", "review"],
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (141, b"")


def test_a_full_disk_behind_stdout_is_no_bug(project: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("wb") as stdout:
        process = subprocess.run(
            [sys.executable, "-m", "bandmaster_cli", "review"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    said = b"bandmaster: cannot write: No space left on device\n"
    assert (process.returncode, process.stderr) == (74, said)


def test_a_closed_stdout_is_no_bug(project: Path) -> None:
    process = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" -m bandmaster_cli review >&-', sys.executable],
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert (process.returncode, b"bug" in process.stderr) == (0, False)


@pytest.mark.parametrize("command", ["ask", "plan"])
def test_an_empty_question_is_not_asked(command: str, project: Path, capsys: Printed) -> None:
    assert main([command, " ", ""]) == 2
    assert capsys.readouterr().err == "bandmaster: TEXT is empty\n"


def test_a_pipe_gets_no_colour_unless_it_is_asked_for(project: Path) -> None:
    assert b"\x1b" not in bandmaster_prints("review")
    assert b"\x1b[1m" in bandmaster_prints("review", "--color", "always")
    assert b"\x1b" not in bandmaster_prints("review", "--color", "never")


def bandmaster_prints(*argv: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "bandmaster_cli", *argv],
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    ).stdout
