"""What a person writes for a place."""

from __future__ import annotations

from pathlib import Path

import pytest

import bandmaster
from bandmaster import Focus, OutsideWorkspace, Span, UsageError
from bandmaster_cli.places import Place, find_start, focus, parse_place


def place(written: str, *existing: str) -> Place:
    return parse_place(written, exists=lambda path: path in existing)


def test_a_file_is_a_place() -> None:
    assert place("a.py", "a.py") == Place("a.py")


def test_a_line_a_range_and_a_column_are_understood() -> None:
    assert place("a.py:3", "a.py") == Place("a.py", Span.of(3, 1, 4, 1))
    assert place("a.py:3-5", "a.py") == Place("a.py", Span.of(3, 1, 6, 1))
    assert place("a.py:3:7", "a.py") == Place("a.py", Span.of(3, 7, 3, 7))


def test_what_a_compiler_prints_is_understood() -> None:
    assert place("a.py:3:", "a.py") == Place("a.py", Span.of(3, 1, 4, 1))


def test_a_symbol_is_understood() -> None:
    assert place("a.py:Shop.total", "a.py") == Place("a.py", symbol="Shop.total")
    assert place("a.rs:Shop::total", "a.rs") == Place("a.rs", symbol="Shop::total")


def test_a_name_with_colons_is_a_file_where_it_exists() -> None:
    assert place("a:1", "a:1", "a") == Place("a:1")
    assert place("a:1:2", "a:1", "a") == Place("a:1", Span.of(2, 1, 3, 1))


def test_a_windows_drive_is_no_file() -> None:
    drive = ("C:", "C", "C:\\x.py")
    assert place("C:\\x.py", *drive) == Place("C:\\x.py")
    assert place("C:\\x.py:12", *drive) == Place("C:\\x.py", Span.of(12, 1, 13, 1))
    assert place("C:\\gone.py:12", "C:", "C") == Place("C:\\gone.py")


def test_a_file_that_is_not_there_keeps_its_name_without_the_line() -> None:
    assert place("gone.py:12:3") == Place("gone.py")


@pytest.mark.parametrize("part", ["0", "5-3", "-", "1x", "a b"])
def test_what_is_neither_a_line_nor_a_symbol_is_wrong_usage(part: str) -> None:
    with pytest.raises(UsageError):
        place(f"a.py:{part}", "a.py")


def test_a_place_becomes_a_focus_relative_to_the_project(project: Path) -> None:
    (project / "sub").mkdir()
    with_engine = bandmaster.open(project).workspace
    assert focus(with_engine, Place("sub/../shop.py")) == Focus("shop.py")
    assert focus(with_engine, Place(str(project))) == Focus(".")
    with pytest.raises(OutsideWorkspace):
        focus(with_engine, Place("../elsewhere.py"))


def test_a_link_in_front_of_the_project_is_followed(project: Path) -> None:
    link = project.parent / "link"
    link.symlink_to(project)
    assert focus(bandmaster.open(link).workspace, Place(str(link / "shop.py"))) == Focus("shop.py")


def test_the_project_is_here_unless_the_paths_are_elsewhere(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.py").touch()
    assert find_start(None, ["shop.py"]) == project
    assert find_start(None, [str(other / "x.py")]) == other / "x.py"
    assert find_start(str(other), ["shop.py"]) == other
