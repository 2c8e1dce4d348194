"""Findings hold for one version; those of a review move with the edits around them."""

from __future__ import annotations

from bandmaster_lsp.board import Board
from bandmaster_lsp.text import LineShift
from tests.fakes.engine import finding

FOUND = finding("a.py", 5, 1, "bad", "good")


def lines(board: Board, version: int) -> list[int]:
    return [one.span.start.line for one in board.current("a", version)]


def test_findings_of_an_older_version_are_not_current() -> None:
    board = Board()
    board.put_checked("a", 1, [FOUND])
    assert board.current("a", 1) == (FOUND,)
    assert board.current("a", 2) == ()
    assert board.checked("a", 2) is None


def test_a_reviewed_finding_moves_down_with_lines_put_in_above() -> None:
    board = Board()
    board.put_reviewed("a", 1, [FOUND])
    assert board.follow("a", 2, (LineShift(0, 0, 3),))
    moved = board.current("a", 2)[0]
    assert moved.span.start.line == 7
    assert moved.fix is not None
    assert moved.fix.edits[0].span.start.line == 7


def test_a_reviewed_finding_stays_where_lines_below_change() -> None:
    board = Board()
    board.put_reviewed("a", 1, [FOUND])
    assert not board.follow("a", 2, (LineShift(5, 9, 1),))
    assert lines(board, 2) == [5]


def test_a_reviewed_finding_goes_when_its_own_line_is_edited() -> None:
    board = Board()
    board.put_reviewed("a", 1, [FOUND])
    assert board.follow("a", 2, (LineShift(4, 4, 1),))
    assert lines(board, 2) == []


def test_reviewed_findings_go_when_the_whole_text_is_replaced() -> None:
    board = Board()
    board.put_reviewed("a", 1, [FOUND])
    assert board.follow("a", 2, None)
    assert lines(board, 2) == []


def test_what_the_analysers_found_as_well_is_there_once() -> None:
    board = Board()
    board.put_checked("a", 1, [FOUND])
    board.put_reviewed("a", 1, [FOUND])
    assert board.current("a", 1) == (FOUND,)


def test_a_closed_document_has_no_findings() -> None:
    board = Board()
    board.put_checked("a", 1, [FOUND])
    board.put_reviewed("a", 1, [FOUND])
    board.drop("a")
    assert board.current("a", 1) == ()
