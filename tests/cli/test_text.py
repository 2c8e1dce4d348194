"""A review as a person reads it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from bandmaster import Finding, Kind, Review, Skipped, Span
from bandmaster_cli.formats.excerpts import Excerpt
from bandmaster_cli.formats.text import View, print_review
from bandmaster_cli.terminal import Paper
from tests.fakes.outcomes import KEY, REVIEW, SECRET, SHARED, SHOP, UNUSED, outcome

LINES = {"shop.py": SHOP.splitlines(), SECRET.path: KEY.splitlines()}


def read(finding: Finding) -> Excerpt | None:
    lines = LINES.get(finding.path, [])
    at = finding.span.start
    if at.line > len(lines):
        return None
    return Excerpt(lines[at.line - 1], at.column - 1, finding.span.end.column - 1)


def shown(review: Review, *, show: int = 50, everything: bool = False, color: bool = False) -> str:
    sheet = io.StringIO()
    paper = Paper(
        file=sheet, width=80, force_terminal=color, color_system="truecolor" if color else None
    )
    view = View(root=Path("/somewhere/shop"), show=show, everything=everything, read=read)
    print_review(paper, outcome(Kind.REVIEW, review), review, view)
    return sheet.getvalue()


def test_a_review_is_grouped_by_file_and_says_why_and_how() -> None:
    assert (
        shown(REVIEW)
        == """\
Reviewed 3 files of shop in 1.2 s with builtin
3 findings: 1 critical · 1 medium · 1 low

a b/ключ.py  1 critical
  critical secret-aws-key  secrets
    1:8     An AWS access key is written in the file
    why     Whoever reads the code can use it.
    fix     Revoke it.

shop.py  1 medium, 1 low
  medium   B006 mutable-argument-default
    4:17    Do not use mutable data structures for argument defaults
            │ def total(items=[]):
            │                 ^^
    why     The default is made once and shared by all calls.
    fix     Use `None` as the default.
  low      F401 unused-import
    1:8     `os` imported but unused
            │ import os
            │        ^^
    why     It misleads.
    fix     Remove it.

1 file not examined:
  logo.png  binary file

1 can be fixed safely: bandmaster fix /somewhere/shop

3 findings in 2 files of 3 · 1.2 s · builtin
"""
    )


def test_a_line_that_holds_a_secret_is_not_printed() -> None:
    assert "AKIA" not in shown(REVIEW)


def test_findings_that_are_not_shown_are_counted_by_severity_and_rule() -> None:
    text = shown(REVIEW, show=1)
    assert "shop.py" not in text
    assert (
        """
1 of 3 findings are shown, worst first. The others (--all shows them):
  medium      1  B006 mutable-argument-default ×1
  low         1  F401 unused-import ×1
"""
        in text
    )


def test_all_shows_every_finding_and_every_skipped_file() -> None:
    skipped = tuple(Skipped(f"{number}.bin", "binary file") for number in range(9))
    review = replace(REVIEW, skipped=skipped)
    assert "and 4 more: binary file ×4" in shown(review, show=1)
    text = shown(review, show=1, everything=True)
    assert "shop.py" in text
    assert "8.bin" in text
    assert "more:" not in text


def test_a_message_that_several_places_share_is_told_once() -> None:
    other = replace(SHARED, span=Span.of(5, 5, 5, 11))
    text = shown(Review((SHARED, other), examined=1))
    assert text.count(SHARED.message) == 1
    assert "    5:5     │ return items\n            │ ^^^^^^\n" in text


def test_a_long_line_is_shown_around_the_part_that_is_meant() -> None:
    LINES["long.py"] = ["x" * 300 + "[]" + "y" * 300]
    finding = replace(SHARED, path="long.py", span=Span.of(1, 301, 1, 303))
    text = shown(Review((finding,), examined=1))
    assert max(len(line) for line in text.splitlines()) <= 80
    code, marks = (line for line in text.splitlines() if "│" in line)
    assert code[marks.index("^") : marks.rindex("^") + 1] == "[]"


def test_no_line_is_wider_than_the_paper_but_those_with_places() -> None:
    wordy = replace(UNUSED, message="word " * 40, why="word " * 40, how="word " * 40)
    assert max(len(line) for line in shown(Review((wordy,))).splitlines()) <= 80


def test_nothing_found_is_said_in_two_lines() -> None:
    assert shown(Review((), examined=2)).splitlines() == [
        "Reviewed 2 files of shop in 1.2 s with builtin",
        "No findings.",
    ]


def test_nothing_examined_is_no_praise() -> None:
    assert "No file was examined." in shown(Review(()))


@pytest.mark.parametrize("evil", ["a\x1b[2Jb.py", "a\udcff.py", "a\nb.py"])
def test_a_file_name_cannot_command_the_terminal(evil: str) -> None:
    text = shown(Review((replace(UNUSED, path=evil),), (Skipped(evil, "odd"),)), color=True)
    text.encode()
    assert "\x1b[2J" not in text
    assert "\nb.py" not in text
