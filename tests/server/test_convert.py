"""Positions, URIs and diagnostics cross the border unharmed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from bandmaster import Category, FileChange, Position, Severity, Span
from bandmaster_lsp.abilities import Abilities
from bandmaster_lsp.columns import Encoding
from bandmaster_lsp.convert import (
    change_edits,
    from_position,
    identity,
    real_path,
    to_diagnostic,
    to_path,
    to_position,
    to_range,
    to_uri,
)
from bandmaster_lsp.text import Text
from tests.fakes.engine import finding

sources = st.text(st.sampled_from("ab😀ß\n\r\f\u2028"), max_size=20)
encodings = st.sampled_from(list(Encoding))
ALL = Abilities(diagnostic_tags=True, code_description=True)


@given(sources, st.integers(0, 8), st.integers(0, 12), encodings)
def test_a_position_of_the_editor_comes_back(
    source: str, line: int, character: int, encoding: Encoding
) -> None:
    text = Text(source, encoding)
    ours = from_position(text, types.Position(line, character))
    assert from_position(text, to_position(text, ours)) == ours


@given(sources, sources, encodings)
def test_the_edits_of_a_change_make_its_text(before: str, after: str, encoding: Encoding) -> None:
    change = FileChange(path="a", before=before, after=after)
    text = Text(before, encoding)
    for edit in reversed(change_edits(change, encoding)):
        text.edit(edit.range, edit.new_text)
    assert text.source == after


@pytest.mark.skipif(os.name == "nt", reason="the paths are those of POSIX")
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///tmp/a%20b/%C3%BC.py", "/tmp/a b/ü.py"),
        ("file:///tmp/a b.py", "/tmp/a b.py"),
        ("file://localhost/tmp/a.py", "/tmp/a.py"),
        ("FILE:/tmp/a.py", "/tmp/a.py"),
        ("file:///tmp/c%23%3F.py", "/tmp/c#?.py"),
        ("file:///tmp/c#.py", "/tmp/c#.py"),
        ("file:///c%3A/x.py", "/c:/x.py"),
        ("file:///tmp/%FF.py", "/tmp/\udcff.py"),
        ("file://server/share/a.py", None),
        ("file:///tmp/%00", None),
        ("untitled:Untitled-1", None),
        ("git:/tmp/a.py?x", None),
        ("", None),
        ("no uri", None),
    ],
)
def test_a_uri_names_a_file_or_none(uri: str, path: str | None) -> None:
    assert to_path(uri) == (None if path is None else Path(path))


@pytest.mark.skipif(os.name == "nt", reason="the paths are those of POSIX")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1))
def test_a_path_comes_back_from_its_uri(name: str) -> None:
    path = Path("/tmp") / name / "x"
    assert to_path(to_uri(path)) == path


def test_links_on_the_way_are_followed_and_the_file_itself_is_not(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "a.py").symlink_to("b.py")
    assert real_path((tmp_path / "link" / "a.py").as_uri()) == tmp_path / "real" / "a.py"


def test_a_span_behind_the_text_ends_at_its_end() -> None:
    text = Text("ab\nc", Encoding.UTF16)
    expected = types.Range(types.Position(1, 1), types.Position(1, 1))
    assert to_range(text, Span.of(9, 9, 10, 1)) == expected


def test_a_diagnostic_says_all_that_the_editor_can_show() -> None:
    found = finding("a.py", 1, 2, "é", "e")
    assert to_diagnostic(Text("😀é", Encoding.UTF16), found, ALL) == types.Diagnostic(
        range=types.Range(types.Position(0, 2), types.Position(0, 3)),
        severity=types.DiagnosticSeverity.Warning,
        code="W001",
        code_description=types.CodeDescription("https://example.org/W001"),
        source="bandmaster",
        message="é on line 1\nsay something else",
        tags=[types.DiagnosticTag.Unnecessary],
        data={"finding": identity(found), "foundBy": "planted"},
    )


def test_what_the_editor_cannot_show_is_left_out() -> None:
    diagnostic = to_diagnostic(
        Text("ab", Encoding.UTF16), finding("a.py", 1, 1, "a", "b"), Abilities()
    )
    assert (diagnostic.tags, diagnostic.code_description) == (None, None)


def test_a_deprecated_name_is_struck_through() -> None:
    found = replace(
        finding("a.py", 1, 1, "a", "b"), name="deprecated-import", category=Category.BUG
    )
    diagnostic = to_diagnostic(Text("ab", Encoding.UTF16), found, ALL)
    assert diagnostic.tags == [types.DiagnosticTag.Deprecated]


@pytest.mark.parametrize("severity", list(Severity))
def test_worse_findings_are_shown_as_worse(severity: Severity) -> None:
    def shown(one: Severity) -> int:
        found = replace(finding("a.py", 1, 1, "a", "b"), severity=one)
        level = to_diagnostic(Text("ab", Encoding.UTF16), found, ALL).severity
        assert level is not None
        return level.value

    assert all(shown(severity) <= shown(other) for other in Severity if other < severity)


def test_two_findings_have_two_identities() -> None:
    one, other = finding("a.py", 1, 1, "a", "b"), finding("a.py", 2, 1, "a", "b")
    assert identity(one) != identity(other)
    assert identity(one) == identity(finding("a.py", 1, 1, "a", "b"))


def test_positions_count_from_one_and_from_zero() -> None:
    text = Text("ab\ncd", Encoding.UTF8)
    assert to_position(text, Position(2, 2)) == types.Position(1, 1)
