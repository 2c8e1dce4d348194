"""Applying the edits of findings to a text, one finding at a time, so that it still parses."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence

from bandmaster.findings import Finding, TextEdit
from bandmaster.providers.builtin.material import is_python
from bandmaster.providers.builtin.positions import Ruler
from bandmaster.workspace import Document


def apply_each(document: Document, findings: Sequence[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """The text with the fixes of `findings`, and those findings whose fix was taken.

    A fix that overlaps an earlier one, or after which the file no longer parses, is left out.
    """
    ruler = Ruler(document.text)
    must_parse = is_python(document) and python_parses(document.text)
    text, taken, done = document.text, list[_Cut](), list[Finding]()
    for finding in findings:
        cuts = [_cut(ruler, edit) for edit in finding.fix.edits] if finding.fix else []
        new = [cut for cut in cuts if cut not in taken]
        if not cuts or any(_overlap(cut, other) for cut in new for other in taken):
            continue
        candidate = _applied(document.text, [*taken, *new])
        if must_parse and not python_parses(candidate):
            continue
        text, done = candidate, [*done, finding]
        taken += new
    return text, tuple(done)


def python_parses(text: str) -> bool:
    """Whether Python can compile `text`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


_Cut = tuple[int, int, str]
"""From where to where, and what comes there."""


def _cut(ruler: Ruler, edit: TextEdit) -> _Cut:
    return ruler.offset(edit.span.start), ruler.offset(edit.span.end), edit.text


def _overlap(one: _Cut, other: _Cut) -> bool:
    return one[0] == other[0] or (one[0] < other[1] and other[0] < one[1])


def _applied(text: str, cuts: Sequence[_Cut]) -> str:
    for start, end, new in sorted(cuts, reverse=True):
        text = text[:start] + new + text[end:]
    return text
