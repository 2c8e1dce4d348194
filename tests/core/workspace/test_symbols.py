"""What source files define, in each language of the table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmaster.changes import split_lines
from bandmaster.errors import UnknownName
from bandmaster.findings import Span
from bandmaster.workspace import Document
from bandmaster.workspace.symbols import (
    LANGUAGES,
    AmbiguousName,
    Symbol,
    find,
    language_of,
    last_line,
    symbol_at,
    symbols,
)


def defined(path: str, text: str) -> tuple[Symbol, ...]:
    return symbols(Document(path=path, text=text, sha256=None))


def told(path: str, text: str) -> list[str]:
    return [f"{one.kind} {one.qualified_name}" for one in defined(path, text)]


def cut(text: str, span: Span) -> str:
    """What stands in `span`, by lines and code points."""
    lines = split_lines(text)
    start = sum(map(len, lines[: span.start.line - 1])) + span.start.column - 1
    end = sum(map(len, lines[: span.end.line - 1])) + span.end.column - 1
    return text[start:end]


PYTHON = '''X = 1
@cache
async def fetch(url: str, *rest, retries=3) -> bytes:
    """Fetch it.

    More.
    """
    def inner(): pass
class Page(Base, metaclass=Meta):
    @property
    def size(self): return 1
    def _hidden(self): pass
'''


def test_python_is_read_with_kinds_and_nesting() -> None:
    assert told("a.py", PYTHON) == [
        "constant X",
        "function fetch",
        "function fetch.inner",
        "class Page",
        "property Page.size",
        "method Page._hidden",
    ]


def test_a_python_function_tells_everything_of_itself() -> None:
    fetch = defined("a.py", PYTHON)[1]
    assert fetch.signature == "async def fetch(url: str, *rest, retries=3) -> bytes"
    assert (fetch.summary, fetch.returns, fetch.decorators) == ("Fetch it.", "bytes", ("cache",))
    assert [(one.name, one.type, one.default) for one in fetch.parameters] == [
        ("url", "str", ""),
        ("*rest", "", ""),
        ("retries", "", "3"),
    ]
    assert (fetch.span.start.line, last_line(fetch.span)) == (2, 8)


def test_underscores_and_nesting_make_python_names_internal() -> None:
    public = [one.qualified_name for one in defined("a.py", PYTHON) if one.exported]
    assert public == ["X", "fetch", "Page", "Page.size"]


def test_python_that_does_not_parse_is_still_read() -> None:
    text = "def good(a: int):\n    pass\nclass C:\n    def m(self): pass\ndef broken(:\n"
    assert told("a.py", text)[:3] == ["function good", "class C", "method C.m"]


SAMPLES = {
    "a.js": (
        "export function f(a, b = 1) {}\nconst g = async (x) => 1;\n"
        "class A { #p() {} m() {} }\nexports.h = function () {};\nexport { A };\n",
        ["+function f", "-function g", "+class A", "-method A.#p", "+method A.m", "+function h"],
    ),
    "a.ts": (
        "export interface I { k(x: number): void }\nexport type T = string;\nenum E { A }\n"
        "export class C { private p() {} q(): void {} }\nexport const f = (x: number) => x;\n",
        [
            "+interface I",
            "+method I.k",
            "+type T",
            "-enum E",
            "+class C",
            "-method C.p",
            "+method C.q",
            "+function f",
        ],
    ),
    "a.tsx": (
        "export function View(p: Props) { return <div/>; }\n",
        ["+function View"],
    ),
    "a.go": (
        "package a\nfunc F(a, b int) error { return nil }\nfunc (s *Server) close() {}\n"
        "type Server struct{}\ntype R interface{ Read() }\nvar x, Y = 1, 2\n",
        [
            "+function F",
            "-method Server.close",
            "+struct Server",
            "+interface R",
            "+method R.Read",
            "-variable x",
            "+variable Y",
        ],
    ),
    "a.rs": (
        "pub struct S;\nimpl S { pub fn m(&self) {} fn p() {} }\nimpl T for S { fn t(&self) {} }\n"
        "mod inner { pub fn f() {} }\n",
        [
            "+struct S",
            "+method S.m",
            "-method S.p",
            "+method S.t",
            "-module inner",
            "-function inner.f",
        ],
    ),
    "A.java": (
        "public class A { public A(int x) {} void m() {} }\ninterface I { void g(); }\n",
        ["+class A", "+method A.A", "-method A.m", "-interface I", "-method I.g"],
    ),
    "a.c": (
        "static int *f(int a) { return 0; }\nstruct S { int x; };\n#define M(a) a\nint g(void);\n",
        ["-function f", "+struct S", "+macro M", "+function g"],
    ),
    "a.cpp": (
        "namespace n { class C { int f(int x) const; }; }\n"
        "int n::C::f(int x) const { return x; }\n",
        ["+module n", "+class n.C", "+method n.C.f", "+method n.C.f"],
    ),
    "a.cs": (
        "namespace N { public class C { public int M(int a) { return a; } int P { get; } } }\n",
        ["+module N", "+class N.C", "+method N.C.M", "-property N.C.P"],
    ),
    "a.rb": (
        "module M\n  class C < D # base\n    def m(a, k:)\n    end\n"
        "    def self.s; end\n  end\nend\n",
        ["+module M", "+class M.C", "+method M.C.m", "+method M.C.s"],
    ),
    "a.php": (
        "<?php\nclass C { private function p() {} function q(int $x): int {} }\nfunction f() {}\n",
        ["+class C", "-method C.p", "+method C.q", "+function f"],
    ),
    "a.sh": ("f() { :; }\nfunction g { :; }\n", ["+function f", "+function g"]),
    "a.py": ("def f(): pass\n", ["+function f"]),
}


@pytest.mark.parametrize("path", SAMPLES)
def test_each_language_names_its_symbols_and_what_it_exports(path: str) -> None:
    text, wanted = SAMPLES[path]
    found = [
        f"{'+' if one.exported else '-'}{one.kind} {one.qualified_name}"
        for one in defined(path, text)
    ]
    assert found == wanted


@pytest.mark.parametrize("path", SAMPLES)
def test_the_span_of_a_name_holds_the_name(path: str) -> None:
    text = SAMPLES[path][0].replace("\n", "\r\n")
    for one in defined(path, text):
        assert cut(text, one.name_span).rpartition("::")[2] == one.name
        assert cut(text, one.name_span) in cut(text, one.span)


def test_every_language_of_the_table_has_a_sample() -> None:
    sampled = {language_of(path, text) for path, (text, _) in SAMPLES.items()}
    assert sampled == set(LANGUAGES)


@pytest.mark.parametrize(
    ("path", "text", "documentation"),
    [
        ("a.go", "package a\n\n// F does it\n// well.\nfunc F() {}\n", "F does it\nwell."),
        ("a.rs", "/// Does it.\n#[inline]\nfn f() {}\n", "Does it."),
        ("A.java", "/**\n * Does it.\n */\nclass A {}\n", "Does it."),
        ("a.js", "/** Does it. */\nexport function f() {}\n", "Does it."),
        ("a.rb", "# Does it.\ndef f; end\n", "Does it."),
        ("a.go", "package a\n\n// Far away.\n\nfunc F() {}\n", None),
        ("a.js", "g(); // about g\nfunction f() {}\n", None),
    ],
)
def test_the_comment_right_above_is_the_documentation(
    path: str, text: str, documentation: str | None
) -> None:
    assert defined(path, text)[0].docstring == documentation


def test_parameters_and_results_are_read_from_the_tree() -> None:
    go = defined("a.go", "package a\nfunc F(a, b int, c ...string) (int, error) {}\n")[0]
    assert [(one.name, one.type) for one in go.parameters] == [
        ("a", "int"),
        ("b", "int"),
        ("...c", "string"),
    ]
    assert go.returns == "(int, error)"
    c = defined("a.c", "int f(const char *name, int n) { }\n")[0]
    assert [(one.name, one.type) for one in c.parameters] == [
        ("name", "const char *"),
        ("n", "int"),
    ]


def test_an_unknown_language_has_no_symbols() -> None:
    assert defined("notes.txt", "def f(): pass\n") == ()


@pytest.mark.parametrize(
    ("path", "first", "name"),
    [
        ("run", "#!/usr/bin/env python3\n", "python"),
        ("run", "#!/bin/sh\n", "bash"),
        ("run", "#!/usr/bin/env -S node --flag\n", "javascript"),
        ("a.h", "int f(void);\n", "c"),
        ("a.h", "namespace n { }\n", "cpp"),
        ("A.PY", "", "python"),
    ],
)
def test_a_file_tells_its_language_by_name_or_first_line(path: str, first: str, name: str) -> None:
    language = language_of(path, first)
    assert language is not None
    assert language.name == name


def test_the_innermost_symbol_holds_a_line() -> None:
    found = defined("a.py", PYTHON)
    names = [symbol_at(found, line) for line in (2, 8, 9, 10, 12)]
    assert [one.qualified_name if one else None for one in names] == [
        "fetch",
        "fetch.inner",
        "Page",
        "Page.size",
        "Page._hidden",
    ]
    assert symbol_at(found, 99) is None


@pytest.mark.parametrize("written", ["Page.size", "size", "Page::size", "Page#size", "size()"])
def test_a_symbol_is_found_by_its_whole_name_or_its_tail(written: str) -> None:
    assert find(defined("a.py", PYTHON), written).qualified_name == "Page.size"


def test_an_unknown_symbol_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'fetch'") as caught:
        find(defined("a.py", PYTHON), "fetsh")
    assert caught.value.near[0] == "fetch"


def test_a_name_of_several_symbols_lists_them() -> None:
    text = "class A:\n    def run(self): pass\nclass B:\n    def run(self): pass\n"
    with pytest.raises(AmbiguousName, match=r"'A\.run', 'B\.run'"):
        find(defined("a.py", text), "run")


def test_of_overloads_the_implementation_is_found_and_of_a_property_its_getter() -> None:
    text = (
        "@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): return a\n"
        "class C:\n    @property\n    def p(self): ...\n    @p.setter\n    def p(self, v): ...\n"
    )
    assert find(defined("a.py", text), "f").span.start.line == 5
    assert find(defined("a.py", text), "C.p").name_span.start.line == 8


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", ""),
        ("a.py", "(" * 5000),
        ("a.py", "x = 1\0\n"),
        ("a.py", "x = '\ud800'\n"),
        ("a.js", "(" * 20_000),
        ("a.rs", "mod a{" * 3000),
        ("a.go", "\x0c\r\r\n"),
        ("a.c", "x" * 300_000),
        ("a.cpp", "{" * 60_000),
    ],
)
def test_odd_texts_have_no_symbols_or_some_but_never_break(path: str, text: str) -> None:
    assert len(defined(path, text)) <= 3000


names = st.text("abcäß", min_size=1, max_size=5).filter(str.isidentifier)
strings = st.text("é😀𝒳 \u2028", max_size=6)


@settings(max_examples=60)
@given(st.lists(st.tuples(names, strings), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
@pytest.mark.parametrize("path", ["a.py", "a.js"])
def test_columns_count_code_points(path: str, parts: list[tuple[str, str]], end: str) -> None:
    def line(name: str, text: str) -> str:
        if path == "a.py":
            return f"{name} = {text!r}{end}class {name}_: x = {text!r}{end}"
        return f"/*{text}*/ function {name}() {{ return '{text}' }} /*{text}*/{end}"

    text = "".join(line(name, said) for name, said in parts)
    found = defined(path, text)
    assert found
    for one in found:
        assert cut(text, one.name_span) == one.name
        assert cut(text, one.span).strip() == cut(text, one.span)
