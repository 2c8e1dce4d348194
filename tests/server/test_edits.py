"""Whether an edit has arrived, when the person types at the same moment."""

from __future__ import annotations

import pytest

from bandmaster import FileChange
from bandmaster_lsp.edits import holds

CHANGE = FileChange(path="a", before="a\nold\nz\n", after="a\nnew\nz\n")


@pytest.mark.parametrize(
    ("now", "arrived"),
    [
        ("a\nnew\nz\n", True),
        ("a\r\nnew\r\nz\r\n", True),
        ("a\nnew\nz", True),
        ("a\nnew\nz, typed\n", True),
        ("typed\na\nnew\nz\n", True),
        ("a\nold\nz\n", False),
        ("typed\na\nold\nz\n", False),
        ("", False),
    ],
)
def test_an_edit_has_arrived_where_its_lines_have(now: str, arrived: bool) -> None:
    assert holds(now, CHANGE) is arrived


def test_lines_that_were_only_removed_must_be_gone() -> None:
    change = FileChange(path="a", before="a\nb\n", after="a\n")
    assert not holds("a\nb\nc\n", change)
    assert holds("a\nc\n", change)
