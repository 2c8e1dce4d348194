"""What a review examines, leaves out, and survives."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bandmaster.errors import Unreadable
from bandmaster.events import Event, Progress
from bandmaster.findings import Category, Severity, Skipped, Span
from bandmaster.providers.builtin import ruff
from bandmaster.providers.builtin.checks import examine_apart
from bandmaster.providers.builtin.ranking import ranked
from bandmaster.settings import Reviewing
from bandmaster.tasks import Focus, Review
from bandmaster.workspace import Document
from tests.core.providers.builtin.desk import desk_for, performed, reviewed

MISSPELT = "def f():\n    return valeu\n"
GRAMMAR_GAP = """\
class Command {
  static async check () {
    const failures = list()

    const message = (failure, i = 0) => {
      return [...new Set([
        i === 0 ? 'one' : '',
        `${failure.errors.map(e => e.message).join('\\n')}`,
      ])].filter(v => v).join('\\n')
    }

    [...warnings, ...(force ? errors : [])].forEach((failure, i) => {
      log(message(failure, i))
    })
  }
}
"""
"""JavaScript that every engine takes and tree-sitter does not."""


def rules(review: Review) -> list[tuple[str, str]]:
    return sorted((one.path, one.rule) for one in review.findings)


async def test_a_folder_is_examined_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MISSPELT)
    (tmp_path / "b.js").write_text("if (x === NaN) f();\n")
    review = await reviewed(tmp_path)
    assert rules(review) == [("a.py", "F821"), ("b.js", "js-nan-comparison")]
    assert review.examined == 2


async def test_unsaved_text_wins_over_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MISSPELT)
    (tmp_path / "b.py").write_text("x = 1\n")
    review = await reviewed(tmp_path, unsaved={"a.py": "x = 1\n", "b.py": "import os\n"})
    assert rules(review) == [("b.py", "F401")]


async def test_a_file_that_is_only_in_the_editor_is_examined(tmp_path: Path) -> None:
    review = await reviewed(tmp_path, focus=(Focus("new.py"),), unsaved={"new.py": MISSPELT})
    assert rules(review) == [("new.py", "F821")]


async def test_only_findings_that_touch_the_span_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nimport re\nimport sys\n")
    review = await reviewed(tmp_path, focus=(Focus("a.py", Span.whole_line(2)),))
    assert [one.span.start.line for one in review.findings] == [2]


async def test_columns_count_code_points(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('s = "😀é"; t = valeu; import os\n')
    (tmp_path / "a.js").write_text('const s = "😀é"; debugger;\n')
    review = await reviewed(tmp_path)
    places = {one.rule: one.span.start.column for one in review.findings}
    assert places == {"F821": 15, "F401": 29, "js-debugger": 17}


async def test_excluded_paths_are_not_examined(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.py").write_text(MISSPELT)
    (tmp_path / "b.py").write_text(MISSPELT)
    review = await reviewed(tmp_path, reviewing=Reviewing(exclude=("old/",)))
    assert rules(review) == [("b.py", "F821")]
    assert review.examined == 1


@pytest.mark.parametrize("ignored", ["F821", "undefined-name"])
async def test_a_rule_is_ignored_by_code_or_name(tmp_path: Path, ignored: str) -> None:
    (tmp_path / "a.py").write_text(MISSPELT + "import os\n")
    review = await reviewed(tmp_path, reviewing=Reviewing(ignore=(ignored,)))
    assert rules(review) == [("a.py", "F401")]


async def test_marks_in_the_code_suppress_findings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os  # noqa: F401\nimport re  # pylint: disable=W0611\n")
    (tmp_path / "a.js").write_text("debugger; // eslint-disable-line\n")
    assert rules(await reviewed(tmp_path)) == []


async def test_a_repository_cannot_change_what_ruff_does(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text('extend-exclude = ["*.py"]\n[lint]\nselect = []\n')
    (tmp_path / "a.py").write_text(MISSPELT)
    review = await reviewed(tmp_path)
    assert rules(review) == [("a.py", "F821")]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.py", "ruff.toml"]


async def test_unused_imports_of_a_package_are_its_offer(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from os import path\n")
    (package / "shim.py").write_text("import json\nimport re\n")
    (package / "user.py").write_text("from .shim import (\n    json,\n)\nprint(json)\n")
    review = await reviewed(tmp_path)
    assert [(one.path, one.span.start.line) for one in review.findings] == [("package/shim.py", 2)]


async def test_a_broken_file_has_one_syntax_finding_and_hides_no_other_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.py").write_text("def f(:\n    return )\nclass\n")
    (tmp_path / "b.py").write_text(MISSPELT)
    review = await reviewed(tmp_path)
    assert rules(review) == [("a.py", "invalid-syntax"), ("b.py", "F821")]
    assert {one.category for one in review.findings if one.path == "a.py"} == {Category.SYNTAX}


async def test_a_gap_in_a_grammar_is_not_taken_for_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "valid.js").write_text(GRAMMAR_GAP)
    (tmp_path / "broken.js").write_text("function f (a) {\n  if (a) {\n    g(a)\n}\n")
    review = await reviewed(tmp_path)
    worst = [(one.path, one.severity) for one in review.findings if one.severity > Severity.LOW]
    assert worst == [("broken.js", Severity.HIGH)]


async def test_new_syntax_is_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("type Pair[T] = tuple[T, T]\nprint(f'{'a' + 'b'}')\n")
    assert rules(await reviewed(tmp_path)) == []


async def test_programs_are_known_by_their_first_line(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nimport os\n")
    (tmp_path / "script").write_text("#!/bin/sh\ncount = 5\n")
    assert rules(await reviewed(tmp_path)) == [
        ("script", "sh-spaced-assignment"),
        ("tool", "F401"),
    ]


async def test_tests_weigh_less(tmp_path: Path) -> None:
    code = "import subprocess\ndef f(name):\n    subprocess.run('ls ' + name, shell=True)\n"
    (tmp_path / "a.py").write_text(code)
    (tmp_path / "test_a.py").write_text(code)
    weights = {one.path: one.severity for one in (await reviewed(tmp_path)).findings}
    assert weights == {"a.py": Severity.HIGH, "test_a.py": Severity.LOW}


async def test_odd_files_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "binary.bin").write_bytes(b"\x7fELF\0\0\0")
    (tmp_path / "latin.py").write_bytes("x = 'é'\n".encode("latin-1"))
    (tmp_path / "huge.py").write_text("x = 1\n" * 200_000)
    (tmp_path / "link.py").symlink_to("a.py")
    (tmp_path / "broken.py").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "a.py").write_text(MISSPELT)
    review = await reviewed(tmp_path)
    assert rules(review) == [("a.py", "F821")]
    assert review.skipped == (
        Skipped("binary.bin", "binary file"),
        Skipped("broken.py", "symbolic link"),
        Skipped("huge.py", "larger than 1,000,000 bytes (1,200,000)"),
        Skipped("latin.py", "not UTF-8 text"),
        Skipped("link.py", "symbolic link"),
        Skipped("pipe.py", "not a regular file"),
    )


async def test_odd_names_are_examined_under_their_own_names(tmp_path: Path) -> None:
    names = ["with space.py", "-dash.py", "new\nline.py", "ümlaut.py", os.fsdecode(b"\xff.py")]
    for name in names:
        (tmp_path / name).write_text(MISSPELT)
    review = await reviewed(tmp_path)
    seen = {one.path for one in review.findings} | {one.path for one in review.skipped}
    assert seen == set(names)
    assert review.skipped == (
        Skipped("new\nline.py", "control or invisible characters in its name"),
    )


async def test_encodings_and_line_ends_do_not_move_findings(tmp_path: Path) -> None:
    (tmp_path / "bom.py").write_bytes(b"\xef\xbb\xbfimport os\r\n\r\nx = valeu\r\n")
    (tmp_path / "latin.py").write_bytes("# coding: latin-1\nx = 'é', valeu\n".encode("latin-1"))
    (tmp_path / "old.js").write_bytes(b"f();\r\rdebugger;\r")
    found = {
        (one.path, one.rule, one.span.start.line, one.span.start.column)
        for one in (await reviewed(tmp_path)).findings
    }
    assert found == {
        ("bom.py", "F401", 1, 8),
        ("bom.py", "F821", 3, 5),
        ("latin.py", "F821", 2, 10),
        ("old.js", "js-debugger", 3, 1),
    }


async def test_what_crashes_ruff_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text("x = " + "-" * 200_000 + "1\n")
    (tmp_path / "deep.js").write_text("x = " + "[" * 50_000 + "]" * 50_000 + ";\n")
    (tmp_path / "a.py").write_text(MISSPELT)
    review = await reviewed(tmp_path)
    assert ("a.py", "F821") in rules(review)
    assert review.skipped == (Skipped("deep.py", "nested too deeply for ruff"),)


_CRASHES_ON_BAD = """
import os, sys
sys.path[:] = sys.argv[1:]
from bandmaster.providers.builtin.checks import apart
examine = apart.examine_tree
apart.examine_tree = lambda document, grammar: (
    os._exit(11) if document.path.startswith("bad") else examine(document, grammar)
)
apart.answer_all()
"""


async def test_a_parser_that_crashes_takes_only_its_own_file_along() -> None:
    paths = ["a.js", "bad1.js", "b.js", "bad2.js", "c.js", "bad3.js"]
    documents = [Document(path=path, text="debugger;\n", sha256=None) for path in paths]
    answer = await examine_apart(documents, _CRASHES_ON_BAD)
    assert [one.path for one in answer.findings] == ["a.js", "b.js", "c.js"]
    assert [one.path for one in answer.refused] == ["bad1.js", "bad2.js", "bad3.js"]


async def test_a_line_of_a_megabyte_is_survived(tmp_path: Path) -> None:
    (tmp_path / "long.js").write_text("x(" + "1," * 450_000 + "1)\n")
    (tmp_path / "long.py").write_text("x = [" + "1," * 450_000 + "1]\n")
    review = await reviewed(tmp_path)
    assert review.examined == 2


async def test_without_ruff_a_note_says_so_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ruff.find_ruff_bin", lambda: str(tmp_path / "no-such-program"))
    (tmp_path / "a.py").write_text(MISSPELT)
    (tmp_path / "a.js").write_text("debugger;\n")
    performance = await performed(desk_for(tmp_path))
    assert isinstance(performance.result, Review)
    assert rules(performance.result) == [("a.js", "js-debugger")]
    assert performance.notes == (
        "1 Python files were not examined by ruff: "
        "ruff could not be started: No such file or directory",
    )


async def test_cancelling_ends_ruff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\necho $$ > "{started}"\nexec sleep 600\n')
    slow.chmod(0o755)
    monkeypatch.setattr("ruff.find_ruff_bin", lambda: str(slow))
    asked = asyncio.create_task(ruff.check([("a.py", "x = 1\n")]))
    async with asyncio.timeout(20):
        process = int(await asyncio.to_thread(started.read_text))
        for _ in range(100):  # Turns of the loop, until ruff's answer is waited for.
            await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_progress_ends_with_everything_done(tmp_path: Path) -> None:
    for number in range(45):
        (tmp_path / f"{number:02}.py").write_text("x = 1\n")
    events: list[Event] = []
    await performed(desk_for(tmp_path, events=events))
    told = [(one.done, one.total) for one in events if isinstance(one, Progress)]
    assert told == [(0, 0), (20, 45), (40, 45), (45, 45)]


async def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such file"):
        await reviewed(tmp_path, focus=(Focus("nowhere"),))


async def test_findings_come_ranked(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nimport re\nimport sys\nx = valeu\n")
    review = await reviewed(tmp_path)
    assert review.findings == ranked(review.findings)
    assert review.findings[0].rule == "F821"


_WITHOUT_POWERS = """
import asyncio, ctypes, os, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from tests.core.providers.builtin.desk import reviewed
if os.getuid() == 0:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(header, nothing) == 0
review = asyncio.run(reviewed(Path(sys.argv[1])))
print([one.path for one in review.findings], [(one.path, one.reason) for one in review.skipped])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="root gives up its powers with capset(2)")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    """Root may read everything, so the review runs in a process that gave that up."""
    for name in ("closed/a.py", "secret.py", "a.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MISSPELT)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "secret.py").chmod(0)
    checkout = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_POWERS, tmp_path, checkout, checkout / "core"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (tmp_path / "closed").chmod(0o755)
    reason = "no permission to read"
    assert done.stdout.strip() == f"{['a.py']} {[('closed', reason), ('secret.py', reason)]}", (
        done.stderr
    )


_SUFFIXES = ("py", "js", "ts", "tsx", "go", "rs", "java", "c", "h", "cpp", "rb", "php", "sh", "cs")


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    contents=st.lists(
        st.one_of(st.binary(max_size=200), st.text(max_size=200)), min_size=14, max_size=14
    )
)
def test_any_bytes_as_a_file_are_survived(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes | str]
) -> None:
    root = tmp_path_factory.mktemp("any")
    for suffix, content in zip(_SUFFIXES, contents, strict=True):
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        (root / f"file.{suffix}").write_bytes(data)
    review = asyncio.run(reviewed(root))
    assert review.examined + len({one.path for one in review.skipped}) >= len(_SUFFIXES)
    for finding in review.findings:
        text = (root / finding.path).read_bytes().decode("utf-8-sig", "replace")
        assert 1 <= finding.span.start.line <= text.count("\n") + text.count("\r") + 1
        assert finding.span.start <= finding.span.end
