"""Explanations without a model: facts, each with its place."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmaster.errors import OutsideWorkspace, UnknownName, Unreadable, UsageError
from bandmaster.findings import Span
from bandmaster.providers.builtin.explain import explain
from bandmaster.tasks import Answer, Focus, Kind, Task
from tests.core.providers.builtin.desk import desk_for

CORE = '''"""Parsing of orders.

More of it.
"""
import json
import os as system

import requests

from shop.prices import price as cost
from . import stock


class OrderError(ValueError):
    """An order that is wrong."""


class Order:
    """An order."""

    def total(self, rate: int = 1) -> int:
        """The sum of it."""
        if rate < 0:
            raise OrderError("negative")
        return cost(self) * rate + self._extra() + json.loads("1") + unknown()

    def _extra(self):
        return 0


def load(path):
    """Read an order."""
    return Order()
'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small project with a package, a command and a test."""
    files = {
        "shop/__init__.py": '"""A shop."""\nfrom shop.orders import Order\n',
        "shop/__main__.py": "from shop.orders import load\nload('x').total()\n",
        "shop/orders.py": CORE,
        "shop/prices.py": '"""What things cost."""\ndef price(order):\n    """Its price."""\n',
        "shop/stock.py": "ITEMS = []\n",
        "tests/test_orders.py": (
            "from shop.orders import Order\ndef test_total_is_summed():\n    Order().total()\n"
        ),
        "pyproject.toml": '[project.scripts]\nshop = "shop.orders:load"\n',
    }
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    return tmp_path


async def told(root: Path, *focus: Focus, unsaved: Mapping[str, str] | None = None) -> str:
    task = Task(kind=Kind.EXPLAIN, focus=focus)
    result = (await explain(task, desk_for(root, unsaved=unsaved))).result
    assert isinstance(result, Answer)
    return result.text


def part(text: str, title: str) -> list[str]:
    """The lines of a section."""
    rest = text.partition(f"## {title}")[2].partition("\n## ")[0]
    return [line for line in rest.split("\n")[1:] if line]


async def test_a_file_is_told_by_purpose_imports_symbols_and_users(shop: Path) -> None:
    text = await told(shop, Focus("shop/orders.py"))
    assert text.startswith("# `shop/orders.py`\n\nPython, 33 lines.\n\n> Parsing of orders.\n>\n")
    assert part(text, "Imports") == [
        "- this workspace: `shop.prices`, `shop.stock`",
        "- standard library: `json`, `os`",
        "- third party: `requests`",
    ]
    assert part(text, "Offers") == [
        "- `class OrderError(ValueError)` (line 14): An order that is wrong.",
        "- `class Order` (line 18): An order.",
        "  - `total`",
        "- `def load(path)` (line 31): Read an order.",
    ]
    assert part(text, "Imported by 3 files") == [
        "- `shop/__init__.py`",
        "- `shop/__main__.py`",
        "- `tests/test_orders.py`",
    ]
    assert part(text, "Entry points") == [
        "- the command `shop` runs `shop.orders:load` (pyproject.toml)"
    ]
    assert part(text, "Tests that import or name it") == ["- `tests/test_orders.py`"]


async def test_a_method_is_told_by_its_parts_and_its_callers(shop: Path) -> None:
    text = await told(shop, Focus("shop/orders.py", symbol="Order.total"))
    assert "Public method of `Order`, `shop/orders.py:21`." in text
    assert "def total(self, rate: int=1) -> int" in text
    assert part(text, "Parameters") == ["- `rate`: `int`, by default `1`"]
    assert part(text, "Result") == ["- declared: `int`", "- returns a value on line 25"]
    assert part(text, "Raises") == ["- `OrderError`: If `rate < 0`."]
    assert part(text, "Calls") == [
        "- `OrderError`: class at `shop/orders.py:14`, An order that is wrong.",
        "- `cost`: function at `shop/prices.py:2`, Its price.",
        "- `self._extra`: method at `shop/orders.py:27`",
        "- `json.loads`: standard library",
        "- not resolved: `unknown`",
    ]
    assert part(text, "Called by") == [
        "- `shop/__main__.py:2`",
        "- `tests/test_orders.py:3` in `test_total_is_summed`",
    ]
    assert part(text, "Tests that name it") == [
        "- `tests/test_orders.py:2 in test_total_is_summed`"
    ]
    assert part(text, "Size") == ["5 lines, cyclomatic complexity 2."]


async def test_a_line_means_the_innermost_symbol_and_a_blank_one_the_file(shop: Path) -> None:
    inside = await told(shop, Focus("shop/orders.py", span=Span.whole_line(28)))
    outside = await told(shop, Focus("shop/orders.py", span=Span.whole_line(12)))
    assert inside.startswith("# `Order._extra`\n\nInternal method of `Order`")
    assert outside.startswith("# `shop/orders.py`")


async def test_a_class_is_told_by_its_members_and_its_users(shop: Path) -> None:
    text = await told(shop, Focus("shop/orders.py", symbol="Order"))
    assert part(text, "Members") == [
        "- `def total(self, rate: int=1) -> int` (line 21): The sum of it."
    ]
    assert part(text, "Used by")[0] == "- `shop/orders.py:33` in `load`"


async def test_a_plain_name_in_a_method_is_not_the_method_itself(tmp_path: Path) -> None:
    (tmp_path / "paths.py").write_text("def clean(x): return x\n")
    text = "from paths import clean\nclass A:\n    def clean(self): return clean(self)\n"
    (tmp_path / "a.py").write_text(text)
    said = await told(tmp_path, Focus("a.py", symbol="A.clean"))
    assert part(said, "Calls") == ["- `clean`: function at `paths.py:1`"]


async def test_names_that_several_definitions_share_are_said_to_be_shared(tmp_path: Path) -> None:
    text = "class A:\n    def go(self): pass\nclass B:\n    def go(self): pass\nx.go()\n"
    (tmp_path / "a.py").write_text(text)
    lines = part(await told(tmp_path, Focus("a.py", symbol="A.go")), "Called by")
    assert lines == ["- `a.py:5`", "Found by name; 2 definitions in the workspace have this one."]


async def test_what_nobody_calls_says_where_its_name_stands(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def go(): pass\n")
    (tmp_path / "b.py").write_text("from a import go\nTABLE = {1: go}\n")
    lines = part(await told(tmp_path, Focus("a.py", symbol="go")), "Called by")
    assert lines == ["No call by this name in the workspace.", "Its name stands in `b.py`."]


async def test_a_folder_is_told_by_its_modules_and_their_arrows(shop: Path) -> None:
    text = await told(shop, Focus("shop"))
    assert "5 source files (5 Python)" in text
    assert part(text, "Files") == [
        "- `__init__.py`: A shop.",
        "- `__main__.py`",
        "- `orders.py`: Parsing of orders.",
        "- `prices.py`: What things cost.",
        "- `stock.py`",
    ]
    assert part(text, "Entry points") == [
        "- the command `shop` runs `shop.orders:load`",
        "- `shop/__main__.py` can be run",
    ]
    assert part(text, "Who imports whom")[2:] == [
        "- `shop/orders.py` → `shop/prices.py`, `shop/stock.py`"
    ]
    assert part(text, "Third-party modules") == ["`requests` (1 file)."]


async def test_without_a_focus_the_workspace_is_told(shop: Path) -> None:
    text = await told(shop)
    assert text.startswith("# `.`\n\n6 source files (6 Python)")
    assert part(text, "Tests") == ["1 test file."]


async def test_typescript_is_told_with_its_own_imports_and_callers(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "index.ts").write_text("// The library.\nexport function go() {}\n")
    (tmp_path / "app.ts").write_text(
        'import { go } from "./lib";\nimport fs from "fs";\nfunction start() { go(); }\n'
    )
    app = await told(tmp_path, Focus("app.ts"))
    assert part(app, "Imports") == ["- this workspace: `./lib`", "- others: `fs`"]
    lib = await told(tmp_path, Focus("lib/index.ts"))
    assert "> The library." in lib
    assert part(lib, "Imported by 1 file") == ["- `app.ts`"]
    symbol = await told(tmp_path, Focus("lib/index.ts", symbol="go"))
    assert part(symbol, "Called by") == ["- `app.ts:3` in `start`"]


async def test_imports_in_a_docstring_are_no_imports(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""Use it so:\n\nimport b\n"""\nimport json\n')
    (tmp_path / "b.py").write_text("")
    text = await told(tmp_path, Focus("a.py"))
    assert part(text, "Imports") == ["- standard library: `json`"]


async def test_the_editors_text_is_explained(shop: Path) -> None:
    unsaved = {"shop/stock.py": '"""Unsaved."""\ndef fresh(): pass\n'}
    text = await told(shop, Focus("shop/stock.py", symbol="fresh"), unsaved=unsaved)
    assert "`shop/stock.py:2`" in text
    assert not part(text, "Last change")


async def test_git_tells_the_last_change_of_the_lines(tmp_path: Path) -> None:
    def git(*arguments: str, day: int = 1) -> None:
        stamp = f"2024-01-0{day}T12:00:00Z"
        identity = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Ada"), ("EMAIL", "a@b.c"), ("DATE", stamp))
        }
        command = ["git", "-c", "commit.gpgsign=false", *arguments]
        subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, **identity})

    git("init", "-q")
    (tmp_path / "a.py").write_text("def go():\n    pass\n")
    git("add", "a.py")
    git("commit", "-qm", "Go at all")
    (tmp_path / "a.py").write_text("def go():\n    return 1\n")
    git("commit", "-qam", "Go on", day=2)
    lines = part(await told(tmp_path, Focus("a.py", symbol="go")), "Last change")
    assert lines[0].startswith("- 2024-01-02 by Ada: Go on (`")
    assert lines[1:] == ["- Its lines come from 2 commits."]


async def test_what_is_not_there_is_named(shop: Path) -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'Order\.total'"):
        await told(shop, Focus("shop/orders.py", symbol="Order.totals"))
    with pytest.raises(UsageError, match="is a folder"):
        await told(shop, Focus("shop", symbol="Order"))
    with pytest.raises(Unreadable):
        await told(shop, Focus("shop/gone.py"))
    with pytest.raises(OutsideWorkspace):
        await told(shop, Focus("../x.py"))


pieces = st.sampled_from(
    [
        "def f(",
        "class C:",
        "\n",
        "    ",
        ")",
        ":",
        "import x",
        "'''",
        "x(",
        "\0",
        "\r",
        "😀",
        "`",
        "}",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(pieces, max_size=12), st.sampled_from(["a.py", "a.ts", "a.go", "a.txt"]))
async def test_odd_texts_are_explained_as_far_as_they_go(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], path: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "odd"
    root.mkdir(exist_ok=True)
    text = await told(root, Focus(path), unsaved={path: "".join(parts)})
    assert text.startswith(f"# `{path}`")
