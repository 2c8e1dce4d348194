"""Docstrings change nothing but docstrings, whatever the module."""

from __future__ import annotations

import argparse
import ast
import asyncio.tasks
import dataclasses
import email.message
import json.decoder
import pathlib
import zipfile
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmaster.providers.builtin.docstrings import Choice, document_comments, document_python
from bandmaster.workspace import Document
from bandmaster.workspace.symbols import parse_python
from bandmaster.workspace.symbols.trees import code_tokens

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def document(text: str, path: str = "a.py") -> Document:
    return Document(path=path, text=text, sha256=None)


def bare(text: str) -> str:
    """The program without any docstring."""
    tree = parse_python(text)
    assert tree is not None
    for node in ast.walk(tree):
        if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def docstrings(text: str) -> list[str]:
    tree = parse_python(text)
    assert tree is not None
    nodes = [one for one in ast.walk(tree) if isinstance(one, Documented)]
    return [said for one in nodes if (said := ast.get_docstring(one, clean=False)) is not None]


def check(text: str) -> None:
    written = document_python(document(text), Choice())
    assert bare(written.text) == bare(text)
    assert len(docstrings(written.text)) == len(docstrings(text)) + len(written.names)
    again = document_python(document(written.text), Choice())
    assert (again.text, again.names) == (written.text, ())
    lines = written.text.split("\n")
    assert all(line in lines for line in text.split("\n") if line.strip().startswith("#"))


def without_docstrings(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, Documented) and ast.get_docstring(node) and len(node.body) > 1:
            node.body = node.body[1:]
    return ast.unparse(tree) + "\n"


@pytest.mark.parametrize(
    "module",
    [argparse, asyncio.tasks, dataclasses, email.message, json.decoder, pathlib, zipfile],
    ids=lambda module: module.__name__,
)
def test_real_modules_stay_the_same_programs(module: ModuleType) -> None:
    text = pathlib.Path(module.__file__ or "").read_text("utf-8")
    check(text)
    check(without_docstrings(text))


names = st.sampled_from("run is_open to_text _hidden __init__ x parseAll test_it lambda_".split())
types = st.sampled_from(
    ["", ": int", ": 'str'", ": dict[str, int]", ": Literal['\\\\n', '\"\"\"']"]
)
defaults = st.sampled_from(["=None", "='a\\\\b'", "={3: (lambda: 2)}", '=\'"""\'', "=[1, 2]"])
returns = st.sampled_from(["", " -> None", " -> int", " -> Iterator['x']", " -> 'A'"])
leads = st.sampled_from(["", "async ", "@property\n{0}", "@overload\n{0}"])


@st.composite
def headers(draw: st.DrawFn) -> str:
    of_type, default = draw(types), draw(defaults)
    plain = default if not of_type else ""
    given = f"self{of_type}, a{of_type}{plain}, *b, c{of_type} {default}"
    return f"{draw(leads)}def {draw(names)}({given}){draw(returns)}:"


bodies = st.sampled_from(
    [
        " return 1",
        " ...",
        " x = (1,\n 2); return x",
        "  # why\n{1}# note\n{1}raise ValueError('\\\\')",
        "\n{1}yield 1\n{1}return 2",
        "\n\n{1}'''There.'''\n{1}return a",
        "\n{1}def inner(): pass\n{1}return inner",
        " pass",
        "\n{1}b'bytes'",
        "\n{1}f'{a}'",
    ]
)


@st.composite
def modules(draw: st.DrawFn) -> str:
    step = draw(st.sampled_from(["    ", "\t", "  "]))
    parts = [draw(st.sampled_from(["", "# head\n", "#!/bin/x\n\n", "'''M.'''\n", "import os\n"]))]
    for _ in range(draw(st.integers(0, 3))):
        inside = draw(st.booleans())
        indent = step if inside else ""
        if inside:
            parts.append(f"class C{draw(st.sampled_from(['', '(A, metaclass=M)']))}:\n")
        header = draw(headers()).replace("{0}", indent)
        parts.append(indent + header + draw(bodies).replace("{1}", indent + step) + "\n")
    return "".join(parts).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(max_examples=250)
@given(modules())
def test_generated_modules_stay_the_same_programs(text: str) -> None:
    if parse_python(text) is not None:
        check(text)


SCRIPTS = {
    "a.js": "export function %s(a, b = 1) { return a }%s",
    "a.ts": "export class %s { m(a: string, { b }: T): number { return 1 }\n  n(): void {} }%s",
    "a.go": "func %s(a, b int, c ...string) (int, error) { return 1, nil }%s",
    "a.rs": "#[inline]\npub fn %s(a: &str) -> Result<(), E> { Ok(()) }%s",
    "A.java": "class A { public int %s(int a, String... b) throws E, F { return 1; } }%s",
}


@pytest.mark.parametrize("path", SCRIPTS)
@given(
    st.lists(st.sampled_from(["run", "IsOpen", "x", "parseAll"]), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", " // tail\n", "\n\n/* c */\n"]),
)
def test_comments_leave_the_code_as_it_is(path: str, called: list[str], end: str) -> None:
    text = "".join(SCRIPTS[path] % (name, end) for name in called)
    written = document_comments(document(text, path), Choice())
    assert code_tokens(document(written.text, path)) == code_tokens(document(text, path))
    again = document_comments(document(written.text, path), Choice())
    assert (again.text, again.names) == (written.text, ())
