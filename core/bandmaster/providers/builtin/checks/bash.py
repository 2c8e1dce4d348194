"""Checks for shell scripts."""

from __future__ import annotations

import re

from tree_sitter import Node

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.checks import shapes
from bandmaster.providers.builtin.checks.check import check, field, text

_FETCHES = re.compile(r"\s*(?:sudo\s+)?(?:curl|wget)\b")
_RUNS = re.compile(
    r"\s*(?:sudo\s+(?:-\w+\s+)*)?(?:/bin/)?(?:ba|z|da|k)?sh\b(?:\s+-s?)?\s*(?:$|-|\s)"
)
_OPEN_TO_ALL = re.compile(r"^0?0?777$|^a\+rwx$|^a\+w$|^o\+w$|^0?666$")


def _words(node: Node) -> list[str]:
    """The arguments of a command, as they are written."""
    return [text(one) for one in node.children_by_field_name("argument")]


def _command(node: Node) -> str:
    return text(field(node, "name"))


def _removes_root(node: Node) -> bool:
    """`rm -rf $VAR/…` removes the root when the variable is empty."""
    words = _words(node)
    if _command(node) != "rm" or not any(re.match(r"-\w*r", word, re.I) for word in words):
        return False
    return any(re.match(r"""^["']?\$(?:\w+|\{\w+\})["']?/["']?\*?["']?$""", word) for word in words)


def _runs_text(node: Node) -> bool:
    words = _words(node)
    return _command(node) == "eval" and any(
        re.search(r"\$(?:[1-9@*]|\{[1-9@*]\})", word) for word in words
    )


def _splits(node: Node) -> bool:
    """`$@` without quotes as an argument of a command."""
    return any(word in ("$@", "$*", "${@}") for word in _words(node)) and _command(node) not in (
        "echo",
        "set",
        "printf",
        "shift",
    )


def _spaced(node: Node) -> bool:
    """`x = 5` runs a command named x."""
    words = _words(node)
    return (
        len(words) >= 1
        and words[0] == "="
        and re.fullmatch(r"[A-Za-z_]\w*", _command(node)) is not None
    )


def _pipes_download(node: Node) -> bool:
    parts = [text(one) for one in node.named_children if one.type != "comment"]
    return (
        len(parts) > 1
        and _FETCHES.match(parts[0]) is not None
        and any(_RUNS.match(part + " ") for part in parts[1:])
    )


def _opens_to_all(node: Node) -> bool:
    words = [word for word in _words(node) if not word.startswith("-")]
    return _command(node) == "chmod" and bool(words) and _OPEN_TO_ALL.match(words[0]) is not None


def _goes_on(node: Node) -> bool:
    """`cd` that may fail, directly before a command that removes files here."""
    if _command(node) != "cd" or not _words(node):
        return False
    after = shapes.neighbour(node, step="behind")
    return (
        node.parent is not None
        and node.parent.type in ("program", "compound_statement", "do_group")
        and after is not None
        and after.type == "command"
        and _command(after) == "rm"
        and not any(word.startswith(("/", '"/', "$")) for word in _words(after))
        and not _stops_on_errors(node)
    )


def _stops_on_errors(node: Node) -> bool:
    root = node
    while root.parent is not None:
        root = root.parent
    return re.search(r"^\s*set\s+-\w*e|^#!.*\s-\w*e|errexit", text(root), re.MULTILINE) is not None


def _redirects_in_test(node: Node) -> bool:
    """`[ a > b ]` writes a file named b."""
    whole = text(node)
    return (
        whole.startswith("[ ")
        and not whole.startswith("[[")
        and re.search(r"""\s[<>]\s""", whole) is not None
        and "\\>" not in whole
        and "\\<" not in whole
    )


BASH = (
    check(
        "sh-remove-root",
        shapes.LIKELY_BUG,
        "(command) @hit",
        _removes_root,
        "When the variable is empty, everything below `/` is removed",
        "One missing setting, and the machine is gone.",
        "Write `${VAR:?}` so that the script stops when it is empty.",
    ),
    check(
        "sh-spaced-assignment",
        shapes.SURE_BUG,
        "(command) @hit",
        _spaced,
        "With spaces around `=` this runs a command and assigns nothing",
        "The variable keeps its old value.",
        "Remove the spaces.",
    ),
    check(
        "sh-redirect-in-test",
        shapes.SURE_BUG,
        "(test_command) @hit",
        _redirects_in_test,
        "Inside `[ ]` the sign redirects to a file",
        "The test is always true, and a file is overwritten.",
        "Use `-gt` or `-lt` for numbers, `[[ ]]` for text.",
    ),
    check(
        "sh-unquoted-arguments",
        (Severity.LOW, Confidence.HIGH, Category.BUG),
        "(command) @hit",
        _splits,
        "Arguments with spaces fall apart",
        "A file named `my file` becomes two arguments.",
        'Write `"$@"`.',
    ),
    check(
        "sh-unchecked-cd",
        shapes.LIKELY_BUG,
        "(command) @hit",
        _goes_on,
        "When `cd` fails, the next command removes files in the wrong folder",
        "The folder may be missing, or not to be entered.",
        "Write `cd … || exit`.",
    ),
    check(
        "sh-eval-of-arguments",
        shapes.RISK,
        "(command) @hit",
        _runs_text,
        "Arguments of the script are run as code",
        "Whoever chooses the arguments runs commands.",
        'Run `"$@"` as it is, or use an array.',
    ),
    check(
        "sh-run-download",
        shapes.RISK,
        "(pipeline) @hit",
        _pipes_download,
        "A download is run as it arrives",
        "Whoever controls the server, or a cut connection, decides what runs here.",
        "Download to a file, check it, then run it.",
    ),
    check(
        "sh-open-to-all",
        shapes.RISK,
        "(command) @hit",
        _opens_to_all,
        "Everybody on the machine may change the file",
        "Any user or broken service can replace what is in it.",
        "Give write permission to the owner only.",
    ),
)
