"""Searching texts: plain words, patterns, unsaved buffers, and patterns that never end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmaster.changes import split_lines
from bandmaster.errors import OutsideWorkspace, Unreadable, UsageError
from bandmaster.findings import Skipped
from bandmaster.workspace import Snapshot, Workspace
from bandmaster.workspace.search import Match, search


def snapshot(root: Path, **unsaved: str) -> Snapshot:
    place = Workspace(root, 10_000)
    for name, text in unsaved.items():
        place.open_text(f"{name}.py", text, 1)
    return place.snapshot()


def test_lines_are_found_with_place_and_symbol(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n    def go(self):\n        return '𝒳é' + need\n")
    found = search(snapshot(tmp_path), "need")
    assert found.matches == (Match("a.py", 3, 23, "        return '𝒳é' + need", "A.go"),)
    assert (found.truncated, found.examined) == (False, 1)


def test_each_line_counts_once_and_is_found_at_its_first_match(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x x\r\ny\r\nx\r\n")
    matches = search(snapshot(tmp_path), "x").matches
    assert [(one.line, one.column, one.text) for one in matches] == [(1, 1, "x x"), (3, 1, "x")]


def test_unsaved_text_is_searched_instead_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("saved\n")
    (tmp_path / "b.py").write_text("saved\n")
    found = search(snapshot(tmp_path, a="fresh\n"), "saved")
    assert [one.path for one in found.matches] == ["b.py"]
    assert len(search(snapshot(tmp_path, a="fresh\n"), "fresh").matches) == 1


def test_plain_text_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("f(x\nfxx\n")
    assert [one.line for one in search(snapshot(tmp_path), "f(x").matches] == [1]


@pytest.mark.parametrize("regex", [True, False])
def test_case_is_ignored_where_asked(tmp_path: Path, *, regex: bool) -> None:
    (tmp_path / "a.txt").write_text("Word\n")
    place = snapshot(tmp_path)
    assert not search(place, "word", regex=regex).matches
    assert search(place, "word", regex=regex, ignore_case=True).matches


@pytest.mark.parametrize("pattern", [r"^b\w$", r"^(b|c)[a-z]+?$"])
def test_a_pattern_is_matched_line_by_line(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "a.txt").write_text("ab\nbc\r\nbcd e\nbd")
    found = search(snapshot(tmp_path), pattern, regex=True)
    assert [(one.line, one.text) for one in found.matches] == [(2, "bc"), (4, "bd")]


@pytest.mark.parametrize("pattern", ["b", "b+", "(b|c)+$"])
def test_more_matches_than_the_limit_are_told(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "a.txt").write_text("b\n" * 5)
    regex = pattern != "b"
    exact = search(snapshot(tmp_path), pattern, regex=regex, limit=5)
    fewer = search(snapshot(tmp_path), pattern, regex=regex, limit=4)
    assert (len(exact.matches), exact.truncated) == (5, False)
    assert (len(fewer.matches), fewer.truncated) == (4, True)


@pytest.mark.parametrize(
    ("pattern", "place"), [("(x", "character 1"), ("a**", "character 3"), ("[z-a]", "character 2")]
)
def test_a_wrong_pattern_names_its_place(tmp_path: Path, pattern: str, place: str) -> None:
    with pytest.raises(UsageError, match=f"is not a regular expression.*{place}"):
        search(snapshot(tmp_path), pattern, regex=True)


@pytest.mark.parametrize("query", ["", "a\nb"])
def test_a_query_that_cannot_match_a_line_is_refused(tmp_path: Path, query: str) -> None:
    with pytest.raises(UsageError):
        search(snapshot(tmp_path), query)


def test_a_pattern_without_end_is_ended(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a" * 60 + "!\n")
    with pytest.raises(UsageError, match="took over 3 s; avoid nested repetition"):
        search(snapshot(tmp_path), "(a+)+$", regex=True)


def test_odd_files_are_named_and_passed(tmp_path: Path) -> None:
    (tmp_path / "bin").write_bytes(b"x\0")
    (tmp_path / "huge.txt").write_text("x" * 20_000)
    (tmp_path / "a.txt").write_text("x\n")
    found = search(snapshot(tmp_path), "x")
    assert [one.path for one in found.matches] == ["a.txt"]
    assert found.skipped == (
        Skipped("bin", "binary file"),
        Skipped("huge.txt", "larger than 10,000 bytes (20,000)"),
    )


def test_a_long_line_is_shown_around_its_match(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-" * 1000 + "HERE" + "-" * 1000 + "\n")
    match = search(snapshot(tmp_path), "HERE").matches[0]
    assert match.column == 1001
    assert "HERE" in match.text
    assert len(match.text) <= 202


def test_only_the_places_that_are_named_are_searched(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("x\n")
    (tmp_path / "b.txt").write_text("x\n")
    found = search(snapshot(tmp_path), "x", paths=["in"])
    assert [one.path for one in found.matches] == ["in/a.txt"]
    with pytest.raises(Unreadable):
        search(snapshot(tmp_path), "x", paths=["gone"])
    with pytest.raises(OutsideWorkspace):
        search(snapshot(tmp_path), "x", paths=["../x"])


@given(st.text("ab.\r\n\u2028é", max_size=40), st.text("ab.é", min_size=1, max_size=2))
def test_plain_search_finds_what_a_look_at_every_line_finds(
    tmp_path_factory: pytest.TempPathFactory, text: str, query: str
) -> None:
    root = tmp_path_factory.mktemp("search")
    place = Workspace(root, 10_000)
    place.open_text("a.txt", text, 1)
    found = search(place.snapshot(), query, paths=["a.txt"])
    lines = [re.sub(r"[\r\n]+$", "", line) for line in split_lines(text)]
    wanted = [(row, line.find(query) + 1) for row, line in enumerate(lines, 1) if query in line]
    assert [(one.line, one.column) for one in found.matches] == wanted
