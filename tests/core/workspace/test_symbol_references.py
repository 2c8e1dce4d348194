"""Where a name stands, and the symbol around it."""

from __future__ import annotations

from pathlib import Path

from bandmaster.workspace import Workspace
from bandmaster.workspace.symbols import references


def test_whole_words_are_found_with_the_symbol_around_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def run(): pass\ndef go():\n    rerun = run()\n")
    (tmp_path / "b.js").write_text("function go() { run(); }\n")
    (tmp_path / "c.bin").write_bytes(b"run\0")
    snapshot = Workspace(tmp_path, 1000).snapshot()
    found = references(snapshot, ["a.py", "b.js", "c.bin", "gone.py"], "run")
    assert [(one.path, one.line, one.column) for one in found] == [
        ("a.py", 1, 5),
        ("a.py", 3, 13),
        ("b.js", 1, 17),
    ]
    assert [one.symbol.name if one.symbol else None for one in found] == ["run", "go", "go"]
    assert found[1].text == "rerun = run()"


def test_not_more_references_than_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n" * 50)
    found = references(Workspace(tmp_path, 1000).snapshot(), ["a.py"], "x", limit=7)
    assert len(found) == 7
