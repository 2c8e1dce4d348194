"""The one place where LSP and the core meet: positions, ranges, edits, URIs, diagnostics.

The core counts lines and columns from 1 in code points, LSP from 0 in the units that the editor
chose.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types

from bandmaster import Category, FileChange, Finding, Position, Severity, Span, TextEdit
from bandmaster_lsp.abilities import Abilities
from bandmaster_lsp.columns import Encoding, to_units
from bandmaster_lsp.text import Text

_FILE_URI = re.compile(r"(?i:file):(?://([^/]*))?(/.*)", re.DOTALL)
_SEVERITIES = {
    Severity.CRITICAL: types.DiagnosticSeverity.Error,
    Severity.HIGH: types.DiagnosticSeverity.Error,
    Severity.MEDIUM: types.DiagnosticSeverity.Warning,
    Severity.LOW: types.DiagnosticSeverity.Information,
}


def to_path(uri: str) -> Path | None:
    """The file that `uri` names, or None where it names no file of this machine."""
    match = _FILE_URI.match(uri)
    if match is None:
        return None
    # A client that does not escape `?` and `#` means the file, so they are not split off.
    host, path = (match[1] or "").lower(), unquote(match[2], errors="surrogateescape")
    if "\0" in path:
        return None
    if os.name == "nt":
        return Path(_windows_path(host, path))
    return Path(path) if host in ("", "localhost") else None


def _windows_path(host: str, path: str) -> str:
    """A drive (`/c:/x` is `c:/x`), or a share of `host`."""
    if host not in ("", "localhost"):
        return f"//{host}{path}"
    return path[1:] if path[2:3] == ":" else path


def real_path(uri: str) -> Path | None:
    """As `to_path`, with the links on the way to the file followed, but not the file itself."""
    path = to_path(uri)
    return None if path is None else Path(os.path.realpath(path.parent)) / path.name


def to_uri(path: Path) -> str:
    return path.as_uri()


def to_position(text: Text, position: Position) -> types.Position:
    """`position` as LSP; a place behind the end of the text is its end."""
    number = min(max(position.line - 1, 0), text.line_count - 1)
    line = text.line(number)
    if position.line > text.line_count:
        return types.Position(number, to_units(line, len(line), text.encoding))
    return types.Position(number, to_units(line, position.column - 1, text.encoding))


def to_range(text: Text, span: Span) -> types.Range:
    return types.Range(to_position(text, span.start), to_position(text, span.end))


def from_position(text: Text, position: types.Position) -> Position:
    line, column = text.locate(position)
    return Position(line + 1, column + 1)


def from_range(text: Text, range_: types.Range) -> Span:
    return Span(from_position(text, range_.start), from_position(text, range_.end))


def on_lines(one: Span, other: Span) -> bool:
    """Whether two spans share a line: a person means what is on the line of the cursor."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def to_edits(text: Text, edits: Iterable[TextEdit]) -> list[types.TextEdit]:
    return [types.TextEdit(to_range(text, edit.span), edit.text) for edit in edits]


def change_edits(change: FileChange, encoding: Encoding) -> list[types.TextEdit]:
    """The edits that turn the text of `change` from before into after."""
    return to_edits(Text(change.before or "", encoding), change.edits())


def identity(finding: Finding) -> str:
    """A short name of `finding` that stays the same while the finding does."""
    said = (finding.path, finding.rule, finding.span, finding.message, finding.source)
    return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()[:16]


def to_diagnostic(text: Text, finding: Finding, abilities: Abilities) -> types.Diagnostic:
    href = types.CodeDescription(finding.url) if finding.url else None
    return types.Diagnostic(
        range=to_range(text, finding.span),
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=href if abilities.code_description else None,
        source="bandmaster",
        message="\n".join(part for part in (finding.message, finding.how) if part),
        tags=_tags(finding) if abilities.diagnostic_tags else None,
        data={"finding": identity(finding), "foundBy": finding.source},
    )


def _tags(finding: Finding) -> list[types.DiagnosticTag] | None:
    if finding.category is Category.DEAD_CODE:
        return [types.DiagnosticTag.Unnecessary]
    if "deprecated" in finding.name:
        return [types.DiagnosticTag.Deprecated]
    return None
