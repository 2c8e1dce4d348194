"""Patches: placed surely, or refused with what a model needs to mend them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bandmaster.errors import OutsideWorkspace, ToolFailed, WorkspaceError
from bandmaster.tools.patches import changes_of, parse
from bandmaster.workspace import Workspace

SHOP = """\
class Shop:
    def buy(self):
        return 1

    def sell(self):
        return 1

    def close(self):
        self.open = False
"""


def patched(root: Path, patch: str) -> dict[str, str | None]:
    """What the patch makes of the files below `root`; nothing is written."""
    changes = changes_of(parse(patch), Workspace(root, 100_000).snapshot(), lambda _: True)
    return {change.path: change.after for change in changes.files}


def shop(root: Path, text: str = SHOP) -> Path:
    (root / "shop.py").write_bytes(text.encode())
    return root


def refused(root: Path, patch: str) -> str:
    with pytest.raises(ToolFailed) as caught:
        patched(root, patch)
    return str(caught.value)


def envelope(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"]) + "\n"


def update(*rows: str) -> str:
    return envelope("*** Update File: shop.py", *rows)


def unified(*rows: str) -> str:
    return "\n".join(["--- a/shop.py", "+++ b/shop.py", *rows]) + "\n"


CLOSE = ("     def close(self):", "-        self.open = False", "+        self.open = None")
CLOSED = SHOP.replace("False", "None")


@pytest.mark.parametrize(
    "patch",
    [
        update("@@", *CLOSE),
        update(*CLOSE),
        update("@@ class Shop:", *CLOSE),
        update("@@     def close(self):", *CLOSE[1:]),
        update("@@ class Shop:", "@@ def close(self):", *CLOSE[1:]),
        update("@@", *CLOSE, "*** End of File"),
        "```\n" + update("@@", *CLOSE) + "```\n",
        unified("@@ -8,2 +8,2 @@", *CLOSE),
        unified("@@ -1,9 +3,7 @@ class Shop:", *CLOSE),
        unified("@@ -8,1 +8,1 @@", *CLOSE),
        "Here it is:\n" + unified("@@ -8,2 +8,2 @@", *CLOSE) + "-- \n2.39\n",
        "```diff\n" + unified("@@ -8,2 +8,2 @@", *CLOSE) + "```\n",
        "--- shop.py\t2026-01-01\n+++ shop.py\t2026-01-02\n@@ -8,2 +8,2 @@\n" + "\n".join(CLOSE),
        update("@@", *(row[0] + row[5:] for row in CLOSE)),
        update("@@", *(f"{row}  " if row[0] != "+" else row for row in CLOSE)),
    ],
)
def test_a_patch_may_be_written_in_many_ways(tmp_path: Path, patch: str) -> None:
    assert patched(shop(tmp_path), patch) == {"shop.py": CLOSED}


def test_equal_lines_are_told_apart_by_the_line_above(tmp_path: Path) -> None:
    rows = ("-        return 1", "+        return 2")
    expected = SHOP.replace("sell(self):\n        return 1", "sell(self):\n        return 2")
    sell = update("@@ def sell(self):", *rows)
    assert patched(shop(tmp_path), sell) == {"shop.py": expected}


def test_equal_lines_are_told_apart_by_an_exact_line_number(tmp_path: Path) -> None:
    rows = ("-        return 1", "+        return 2")
    by_number = unified("@@ -6 +6 @@", *rows)
    expected = SHOP.replace("sell(self):\n        return 1", "sell(self):\n        return 2")
    assert patched(shop(tmp_path), by_number) == {"shop.py": expected}


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        (update("-        return 1", "+        return 2"), "fits at lines 3, 6: give more lines"),
        (unified("@@ -5 +5 @@", "-        return 1", "+x"), "fits at lines 3, 6"),
        (update("@@ class Shop:", "-        return 1", "+x"), "fits at lines 3, 6"),
        (update("@@ def lend(self):", "-        return 1", "+x"), "no line says 'def lend(self):'"),
        (update("@@ def close(self):", "-        return 1", "+x"), "does not match"),
        (
            update("     def close(self):", "-        self.shut = False", "+x"),
            "The nearest text is at line 8:\n    def close(self):\n        self.open = False",
        ),
        (update("-        self.opem = False", "+x"), "nearest text is at line 9"),
        (update("+x"), "only adds lines"),
        (unified("@@ -3,0 +4 @@", "+x"), "only adds lines"),
    ],
)
def test_a_hunk_without_one_sure_place_is_refused(tmp_path: Path, patch: str, told: str) -> None:
    assert told in refused(shop(tmp_path), patch)


def test_a_header_does_not_reach_into_the_next_block(tmp_path: Path) -> None:
    text = "def a():\n    x = 1\n\ndef b():\n    y = 2\n"
    patch = update("@@ def a():", "-    y = 2", "+    y = 3")
    assert "does not match" in refused(shop(tmp_path, text), patch)


def test_every_hunk_that_does_not_fit_is_told_at_once(tmp_path: Path) -> None:
    patch = update("-nothing", "+x", "@@", *CLOSE, "@@", "-neither", "+y")
    told = refused(shop(tmp_path), patch)
    assert "hunk 1 of 'shop.py'" in told
    assert "hunk 3 of 'shop.py'" in told


def test_overlapping_hunks_are_refused(tmp_path: Path) -> None:
    patch = update("@@", *CLOSE, "@@", "-        self.open = False", "+x")
    assert "overlaps another hunk" in refused(shop(tmp_path), patch)


def test_what_may_not_be_read_is_not_shown_in_a_refusal(tmp_path: Path) -> None:
    snapshot = Workspace(shop(tmp_path), 100_000).snapshot()
    with pytest.raises(ToolFailed, match="does not match the file") as caught:
        changes_of(parse(update("-nothing", "+x")), snapshot, lambda _: False)
    assert "class Shop" not in str(caught.value)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_the_file_are_kept(tmp_path: Path, end: str) -> None:
    patch = update("@@", *CLOSE, "+        self.sign = 'closed'")
    expected = CLOSED + "        self.sign = 'closed'\n"
    root = shop(tmp_path, SHOP.replace("\n", end))
    assert patched(root, patch) == {"shop.py": expected.replace("\n", end)}


def test_mixed_line_ends_change_only_where_the_patch_does(tmp_path: Path) -> None:
    root = shop(tmp_path, "a\r\nb\nc\r\n")
    assert patched(root, update(" a", "-b", "+B", " c")) == {"shop.py": "a\r\nB\r\nc\r\n"}


@pytest.mark.parametrize(
    ("text", "patch", "expected"),
    [
        ("a\nb", update(" a", "-b", "+c"), "a\nc"),
        ("a\nb", update(" a", " b", "+c"), "a\nb\nc"),
        (
            "a\nb",
            unified("@@ -1,2 +1,2 @@", " a", "-b", "\\ No newline at end of file", "+c"),
            "a\nc\n",
        ),
        (
            "a\nb\n",
            unified("@@ -1,2 +1,2 @@", " a", "-b", "+c", "\\ No newline at end of file"),
            "a\nc",
        ),
        ("", unified("@@ -0,0 +1 @@", "+a"), "a\n"),
        ("a\n", unified("@@ -1 +0,0 @@", "-a"), ""),
        ("a\n", update("+b", "*** End of File"), "a\nb\n"),
    ],
)
def test_a_missing_last_line_end_is_kept_or_made_as_the_patch_says(
    tmp_path: Path, text: str, patch: str, expected: str
) -> None:
    assert patched(shop(tmp_path, text), patch) == {"shop.py": expected}


def test_added_lines_take_the_indentation_that_the_file_has(tmp_path: Path) -> None:
    text = "class A:\n\tdef f(self):\n\t\tpass\n"
    patch = update(" def f(self):", "-\tpass", "+\tif self:", "+", "+\t\tpass")
    expected = "class A:\n\tdef f(self):\n\t\tif self:\n\n\t\t\tpass\n"
    assert patched(shop(tmp_path, text), patch) == {"shop.py": expected}


def test_indentation_that_differs_from_line_to_line_is_refused(tmp_path: Path) -> None:
    text = "class A:\n  def f(self):\n    pass\n"
    patch = update(" class A:", "     def f(self):", "-        pass", "+        go()")
    assert "does not match" in refused(shop(tmp_path, text), patch)


def test_dollars_and_backslashes_are_only_text(tmp_path: Path) -> None:
    patch = update("@@", *CLOSE[:2], r"+        self.open = '$& \1 \g<0> $1'")
    after = patched(shop(tmp_path), patch)["shop.py"]
    assert after is not None
    assert after.endswith("self.open = '$& \\1 \\g<0> $1'\n")


def test_form_feeds_and_unicode_separators_do_not_end_lines(tmp_path: Path) -> None:
    root = shop(tmp_path, "a\x0cb\u2028c\nd\n")
    patch = update(" a\x0cb\u2028c", "-d", "+e")
    assert patched(root, patch) == {"shop.py": "a\x0cb\u2028c\ne\n"}


def test_files_are_added_moved_and_deleted_in_one_patch(tmp_path: Path) -> None:
    root = shop(tmp_path)
    (root / "old.txt").write_text("old\n")
    patch = envelope(
        "*** Add File: new/a.txt",
        "+one",
        "+",
        "+two",
        "*** Delete File: old.txt",
        "*** Update File: shop.py",
        "*** Move to: store.py",
        *CLOSE,
    )
    assert patched(root, patch) == {
        "new/a.txt": "one\n\ntwo\n",
        "old.txt": None,
        "shop.py": None,
        "store.py": CLOSED,
    }


@pytest.mark.parametrize(
    "patch",
    [
        envelope("*** Move File: shop.py -> store.py"),
        envelope("*** Move File: shop.py", "*** Move to: store.py"),
        "diff --git a/shop.py b/store.py\nrename from shop.py\nrename to store.py\n",
    ],
)
def test_a_file_can_be_moved_as_it_is(tmp_path: Path, patch: str) -> None:
    assert patched(shop(tmp_path), patch) == {"shop.py": None, "store.py": SHOP}


def test_git_describes_new_deleted_and_oddly_named_files(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").write_text("x\n")
    (tmp_path / "empty").touch()
    patch = (
        'diff --git "a/na\\303\\257ve file.txt" "b/na\\303\\257ve file.txt"\nnew file mode 100644\n'
        '--- /dev/null\n+++ "b/na\\303\\257ve file.txt"\n@@ -0,0 +1 @@\n+hi\n'
        "diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n"
        "--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "diff --git a/empty b/empty\ndeleted file mode 100644\nindex e69de29..0000000\n"
        "diff --git a/void b/void\nnew file mode 100644\nindex 0000000..e69de29\n"
    )
    assert patched(tmp_path, patch) == {
        "naïve file.txt": "hi\n",
        "gone.txt": None,
        "empty": None,
        "void": "",
    }


def test_a_later_section_builds_on_an_earlier_one_for_the_same_file(tmp_path: Path) -> None:
    section = ("*** Update File: shop.py", "@@")
    patch = envelope(
        *section, *CLOSE, *section, "-        self.open = None", "+        self.open = 0"
    )
    assert patched(shop(tmp_path), patch) == {"shop.py": SHOP.replace("False", "0")}


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ("please change it", "this is no patch"),
        ("*** Begin Patch\n*** Update File: shop.py\n-a\n", "was cut off: '*** End Patch'"),
        (envelope(), "names no file"),
        (update("@@ def x():"), "has no lines below it"),
        (update(" a", " b"), "changes nothing"),
        (update("return 1"), "starts with none of"),
        (envelope("shop.py"), "stands before"),
        (envelope("*** Update File: shop.py"), "has no hunk"),
        (envelope("*** Add File: a.txt", "one"), "starts with '+'"),
        (envelope("*** Add File: shop.py", "+one"), "'shop.py' exists already"),
        (envelope("*** Delete File: no.py"), "'no.py' does not exist"),
        (envelope("*** Delete File: shop.py", "-x"), "a deletion has none"),
        (envelope("*** Move File: shop.py"), "needs a line '*** Move to: "),
        (update("@@", *CLOSE) + "more\n", "there is text behind"),
        (unified(), "has no hunk"),
        (unified("@@ nonsense @@", " a"), "is no hunk header"),
        (unified("@@ -8,2 +8,2 @@", *CLOSE, "", "+lost"), "belongs to no hunk"),
        ("@@ -1 +1 @@\n-a\n+b\n--- a/x\n+++ b/x\n", "stands before '--- PATH'"),
        ("--- a/shop.py\n+++ b/store.py\n@@ -1 +1 @@\n-a\n+b\n", "'rename from' and 'rename to'"),
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "modes"),
        ("diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n", "links"),
        ("diff --git a/x b/x\nGIT binary patch\nliteral 1\n", "binaries"),
        ("--- a/shop.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-class Shop:\n", "other lines than those"),
    ],
)
def test_a_patch_that_says_nothing_sure_is_refused_with_its_fault(
    tmp_path: Path, patch: str, told: str
) -> None:
    assert told in refused(shop(tmp_path), patch)


@pytest.mark.parametrize("path", ["../x.py", "/etc/passwd", "a/../../x.py", "C:\\x.py"])
def test_a_patch_never_leads_out_of_the_workspace(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutsideWorkspace):
        patched(tmp_path, envelope(f"*** Add File: {path}", "+x"))


def test_a_link_is_not_patched(tmp_path: Path) -> None:
    (shop(tmp_path) / "link.py").symlink_to("shop.py")
    with pytest.raises(WorkspaceError, match="symbolic link"):
        patched(tmp_path, envelope("*** Update File: link.py", *CLOSE))
