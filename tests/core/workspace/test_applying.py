"""Applying change sets: all or nothing, and never over somebody else's change."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bandmaster.changes import ChangeSet, FileChange
from bandmaster.errors import Conflict, OutsideWorkspace, WorkspaceError
from bandmaster.workspace import Snapshot, Workspace, apply_changes


def snapshot(root: Path) -> Snapshot:
    return Workspace(root, 1_000_000).snapshot()


def change(root: Path, path: str, after: str | None) -> FileChange:
    document = snapshot(root).read(path)
    return FileChange(
        path=path,
        before=document.text,
        after=after,
        sha256=document.sha256,
        encoding=document.encoding,
    )


def tree(root: Path) -> dict[str, bytes]:
    files = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_changes_new_files_and_removals_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"old\r\n")
    (tmp_path / "b.py").write_text("gone\n")
    changes = ChangeSet(
        "all",
        (
            change(tmp_path, "a.py", "new\r\n"),
            change(tmp_path, "b.py", None),
            FileChange(path="deep/er/c.py", before=None, after="made\n"),
        ),
    )
    assert apply_changes(snapshot(tmp_path), changes) == ("a.py", "b.py", "deep/er/c.py")
    assert tree(tmp_path) == {"a.py": b"new\r\n", "deep/er/c.py": b"made\n"}


def test_a_file_that_changed_meanwhile_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\n")
    (tmp_path / "b.py").write_text("b\n")
    both = ChangeSet("both", (change(tmp_path, "a.py", "A\n"), change(tmp_path, "b.py", "B\n")))
    (tmp_path / "b.py").write_text("somebody else\n")
    with pytest.raises(Conflict, match=r"'b\.py' changed since"):
        apply_changes(snapshot(tmp_path), both)
    assert tree(tmp_path) == {"a.py": b"a\n", "b.py": b"somebody else\n"}


def test_a_new_file_never_overwrites_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("mine\n")
    new = ChangeSet("new", (FileChange(path="a.py", before=None, after="theirs\n"),))
    with pytest.raises(Conflict, match="is there already"):
        apply_changes(snapshot(tmp_path), new)
    assert tree(tmp_path) == {"a.py": b"mine\n"}


def test_unsaved_text_of_an_editor_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\n")
    wanted = ChangeSet("edit", (change(tmp_path, "a.py", "A\n"),))
    place = Workspace(tmp_path, 1000)
    place.open_text("a.py", "typing…", 5)
    with pytest.raises(Conflict, match="unsaved"):
        apply_changes(place.snapshot(), wanted)


def test_permissions_and_encoding_are_kept(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_bytes(b"# coding: latin-1\n# \xe9\n")
    script.chmod(0o750)
    wanted = change(tmp_path, "run.py", "# coding: latin-1\n# \xe9\xe8\n")
    apply_changes(snapshot(tmp_path), ChangeSet("edit", (wanted,)))
    assert script.read_bytes() == b"# coding: latin-1\n# \xe9\xe8\n"
    assert stat.S_IMODE(script.stat().st_mode) == 0o750


def test_a_text_that_the_encoding_cannot_hold_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: latin-1\n# \xe9\n")
    wanted = change(tmp_path, "a.py", "# coding: latin-1\n# 😀\n")
    with pytest.raises(WorkspaceError, match="cannot hold"):
        apply_changes(snapshot(tmp_path), ChangeSet("edit", (wanted,)))
    assert tree(tmp_path) == {"a.py": b"# coding: latin-1\n# \xe9\n"}


def test_links_hard_links_and_places_outside_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "in", tmp_path / "out"
    root.mkdir()
    outside.mkdir()
    (outside / "hard").write_text("x\n")
    os.link(outside / "hard", root / "hard")
    (root / "soft").symlink_to("hard")
    (root / "door").symlink_to(outside)
    hard = change(root, "hard", "y\n")
    soft = FileChange(path="soft", before="x\n", after="y\n", sha256=hard.sha256)
    out = FileChange(path="door/new", before=None, after="y\n")
    up = FileChange(path="../out/new", before=None, after="y\n")
    for one, error in (
        (hard, WorkspaceError),
        (soft, WorkspaceError),
        (out, OutsideWorkspace),
        (up, OutsideWorkspace),
    ):
        with pytest.raises(error):
            apply_changes(snapshot(root), ChangeSet("bad", (one,)))
    assert tree(outside) == {"hard": b"x\n"}


def test_when_a_later_file_cannot_be_put_in_place_the_earlier_ones_go_back(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\n")
    wanted = ChangeSet(
        "both",
        (
            change(tmp_path, "a.py", "A\n"),
            FileChange(path="b", before=None, after="B\n"),
            FileChange(path="b/c.py", before=None, after="C\n"),
        ),
    )
    with pytest.raises(WorkspaceError):
        apply_changes(snapshot(tmp_path), wanted)
    assert tree(tmp_path) == {"a.py": b"a\n"}


def test_nothing_is_left_behind_after_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\n")
    wanted = ChangeSet(
        "both",
        (FileChange(path="x/new.py", before=None, after="n\n"), change(tmp_path, "a.py", "A\n")),
    )
    (tmp_path / "a.py").write_text("changed\n")
    with pytest.raises(Conflict):
        apply_changes(snapshot(tmp_path), wanted)
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_a_path_that_is_too_long_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        snapshot(tmp_path).read("x" * 500)
    with pytest.raises(WorkspaceError):
        snapshot(tmp_path).relative(str(tmp_path / ("x" * 500)) + "/y")
