"""Docstring skeletons for Python: what they say, where they go, what is left alone."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from bandmaster.errors import OutsideWorkspace, UnknownName, Unreadable, UsageError, WorkspaceError
from bandmaster.findings import Skipped, Span
from bandmaster.providers.builtin.docs import write_docs
from bandmaster.tasks import Focus, Kind, Proposal, Task
from bandmaster.workspace import Workspace, apply_changes
from bandmaster.workspace.symbols.python import Definition
from tests.core.providers.builtin.desk import desk_for


async def proposed(root: Path, *focus: Focus, unsaved: Mapping[str, str] | None = None) -> Proposal:
    task = Task(kind=Kind.DOCS, focus=focus)
    result = (await write_docs(task, desk_for(root, unsaved=unsaved))).result
    assert isinstance(result, Proposal)
    return result


async def documented(text: str, *, symbol: str | None = None, path: str = "a.py") -> str:
    """`text` after a documentation run (`text` itself where nothing is proposed)."""
    source = dedent(text)
    place = Path("/nowhere")
    proposal = await proposed(place, Focus(path, symbol=symbol), unsaved={path: source})
    changed = [one.after for one in proposal.changes.files]
    return changed[0] or "" if changed else source


async def skeleton(text: str, symbol: str = "f") -> str:
    """The docstring that is written for `symbol`, without its indentation."""
    tree = ast.parse(await documented(text, symbol=symbol))
    nodes = (one for one in ast.walk(tree) if isinstance(one, Definition))
    return ast.get_docstring(next(one for one in nodes if one.name == symbol)) or ""


async def test_a_function_is_told_by_name_types_defaults_and_exceptions() -> None:
    text = """
        def f(name: str, *rest, retries=3, **more: int) -> dict[str, int]:
            if retries < 0:
                raise ValueError("negative")
            raise LookupError
    """
    assert (
        await skeleton(text)
        == dedent("""\
        Return the result of `f`.

        Args:
            name (str):
            *rest:
            retries: Defaults to 3.
            **more (int):

        Returns:
            dict[str, int]

        Raises:
            ValueError: If `retries < 0`.
            LookupError:
        """).strip()
    )


@pytest.mark.parametrize(
    ("header", "summary"),
    [
        ("def parse_header(x): pass", "Parse header."),
        ("def parseURL(x): pass", "Parse URL."),
        ("def content_length(x): return 1", "Return the content length."),
        ("def content_length(x): pass", "Content length."),
        ("def is_valid(x): return 1", "Return whether it is valid."),
        ("def is_valid(x): pass", "Is valid."),
        ("def tokens(x): yield x", "Yield tokens."),
        ("def to_json(x): return x", "Convert to JSON."),
        ("def on_click(x): pass", "Handle click."),
        ("def visit_Name(x): pass", "Visit name."),
        ("class HTTPError(Exception): pass", "HTTP error."),
    ],
)
async def test_a_summary_says_what_the_name_says(header: str, summary: str) -> None:
    name = header.partition("(")[0].rpartition(" ")[2]
    assert (await skeleton(header + "\n", name)).startswith(summary)


async def test_a_generator_tells_what_it_yields() -> None:
    text = "def f(x) -> Generator[int, None, str]:\n    yield x\n"
    assert (await skeleton(text)).endswith("Yields:\n    int\n\nReturns:\n    str")


async def test_a_function_that_returns_nothing_has_no_returns() -> None:
    for annotation in ("", " -> None", " -> NoReturn"):
        text = f"def f(x){annotation}:\n    return\n"
        assert "Returns" not in await skeleton(text)


async def test_a_dataclass_tells_its_fields() -> None:
    text = """
        @dataclass(frozen=True)
        class Point:
            x: int
            label: "str | None" = None
            tags: list[str] = field(default_factory=list)
            kind: ClassVar[str] = "point"
            _seen: bool = False
    """
    assert (
        await skeleton(text, "Point")
        == dedent("""\
        Point.

        Attributes:
            x (int):
            label (str | None): Defaults to None.
            tags (list[str]):
        """).strip()
    )


async def test_an_initializer_names_its_class_and_a_property_has_no_sections() -> None:
    text = """
        class Page:
            def __init__(self, size): pass
            @property
            def width(self) -> int: return 1
    """
    after = await documented(text)
    assert '"""Initialize the `Page`.' in after
    assert '"""The width."""' in after


async def raised_by(body: str) -> list[str]:
    """The exceptions that a skeleton names for a function with this body."""
    text = "class Mine(ValueError): pass\ndef f(x, y):\n" + dedent(body).replace("\n", "\n    ")
    said = await skeleton(text.replace("\ndef f(x, y):\n", "\ndef f(x, y):\n    ").rstrip() + "\n")
    section = said.partition("Raises:\n")[2]
    return [line.strip() for line in section.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("raise ValueError", ["ValueError:"]),
        ("try:\n    raise KeyError\nexcept LookupError:\n    pass", []),
        ("try:\n    raise ValueError\nexcept KeyError:\n    pass", ["ValueError:"]),
        ("try:\n    raise Mine\nexcept ValueError:\n    pass", []),
        ("try:\n    raise Mine\nexcept KeyError:\n    pass", ["Mine:"]),
        ("try:\n    raise ValueError\nexcept Mine:\n    pass", ["ValueError:"]),
        ("try:\n    raise ValueError\nexcept:\n    pass", []),
        ("try:\n    raise Mine\nexcept Exception:\n    pass", []),
        ("try:\n    raise SystemExit\nexcept Exception:\n    pass", ["SystemExit:"]),
        ("try:\n    raise Foreign\nexcept Other:\n    pass", []),
        ("try:\n    g()\nexcept KeyError:\n    raise", ["KeyError:"]),
        ("try:\n    g()\nexcept (KeyError, OSError) as e:\n    raise e", ["KeyError:", "OSError:"]),
        ("try:\n    g()\nexcept Exception:\n    raise", []),
        ("try:\n    g()\nexcept KeyError as e:\n    raise Mine from e", ["Mine:"]),
        ("try:\n    pass\nfinally:\n    raise OSError", ["OSError:"]),
        ("try:\n    raise OSError\nfinally:\n    return", []),
        ("with suppress(OSError):\n    raise OSError", []),
        ("def g():\n    raise OSError", []),
        ("raise make(x)", []),
        ("error = OSError()\nraise error", []),
        ("if x > y:\n    raise OSError", ["OSError: If `x > y`."]),
        ("x = 1\nif x > y:\n    raise OSError", ["OSError:"]),
        ("if x:\n    if y:\n        raise OSError", ["OSError:"]),
        ("if x:\n    raise OSError\nif y:\n    raise OSError", ["OSError: If `x` or if `y`."]),
        ("if x:\n    raise OSError\nraise OSError", ["OSError:"]),
    ],
)
async def test_only_exceptions_that_surely_leave_the_function_are_told(
    body: str, wanted: list[str]
) -> None:
    assert await raised_by(body) == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(): return 1  # one\n", "def f():\n    D\n    return 1  # one\n"),
        ("def f(\n): ...\n", "def f(\n):\n    D\n    ...\n"),
        ("def f():  # why\n    # first\n    x\n", "def f():  # why\n    D\n    # first\n    x\n"),
        ("def f():\r\n\tx\r\n", "def f():\r\n\tD\r\n\tx\r\n"),
        ("def f(x={1: lambda: 2}): x\n", None),
        ("async def f(): x; y\n", "async def f():\n    D\n    x; y\n"),
        ("@d\ndef f():\n  x", "@d\ndef f():\n  D\n  x"),
        ("def f():\n\x0c    x\n", "def f():\n    D\n\x0c    x\n"),
        ("if 1:\n\tdef f(): x\n", "if 1:\n\tdef f():\n\t\tD\n\t\tx\n"),
        ("def f() -> (lambda: 1): x\n", None),
    ],
)
async def test_a_docstring_goes_behind_the_colon_and_nothing_else_moves(
    before: str, after: str | None
) -> None:
    place = Path("/nowhere")
    proposal = await proposed(place, Focus("a.py", symbol="f"), unsaved={"a.py": before})
    changed = proposal.changes.files[0].after or ""
    if after is not None:
        assert changed == after.replace("D", '"""The function `f`."""').replace(
            "The function" if "return" in before else "\0", "Return the result of"
        )
    assert changed.replace(" ", "").endswith(before[-3:].replace(" ", ""))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os\n", "M\n\nimport os\n"),
        (
            "#!/usr/bin/python\n# licence\nimport os\n",
            "#!/usr/bin/python\n# licence\n\nM\n\nimport os\n",
        ),
        ("# licence\n\n# The size.\nSIZE = 1\n", "# licence\n\nM\n\n# The size.\nSIZE = 1\n"),
        ("# The size.\nSIZE = 1\n", "M\n\n# The size.\nSIZE = 1\n"),
        ("# -*- coding: utf-8 -*-\nSIZE = 1\n", "# -*- coding: utf-8 -*-\n\nM\n\nSIZE = 1\n"),
        ("from __future__ import annotations\n", "M\n\nfrom __future__ import annotations\n"),
    ],
)
async def test_a_modules_docstring_stands_below_the_comments_that_head_the_file(
    before: str, after: str
) -> None:
    assert await documented(before, path="sizes.py") == after.replace("M", '"""Sizes."""')


async def test_a_class_docstring_is_set_apart_from_what_follows() -> None:
    text = '"""M."""\nclass Page:\n    def close(self): pass\n'
    wanted = (
        '"""M."""\nclass Page:\n    """Page."""\n\n'
        '    def close(self):\n        """Close."""\n        pass\n'
    )
    assert await documented(text) == wanted


NUMPY = '''"""M."""
def g(a):
    """G.

    Parameters
    ----------
    a : int
    """
def parse(name: str, size=3) -> bool:
    if not name:
        raise ValueError
    return True
'''
SPHINX = (
    "'''M.'''\ndef g(a):\n    '''\n    G.\n\n    :param a: it\n    '''\n"
    + NUMPY[NUMPY.index("def p") :]
)
UNTYPED = '"""M."""\ndef g(a: int):\n    """G.\n\n    Args:\n        a: It.\n    """\n' + (
    "def parse(name: str, size=3) -> bool:\n    pass\n"
)


async def test_numpys_style_is_followed() -> None:
    assert (
        await skeleton(NUMPY, "parse")
        == dedent("""\
        Parse.

        Parameters
        ----------
        name : str
        size : default 3

        Returns
        -------
        bool

        Raises
        ------
        ValueError
            If ``not name``.
        """).strip()
    )


async def test_sphinx_style_is_followed() -> None:
    assert (
        await skeleton(SPHINX, "parse")
        == dedent("""\
        Parse.

        :param name:
        :type name: str
        :param size: Defaults to 3.
        :rtype: bool
        :raises ValueError: If ``not name``.
        """).strip()
    )


async def test_quotes_and_the_first_line_are_as_in_the_file() -> None:
    assert "    '''\n    Parse.\n" in await documented(SPHINX, symbol="parse")
    assert '    """Parse.\n' in await documented(NUMPY, symbol="parse")


async def test_types_are_left_out_where_the_file_leaves_them_out() -> None:
    assert "name:\n    size: Defaults to 3." in await skeleton(UNTYPED, "parse")


async def test_what_is_private_nested_a_test_or_a_form_is_left_out() -> None:
    text = '''
        """M."""
        def _private(): pass
        def outer():
            """O."""
            def inner(): pass
        @overload
        def many(a: int): ...
        class C:
            """C."""
            def __repr__(self): return ""
            def __init__(self): pass
            @x.setter
            def x(self, v): pass
    '''
    assert await documented(text) == dedent(text)
    tests = '"""M."""\ndef test_it(): pass\nclass TestIt:\n    def check(self): pass\n'
    assert await documented(tests, path="tests/test_a.py") == tests
    assert await documented(tests, path="a.py") != tests


@pytest.mark.parametrize("symbol", ["_private", "outer.inner", "C.__repr__"])
async def test_what_is_asked_for_by_name_is_documented(symbol: str) -> None:
    text = """
        def _private(): pass
        def outer():
            def inner(): pass
        class C:
            def __repr__(self): return ""
    """
    after = await documented(text, symbol=symbol)
    assert after.count('"""') == 2


async def test_a_class_that_is_asked_for_comes_with_its_public_methods() -> None:
    text = "class C:\n    def run(self): pass\n    def _go(self): pass\ndef other(): pass\n"
    after = await documented(text, symbol="C")
    assert '"""C."""' in after
    assert '"""Run."""' in after
    assert after.count('"""') == 4


async def test_a_span_means_the_definition_around_it() -> None:
    text = "def one():\n    x = 1\n    return x\n\ndef two(): pass\n"
    focus = Focus("a.py", span=Span.of(2, 1, 2, 5))
    proposal = await proposed(Path("/nowhere"), focus, unsaved={"a.py": text})
    assert (proposal.changes.files[0].after or "").count('"""') == 2
    assert "Return the one" in proposal.changes.diff()


async def test_a_type_that_would_end_the_docstring_is_left_out() -> None:
    text = "def run(x: Literal['\"\"\"'], y: Literal['\\n']) -> Literal['\"\"\"']: pass\n"
    assert await skeleton(text, "run") == "Run.\n\nArgs:\n    x:\n    y (Literal['\\n']):"


async def test_a_definition_that_no_docstring_fits_into_is_named_and_left() -> None:
    text = "def odd():\n    \\\n  x = 1\n    y = 2\ndef run(): pass\n"
    proposal = await proposed(Path("/nowhere"), Focus("a.py"), unsaved={"a.py": text})
    assert "no docstring fits in without other changes: `odd (a.py:1)`" in proposal.text
    assert (proposal.changes.files[0].after or "").count('"""') == 4


async def test_a_second_run_proposes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NUMPY)
    first = await proposed(tmp_path, Focus("a.py"))
    apply_changes(Workspace(tmp_path, 10_000).snapshot(), first.changes)
    second = await proposed(tmp_path, Focus("a.py"))
    assert first.changes.files
    assert second.changes.files == ()
    assert second.text.startswith("Nothing to write")


async def test_bytes_before_and_after_keep_mark_and_encoding(tmp_path: Path) -> None:
    (tmp_path / "mark.py").write_bytes(b"\xef\xbb\xbfdef run():\r\n    pass\r\n")
    (tmp_path / "latin.py").write_bytes(b"# coding: latin-1\ndef run(a='\xe9'):\n    pass\n")
    proposal = await proposed(tmp_path, Focus("."))
    apply_changes(Workspace(tmp_path, 10_000).snapshot(), proposal.changes)
    marked = (tmp_path / "mark.py").read_bytes()
    assert marked.startswith(b'\xef\xbb\xbf"""Mark: `run`."""\r\n\r\ndef run():\r\n    """Run."""')
    assert b"a: Has a default." in (tmp_path / "latin.py").read_bytes()


async def test_the_report_names_what_was_written_and_left(tmp_path: Path) -> None:
    text = '"""M."""\ndef run(): pass\nclass C:\n    """C."""\n    def __len__(self): return 1\n'
    (tmp_path / "a.py").write_text(text)
    (tmp_path / "b.py").write_text("def broken(:\n")
    (tmp_path / "c.rb").write_text("def f; end\n")
    (tmp_path / "d.pyi").write_text("def f(): ...\n")
    (tmp_path / "e.txt").write_text("no code\n")
    proposal = await proposed(tmp_path, Focus("."))
    assert proposal.text == (
        "1 documentation skeleton. Names, types, defaults and exceptions are taken from the code;"
        " what it is for is left for you to write.\n\n- `a.py`: `run`\n\nLeft out:\n\n"
        "- a special method: Python says what it does: `C.__len__ (a.py:5)`\n"
    )
    assert proposal.skipped == (
        Skipped("b.py", "syntax errors; mend them first (`bandmaster fix`)"),
        Skipped("c.rb", "documenting Ruby needs a model"),
        Skipped("d.pyi", "type stubs carry no docstrings"),
    )


async def test_documentation_that_is_there_is_named_when_it_was_asked_for() -> None:
    unsaved = {"a.py": 'def run():\n    """R."""\n'}
    proposal = await proposed(Path("/nowhere"), Focus("a.py", symbol="run"), unsaved=unsaved)
    assert "Documented already: `run`." in proposal.text


async def test_several_symbols_of_one_file_make_one_change() -> None:
    unsaved = {"a.py": "def one(): pass\ndef two(): pass\n"}
    focus = [Focus("a.py", symbol=name) for name in ("one", "two")]
    proposal = await proposed(Path("/nowhere"), *focus, unsaved=unsaved)
    (change,) = proposal.changes.files
    assert (change.after or "").count('"""') == 4
    assert (change.before, change.version) == (unsaved["a.py"], 7)


async def test_what_cannot_be_documented_says_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("f() { :; }\n")
    (tmp_path / "b.py").write_text("def broken(:\n")
    (tmp_path / "c.py").write_text("def run(): pass\n")
    (tmp_path / "bin").write_bytes(b"\0")
    with pytest.raises(UsageError, match="documenting Bash needs a model; set OPENAI_API_KEY"):
        await proposed(tmp_path, Focus("a.sh"))
    with pytest.raises(Unreadable, match="syntax errors"):
        await proposed(tmp_path, Focus("b.py"))
    with pytest.raises(Unreadable, match="binary file"):
        await proposed(tmp_path, Focus("bin"))
    with pytest.raises(UnknownName, match="did you mean 'run'"):
        await proposed(tmp_path, Focus("c.py", symbol="rum"))
    with pytest.raises(UsageError, match="is a folder"):
        await proposed(tmp_path, Focus(".", symbol="run"))
    with pytest.raises(UsageError, match="name a file"):
        await proposed(tmp_path)
    with pytest.raises(OutsideWorkspace):
        await proposed(tmp_path, Focus("../a.py"))
    with pytest.raises(WorkspaceError):
        await proposed(tmp_path, Focus("gone.py"))


async def test_a_program_runs_the_same_with_its_docstrings(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef run(x): return x * 2\n\n\nprint(run(21), len(sys.argv))\n"
    (tmp_path / "a.py").write_text(text)
    proposal = await proposed(tmp_path, Focus("a.py"))
    apply_changes(Workspace(tmp_path, 10_000).snapshot(), proposal.changes)
    done = subprocess.run(["python3", "a.py"], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.stdout == b"42 1\n"
