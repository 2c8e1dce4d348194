"""What holds for every text and every patch."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from bandmaster.changes import FileChange, split_lines
from bandmaster.errors import ToolFailed
from bandmaster.tools.patches import changes_of, parse
from bandmaster.workspace import Workspace

LINES = st.sampled_from(
    ["", "a", " a", "\ta", "b", "c ", "--- k", "+++ v", "-x", "+x", "@@ z", "\\ q", "*** w", "ä$1"]
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
TEXTS = st.builds(
    lambda lines, last: "".join(lines) + last,
    st.lists(st.builds(str.__add__, LINES, ENDS), max_size=14),
    LINES,
)
PLAIN = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


def after(before: str, patch: str) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f").write_bytes(before.encode())
        snapshot = Workspace(Path(folder), 100_000).snapshot()
        changes = changes_of(parse(patch), snapshot, lambda _: True)
    return changes.files[0].after if changes.files else before


@given(TEXTS, TEXTS)
def test_the_diff_of_two_texts_applies_back_exactly(before: str, wanted: str) -> None:
    assume(before and before != wanted)
    diff = FileChange(path="f", before=before, after=wanted).diff()
    assert after(before, diff) == wanted


@given(PLAIN, PLAIN, PLAIN)
def test_a_patch_for_another_text_fits_its_context_or_is_refused(
    before: str, wanted: str, present: str
) -> None:
    assume(before != wanted)
    diff = FileChange(path="f", before=before, after=wanted).diff()
    try:
        got = after(present, diff)
    except ToolFailed:
        return
    rows = [line for line in diff.splitlines()[2:] if not line.startswith("@@")]
    old = [row[1:] for row in rows if row[0] in " -"]
    new = [row[1:] for row in rows if row[0] in " +"]
    assume(diff.count("\n@@") == 1)
    assert got is not None
    assert got.split() in _replaced(present.split(), old, new)


@given(PLAIN, st.data())
def test_changed_context_never_applies_elsewhere(before: str, data: st.DataObject) -> None:
    lines = split_lines(before)
    at = data.draw(st.integers(0, len(lines) - 1))
    rows = [f" {line}" for line in lines]
    rows[at] = f"-{lines[at]}+new\n"
    broken = data.draw(st.integers(0, len(lines) - 1))
    rows[broken] = rows[broken][0] + "Z" + rows[broken][1:]
    patch = f"*** Begin Patch\n*** Update File: f\n{''.join(rows)}*** End Patch\n"
    try:
        after(before, patch)
    except ToolFailed:
        return
    raise AssertionError("the patch was applied")


def _replaced(present: list[str], old: list[str], new: list[str]) -> list[list[str]]:
    """All that a hunk could make of the lines, at each place that has its old lines."""
    return [
        present[:at] + new + present[at + len(old) :]
        for at in range(len(present) - len(old) + 1)
        if present[at : at + len(old)] == old
    ]
