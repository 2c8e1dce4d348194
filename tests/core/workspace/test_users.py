"""Who uses a file: importers by name, through a package's face, or by a symbol's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bandmaster.workspace import Workspace
from bandmaster.workspace.users import Users, is_test, users_of


def users(root: Path, files: dict[str, str], path: str, symbol: str = "") -> Users | None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    snapshot = Workspace(root, 1_000_000).snapshot()
    return users_of(snapshot, snapshot.read(path), symbol, git=False)


MODULE = {"shop/__init__.py": "", "shop/prices.py": "def total(): ...\n\n\ndef _own(): ...\n"}


@pytest.mark.parametrize(
    ("importer", "text"),
    [
        ("a.py", "import shop.prices\n"),
        ("a.py", "import os, shop.prices as p\n"),
        ("a.py", "from shop.prices import total\n"),
        ("a.py", "from shop import prices\n"),
        ("a.py", "from shop import (\n    other,\n    prices,\n)\n"),
        ("a.py", "def late():\n    from shop.prices import total\n"),
        ("shop/a.py", "from .prices import total\n"),
        ("shop/a.py", "from . import prices\n"),
        ("shop/inner/a.py", "from ..prices import total\n"),
        ("a.py", "from shop import total\n"),
    ],
)
def test_a_python_file_that_imports_it_uses_it(tmp_path: Path, importer: str, text: str) -> None:
    found = users(tmp_path, {**MODULE, importer: text}, "shop/prices.py")
    assert found == Users((importer,), (), complete=True)


@pytest.mark.parametrize(
    ("importer", "text"),
    [
        ("a.py", "import prices\n"),
        ("a.py", "from other.prices import total\n"),
        ("a.py", "prices = total()\n"),
        ("a.py", "from shop import _own\n"),
        ("inner/a.py", "from .prices import total\n"),
    ],
)
def test_a_file_that_means_another_module_does_not(
    tmp_path: Path, importer: str, text: str
) -> None:
    found = users(tmp_path, {**MODULE, importer: text}, "shop/prices.py")
    assert found == Users((), (), complete=True)


def test_a_module_below_a_source_root_is_known_by_its_own_name(tmp_path: Path) -> None:
    files = {"src/shop/__init__.py": "", "src/shop/prices.py": "", "t.py": "import shop.prices\n"}
    assert users(tmp_path, files, "src/shop/prices.py") == Users(("t.py",), (), complete=True)


def test_other_languages_are_told_by_the_lines_that_import(tmp_path: Path) -> None:
    files = {
        "src/prices.ts": "export const total = 1;\n",
        "src/a.ts": "import {\n  total,\n} from './prices';\n",
        "src/b.ts": "const prices = 1;\n",
        "src/prices.test.ts": "import { total } from './prices';\n",
    }
    assert users(tmp_path, files, "src/prices.ts") == Users(
        ("src/a.ts", "src/prices.test.ts"), ("src/prices.test.ts",), complete=True
    )


def test_a_symbol_is_used_where_its_name_stands(tmp_path: Path) -> None:
    files = {"a.py": "class Cart:\n    def add(self): ...\n", "b.py": "cart.add(1)\n", "c.py": "added = 1\n"}  # fmt: skip  # noqa: E501
    assert users(tmp_path, files, "a.py", "Cart.add") == Users(("b.py",), (), complete=True)


def test_where_no_import_is_needed_nobody_can_tell(tmp_path: Path) -> None:
    assert users(tmp_path, {"a.go": "package a\n"}, "a.go") is None
    assert users(tmp_path, {"notes.md": "# Notes\n"}, "notes.md") is None


def test_more_users_than_enough_are_not_counted(tmp_path: Path) -> None:
    many = {f"u{number:03}.py": "import prices\n" for number in range(60)}
    found = users(tmp_path, {**many, "prices.py": ""}, "prices.py")
    assert found is not None
    assert (len(found.files), found.complete) == (50, False)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/core/a.py", True),
        ("pkg/test_a.py", True),
        ("pkg/a_test.go", True),
        ("src/a.spec.ts", True),
        ("src/AThingTest.java", True),
        ("src/latest.py", False),
        ("src/testing_room.py", False),
        ("contest/a.py", False),
    ],
)
def test_tests_are_told_by_how_they_are_called(path: str, expected: bool) -> None:
    assert is_test(path) is expected
