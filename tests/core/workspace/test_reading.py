"""Reading the workspace: unsaved text first, odd files named instead of read."""

from __future__ import annotations

import codecs
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmaster.errors import OutsideWorkspace, Unreadable, WorkspaceError
from bandmaster.workspace import Workspace
from bandmaster.workspace.documents import decode


def workspace(root: Path) -> Workspace:
    return Workspace(root, file_bytes=1000)


def reason(root: Path, path: str) -> str:
    with pytest.raises(Unreadable) as caught:
        workspace(root).snapshot().read(path)
    return caught.value.reason


def test_the_editors_text_wins_over_the_disk_until_it_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("saved\n")
    place = workspace(tmp_path)
    place.open_text("a.py", "unsaved\n", 3)
    read = place.snapshot().read("a.py")
    assert (read.text, read.version) == ("unsaved\n", 3)
    place.close_text("a.py")
    assert place.snapshot().read("a.py").text == "saved\n"


def test_a_snapshot_does_not_see_later_typing(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    place.open_text("a.py", "one", 1)
    snapshot = place.snapshot()
    place.open_text("a.py", "two", 2)
    assert snapshot.read("a.py").text == "one"


def test_a_file_that_is_only_in_the_editor_is_listed_and_read(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    place.open_text("new.py", "x = 1\n", 1)
    snapshot = place.snapshot()
    assert snapshot.list(["new.py"]) == (["new.py"], [])
    assert snapshot.read("new.py").sha256 is None


def test_odd_files_are_named_with_their_reason(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "huge").write_bytes(b"a" * 1001)
    (tmp_path / "latin").write_bytes("é".encode("latin-1"))
    (tmp_path / "link").symlink_to("huge")
    os.mkfifo(tmp_path / "pipe")
    assert reason(tmp_path, "binary") == "binary file"
    assert reason(tmp_path, "huge") == "larger than 1,000 bytes (1,001)"
    assert reason(tmp_path, "latin") == "not UTF-8 text"
    assert reason(tmp_path, "link") == "symbolic link"
    assert reason(tmp_path, "pipe") == "not a regular file"
    assert reason(tmp_path, "none") == "no such file"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (codecs.BOM_UTF8 + b"x\r\n", "x\r\n"),
        ("x é\n".encode("utf-16"), "x é\n"),
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", "# -*- coding: latin-1 -*-\n# é\n"),
    ],
)
def test_a_text_keeps_its_line_ends_and_goes_back_to_the_same_bytes(data: bytes, text: str) -> None:
    read, encoding = decode(data, "f")
    assert read == text
    assert read.encode(encoding) == data


@given(st.binary(max_size=40))
def test_any_bytes_are_text_or_unreadable(data: bytes) -> None:
    try:
        text, encoding = decode(data, "f")
    except Unreadable:
        return
    assert isinstance(text, str)
    assert encoding


@pytest.mark.parametrize(
    "written",
    ["../x", "/etc/passwd", "a/../../x", "C:\\x", "\\\\host\\share", "a\0b", "a\u202eb", ""],
)
def test_paths_that_lead_out_or_deceive_are_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(WorkspaceError):
        workspace(tmp_path).snapshot().relative(written)


def test_a_link_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("s")
    (inside / "door").symlink_to(outside)
    (inside / "not-there-yet").symlink_to(outside / "later")
    snapshot = workspace(inside).snapshot()
    for path in ("door/secret", "door/new", "not-there-yet"):
        with pytest.raises(OutsideWorkspace):
            snapshot.read(path)


def test_an_absolute_path_inside_the_workspace_is_taken(tmp_path: Path) -> None:
    snapshot = workspace(tmp_path).snapshot()
    assert snapshot.relative(str(tmp_path / "a" / "b.py")) == "a/b.py"
    assert snapshot.relative(str(tmp_path)) == "."


def test_a_workspace_may_be_named_through_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    (real / "sub").mkdir(parents=True)
    link.symlink_to(real)
    snapshot = workspace(link).snapshot()
    assert snapshot.relative(str(link / "sub" / "new.py")) == "sub/new.py"
    assert snapshot.relative(str(real / "sub")) == "sub"
    with pytest.raises(OutsideWorkspace):
        snapshot.relative(str(link / ".." / "elsewhere"))


def test_git_says_which_files_there_are(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("*.log\nout/\n")
    for name in ("a.py", "b.log", "deep/c.py", "out/d.py", "with space\n.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found, _ = workspace(tmp_path).snapshot().list(["."])
    assert found == [".gitignore", "a.py", "deep/c.py", "with space\n.py"]


def test_what_is_named_is_listed_even_if_git_ignores_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("out/\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "d.py").write_text("")
    snapshot = workspace(tmp_path).snapshot()
    assert snapshot.list(["out"])[0] == ["out/d.py"]
    assert snapshot.list(["out/d.py"])[0] == ["out/d.py"]


def test_outside_git_ignore_files_and_the_folders_of_tools_are_respected(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n")
    for name in ("a.py", "b.log", "node_modules/x.js", "sub/.gitignore", "sub/c.tmp", "sub/d.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("*.tmp\n" if name.endswith("ignore") else "")
    found, _ = workspace(tmp_path).snapshot().list(["."])
    assert found == [".gitignore", "a.py", "sub/.gitignore", "sub/d.py"]


def test_a_place_where_nothing_is_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such file or folder"):
        workspace(tmp_path).snapshot().list(["nowhere"])
