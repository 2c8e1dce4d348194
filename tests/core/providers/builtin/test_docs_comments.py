"""Documentation comments above functions of JavaScript, TypeScript, Go, Rust and Java."""

from __future__ import annotations

from textwrap import dedent

import pytest

from bandmaster.findings import Span
from bandmaster.providers.builtin.docstrings import Choice, document_comments
from bandmaster.workspace import Document

EVERYTHING = Choice()


def commented(path: str, text: str, choice: Choice = EVERYTHING) -> str:
    return document_comments(Document(path=path, text=text, sha256=None), choice).text


@pytest.mark.parametrize(
    ("path", "code", "comment"),
    [
        (
            "a.ts",
            "export async function fetchPage(url: string, n = 3, ...rest: string[]): Promise<R> {}",
            """\
            /**
             * Fetch page.
             *
             * @param {string} url
             * @param [n=3]
             * @param {...string} rest
             * @returns {Promise<R>}
             */
            """,
        ),
        ("a.js", "export const isOpen = () => 1;", "/** Is open. */\n"),
        (
            "a.go",
            "func ParseHeader(text string, strict bool) (Header, error) { }",
            """\
            // ParseHeader parses header.
            //
            // It takes text (string), strict (bool); it returns (Header, error).
            """,
        ),
        ("a.go", "func (s *Server) IsOpen() bool { }", "// IsOpen reports whether it is open.\n"),
        (
            "a.rs",
            "#[inline]\npub fn parse(text: &str) -> Option<H> { }",
            """\
            /// Parse.
            ///
            /// # Arguments
            ///
            /// * `text` - `&str`
            ///
            /// # Returns
            ///
            /// `Option<H>`
            """,
        ),
    ],
)
def test_a_comment_tells_name_parameters_and_result(path: str, code: str, comment: str) -> None:
    assert commented(path, f"{code}\n") == f"{dedent(comment)}{code}\n"


def test_javadoc_tells_exceptions_and_keeps_the_indentation() -> None:
    text = "public class A {\n\t@X\n\tpublic List<T> all(int n) throws E {\n\t}\n}\n"
    wanted = (
        "public class A {\n\t/**\n\t * Return the all.\n\t *\n\t * @param n {@code int}\n"
        "\t * @return {@code List<T>}\n\t * @throws E\n\t */\n"
    )
    assert commented("A.java", text) == wanted + text.partition("{\n")[2]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", "function hidden() {}\n"),
        ("a.js", "// Told.\nexport function told() {}\n"),
        ("a.ts", "export class C { private p() {} }\n"),
        ("a.go", "func hidden() {}\n"),
        ("a.rs", "fn hidden() {}\n"),
        ("A.java", "class A {\n  @Override\n  public String toString() {}\n}\n"),
        ("A.java", "class A { public void f() {} }\n"),
        ("a_test.go", "func TestIt(t *testing.T) {}\n"),
    ],
)
def test_what_is_hidden_told_inherited_a_test_or_mid_line_is_left_out(path: str, text: str) -> None:
    assert commented(path, text) == text


def test_overloads_are_documented_once() -> None:
    text = "export function f(a: string): void;\nexport function f(a: number): void;\n"
    assert commented("a.ts", text).count("/**") == 1


def test_what_is_asked_for_is_documented_exported_or_not() -> None:
    text = "function one() {}\nfunction two() {\n  g();\n}\n"
    by_name = commented("a.js", text, Choice(symbol="one"))
    by_place = commented("a.js", text, Choice(span=Span.of(3, 1, 3, 4)))
    assert by_name == f"/** One. */\n{text}"
    assert by_place == text.replace("function two", "/** Two. */\nfunction two")


def test_line_ends_are_kept() -> None:
    assert commented("a.go", "func Run() {\r\n}\r\n") == "// Run runs.\r\nfunc Run() {\r\n}\r\n"


@pytest.mark.parametrize("parameter", ['a = "*/ evil()"', 'a: "*/ evil()"'])
def test_a_parameter_cannot_end_the_comment(parameter: str) -> None:
    text = f"export function f({parameter}) {{}}\n"
    assert commented("a.ts", text).count("*/") == 2
