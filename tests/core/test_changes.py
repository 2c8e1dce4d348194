"""Change sets: what is shown is what will be written."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bandmaster.changes import ChangeSet, FileChange, split_lines
from bandmaster.findings import Position, Span, TextEdit

TEXTS = st.text(alphabet="ab \t\n\r\x0b\x0c\u2028é😀", max_size=60)


def applied(text: str, edits: tuple[TextEdit, ...]) -> str:
    """`text` after `edits`, by the plainest reading of positions."""
    lines = split_lines(text)

    def offset(position: Position) -> int:
        return sum(map(len, lines[: position.line - 1])) + position.column - 1

    for edit in reversed(edits):
        start, end = offset(edit.span.start), offset(edit.span.end)
        text = text[:start] + edit.text + text[end:]
    return text


@given(TEXTS)
def test_lines_put_together_are_the_text_again(text: str) -> None:
    assert "".join(split_lines(text)) == text


def test_only_newlines_and_returns_end_a_line() -> None:
    assert split_lines("a\x0cb\u2028c\r\nd\re\n\nf") == [
        "a\x0cb\u2028c\r\n",
        "d\r",
        "e\n",
        "\n",
        "f",
    ]


@given(TEXTS, TEXTS)
def test_the_edits_of_a_change_turn_before_into_after(before: str, after: str) -> None:
    change = FileChange(path="a.txt", before=before, after=after)
    assert applied(before, change.edits()) == after


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "", "é"]), min_size=1, max_size=8),
    st.lists(st.sampled_from(["a", "b", "", "é"]), min_size=1, max_size=8),
    st.booleans(),
)
def test_git_applies_the_diff_that_is_shown(
    tmp_path_factory, old: list[str], new: list[str], ended: bool
) -> None:
    folder: Path = tmp_path_factory.mktemp("diff")
    before, after = "\n".join(old) + "\n", "\n".join(new) + ("\n" if ended else "x")
    if before == after:
        return
    (folder / "f.txt").write_text(before)
    diff = FileChange(path="f.txt", before=before, after=after).diff()
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff.encode(), check=True)
    assert (folder / "f.txt").read_text() == after


def test_a_new_file_and_a_removed_one_are_shown_as_such() -> None:
    new = FileChange(path="n.txt", before=None, after="one\n")
    gone = FileChange(path="g.txt", before="two\n", after=None)
    assert new.diff() == "--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1 @@\n+one\n"
    assert gone.diff() == "--- a/g.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-two\n"
    assert (new.size, gone.size) == ((1, 0), (0, 1))


def test_a_change_set_without_a_difference_is_empty() -> None:
    same = FileChange(path="a.txt", before="x", after="x")
    assert not ChangeSet("nothing", (same,))
    assert ChangeSet("nothing", (same,)).diff() == ""


def test_an_edit_replaces_whole_lines() -> None:
    change = FileChange(path="a.txt", before="a\nb\nc\n", after="a\nB\nc\n")
    assert change.edits() == (TextEdit(Span.of(2, 1, 3, 1), "B\n"),)
