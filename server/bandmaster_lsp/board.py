"""The findings that are known of each open document, and for which version of it they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bandmaster import Finding, Fix, Position, Span, TextEdit
from bandmaster_lsp.text import LineShift


@dataclass(frozen=True, slots=True)
class Layer:
    """Findings that hold for one version of a document."""

    version: int
    findings: tuple[Finding, ...]


class Board:
    """Two layers a document: what the analysers found, and what a review was asked to find.

    A review may have cost money, so its findings move with the edits around them; one whose own
    lines were edited is gone. The analysers are asked again instead.
    """

    def __init__(self) -> None:
        self._checked: dict[str, Layer] = {}
        self._reviewed: dict[str, Layer] = {}

    def put_checked(self, uri: str, version: int, findings: Iterable[Finding]) -> None:
        self._checked[uri] = Layer(version, tuple(findings))

    def put_reviewed(self, uri: str, version: int, findings: Iterable[Finding]) -> None:
        """A review's findings, without those that the analysers have found as well."""
        self._reviewed[uri] = Layer(version, tuple(findings))

    def checked(self, uri: str, version: int) -> tuple[Finding, ...] | None:
        """None: the analysers have not looked at this version."""
        layer = self._checked.get(uri)
        return layer.findings if layer is not None and layer.version == version else None

    def reviewed(self, uri: str, version: int) -> tuple[Finding, ...]:
        layer = self._reviewed.get(uri)
        if layer is None or layer.version != version:
            return ()
        found = set(self.checked(uri, version) or ())
        return tuple(one for one in layer.findings if one not in found)

    def current(self, uri: str, version: int) -> tuple[Finding, ...]:
        """All findings that hold for `version`."""
        return (*(self.checked(uri, version) or ()), *self.reviewed(uri, version))

    def follow(self, uri: str, version: int, shifts: tuple[LineShift, ...] | None) -> bool:
        """The document is at `version` after `shifts` (None: its whole text was replaced).

        True where that moved or dropped findings of a review.
        """
        layer = self._reviewed.get(uri)
        if layer is None:
            return False
        findings = () if shifts is None else layer.findings
        for shift in shifts or ():
            findings = tuple(moved for one in findings if (moved := _move(one, shift)))
        self._reviewed[uri] = Layer(version, findings)
        return findings != layer.findings

    def drop(self, uri: str) -> None:
        self._checked.pop(uri, None)
        self._reviewed.pop(uri, None)


def _move(finding: Finding, shift: LineShift) -> Finding | None:
    """`finding` after an edit elsewhere in the file, or None where the edit touched it."""
    edits = finding.fix.edits if finding.fix is not None else ()
    spans = [finding.span, *(edit.span for edit in edits)]
    first = min(span.start.line for span in spans) - 1
    last = max(span.end.line for span in spans) - 1
    if last < shift.first:
        return finding
    if first <= shift.last:
        return None
    lines = shift.count - (shift.last - shift.first + 1)
    return replace(finding, span=_down(finding.span, lines), fix=_fix_down(finding.fix, lines))


def _fix_down(fix: Fix | None, lines: int) -> Fix | None:
    if fix is None:
        return None
    edits = (TextEdit(_down(edit.span, lines), edit.text) for edit in fix.edits)
    return replace(fix, edits=tuple(edits))


def _down(span: Span, lines: int) -> Span:
    return Span(
        Position(span.start.line + lines, span.start.column),
        Position(span.end.line + lines, span.end.column),
    )
