"""Safe fixes mend what is sure, leave the rest, and are done after one time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bandmaster.changes import FileChange, digest
from bandmaster.findings import Finding, Span
from bandmaster.providers.builtin.edits import apply_each, python_parses
from bandmaster.providers.builtin.positions import Ruler
from bandmaster.tasks import Focus, Proposal
from bandmaster.workspace import Document
from tests.core.providers.builtin.desk import fixed, reviewed

MESSY = "import os\nimport re\n\n\ndef f(x):\n    if x is 0:\n        raise NotImplemented\n"
MENDED = "\n\ndef f(x):\n    if x == 0:\n        raise NotImplementedError\n"


def texts(proposal: Proposal) -> dict[str, str | None]:
    return {one.path: one.after for one in proposal.changes.files}


async def test_everything_that_is_sure_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MESSY)
    proposal = await fixed(tmp_path)
    assert texts(proposal) == {"a.py": MENDED}
    assert proposal.text.startswith("Fixed 4 findings in 1 file:\n")
    assert "- `F401` unused-import × 2\n" in proposal.text


async def test_a_second_run_has_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MESSY)
    (tmp_path / "a.py").write_text(texts(await fixed(tmp_path))["a.py"] or "")
    again = await fixed(tmp_path)
    assert not again.changes
    assert again.text.startswith("Nothing here can be fixed safely without a person.")


async def test_what_remains_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nx = valeu\n")
    proposal = await fixed(tmp_path)
    assert proposal.text.endswith(
        "1 finding left to mend by hand:\n\n- `F821` undefined-name × 1\n"
    )


async def test_the_change_knows_its_file_and_its_version(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"import os\r\nx = 1\r\n")
    unsaved = "import os\r\nimport re\r\nx = 2\r\n"
    proposal = await fixed(tmp_path, unsaved={"a.py": unsaved})
    assert proposal.changes.files == (
        FileChange(
            path="a.py",
            before=unsaved,
            after="x = 2\r\n",
            sha256=digest(b"import os\r\nx = 1\r\n"),
            version=7,
        ),
    )


async def test_encodings_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("# coding: latin-1\nimport os\nx = 'é'\n".encode("latin-1"))
    (tmp_path / "b.py").write_bytes(b"\xef\xbb\xbfimport os\nx = 1\n")
    changes = (await fixed(tmp_path)).changes.files
    assert [(one.path, one.encoding, one.after) for one in changes] == [
        ("a.py", "latin-1", "# coding: latin-1\nx = 'é'\n"),
        ("b.py", "utf-8-sig", "x = 1\n"),
    ]


async def test_a_package_keeps_its_imports(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("import os\nx = 1 is 1\n")
    assert texts(await fixed(tmp_path)) == {"__init__.py": "import os\nx = 1 == 1\n"}


async def test_an_import_that_another_file_takes_is_kept(tmp_path: Path) -> None:
    (tmp_path / "shim.py").write_text("import json\nimport re\n")
    (tmp_path / "user.py").write_text("from shim import json\nprint(json)\n")
    assert texts(await fixed(tmp_path)) == {"shim.py": "import json\n"}


async def test_a_body_is_not_left_empty(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    import os\n    import re\n")
    after = texts(await fixed(tmp_path))["a.py"] or ""
    assert python_parses(after)
    assert "import" not in after


async def test_a_file_that_does_not_parse_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\ndef f(:\n")
    assert not (await fixed(tmp_path)).changes


async def test_only_the_span_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nimport re\nimport sys\n")
    proposal = await fixed(tmp_path, focus=(Focus("a.py", Span.whole_line(2)),))
    assert texts(proposal) == {"a.py": "import os\nimport sys\n"}


async def test_only_the_given_findings_are_fixed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MESSY)
    wanted = tuple(one for one in (await reviewed(tmp_path)).findings if one.rule == "F632")
    proposal = await fixed(tmp_path, findings=wanted)
    assert texts(proposal) == {"a.py": MESSY.replace("is 0", "== 0")}


async def test_findings_of_a_file_that_is_gone_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MESSY)
    wanted = (await reviewed(tmp_path)).findings
    (tmp_path / "a.py").unlink()
    proposal = await fixed(tmp_path, findings=wanted)
    assert [(one.path, one.reason) for one in proposal.skipped] == [("a.py", "no such file")]


_STATEMENTS = (
    "import os",
    "import os, re",
    "from a import (b,\n    c)",
    "x = 1 is 1",
    "raise NotImplemented",
    "def f():\n    import os",
    "try:\n    import os\nexcept ImportError as e:\n    pass",
    "print(os)",
    "y = '😀'; import re",
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    files=st.lists(
        st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=8), min_size=8, max_size=8
    ),
    end=st.sampled_from(["\n", "\r\n"]),
)
async def test_fixed_files_parse_and_stay_fixed(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], end: str
) -> None:
    root = tmp_path_factory.mktemp("fix")
    for number, statements in enumerate(files):
        source = "\n".join(statements) + "\n"
        (root / f"f{number}.py").write_bytes(source.replace("\n", end).encode())
    for change in (await fixed(root)).changes.files:
        assert change.after is not None
        ast.parse(change.after)
        assert end == "\n" or "\n" not in change.after.replace("\r\n", "")
        (root / change.path).write_bytes(change.after.encode())
    assert not (await fixed(root)).changes


@given(st.text(alphabet="aé😀\n\r\f\u2028", max_size=60), st.integers(0, 60))
def test_a_place_and_an_offset_are_the_same(text: str, offset: int) -> None:
    ruler = Ruler(text)
    offset = min(offset, len(text))
    assert ruler.offset(ruler.at(offset)) == offset


async def test_overlapping_edits_are_not_both_applied(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nx = 1\n")
    finding: Finding = (await reviewed(tmp_path)).findings[0]
    document = Document(path="a.py", text="import os\nx = 1\n", sha256=None)
    text, done = apply_each(document, [finding, finding])
    assert text == "x = 1\n"
    assert done == (finding, finding)
