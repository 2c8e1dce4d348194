"""A review as text for a person: grouped by file and rule, worst first, why and how told once."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from bandmaster import Finding, Outcome, Review, Severity
from bandmaster_cli.formats.excerpts import Excerpt, Reader
from bandmaster_cli.formats.summary import STYLES, counted, print_end, print_head
from bandmaster_cli.opening import shown_path
from bandmaster_cli.printable import one_line, printable
from bandmaster_cli.terminal import Paper

_SECRETIVE = "secrets"
"""The source whose lines hold secrets; they are not printed."""
_LABEL = 8
"""Columns before the text of `why` and `fix`."""


@dataclass(frozen=True, slots=True)
class View:
    """How much of a review is printed, and from where its code is read."""

    root: Path
    show: int
    """How many findings are shown in full."""
    everything: bool
    """Whether all findings and skipped files are shown."""
    read: Reader


def print_review(paper: Paper, outcome: Outcome, review: Review, view: View) -> None:
    """Print the review; lines with places are never wrapped."""
    shown = review.findings if view.everything else review.findings[: view.show]
    print_head(paper, outcome, review, view.root)
    for path, findings in _by_file(shown):
        paper.put()
        head = Text(one_line(shown_path(view.root, path)), style="bold underline")
        paper.put(head.append(f"  {counted(findings)}", style="not bold not underline dim"))
        for group in _by_rule(findings):
            _print_group(paper, group, view.read)
    print_end(paper, outcome, review, view.root, len(shown), everything=view.everything)


def _by_file(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Files in the order of their worst finding."""
    files: dict[str, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.path, []).append(finding)
    return list(files.items())


def _by_rule(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that are explained by the same words, worst first, each group by place."""
    groups: dict[tuple[str, Severity, str, str], list[Finding]] = {}
    for one in sorted(findings, key=lambda finding: finding.rank):
        groups.setdefault((one.rule, one.severity, one.why, one.how), []).append(one)
    return [sorted(group, key=lambda one: one.span) for group in groups.values()]


def _print_group(paper: Paper, group: list[Finding], read: Reader) -> None:
    worst = group[0]
    title = Text("  ")
    title.append(f"{worst.severity.word:<8}", style=STYLES[worst.severity])
    title.append(f" {worst.rule}", style="bold").append(_name(worst))
    if worst.source not in ("ruff", "builtin"):
        title.append(f"  {one_line(worst.source)}", style="dim")
    paper.put(title)
    for before, finding in zip((None, *group), group, strict=False):
        _print_place(paper, finding, read, again=before is not None and _same(before, finding))
    _print_labelled(paper, "why", worst.why)
    _print_labelled(paper, "fix", worst.how)


def _name(finding: Finding) -> str:
    """The rule's readable name, where its code does not say it."""
    return "" if finding.name in finding.rule else f" {finding.name}"


def _same(one: Finding, other: Finding) -> bool:
    return one.message == other.message


def _print_place(paper: Paper, finding: Finding, read: Reader, *, again: bool) -> None:
    """The place with its message and its line; a message told just before is not told `again`."""
    place = f"{finding.span.start.line}:{finding.span.start.column}"
    lead = Text(f"    {place:<7} ", style="cyan")
    indent = len(lead)
    excerpt = None if finding.source == _SECRETIVE else read(finding)
    code = excerpt is not None and bool(excerpt.line.strip())
    if not (again and code):
        for line in _wrap(finding.message, paper.columns - indent):
            paper.put(lead.append(line, style="default"))
            lead = Text(" " * indent)
    if excerpt is not None and code:
        _print_excerpt(paper, excerpt, lead)


def _print_excerpt(paper: Paper, excerpt: Excerpt, lead: Text) -> None:
    """The line, and marks under the part that is meant where that is not the whole line."""
    indent = len(lead)
    room = paper.columns - indent - 2
    left = len(excerpt.line) - len(excerpt.line.lstrip())
    if excerpt.end - left > room:
        left = max(left, excerpt.start - room // 3)
    line = excerpt.line[left:]
    before = _visible(excerpt.line[left : excerpt.start])
    meant = _visible(excerpt.line[max(left, excerpt.start) : excerpt.end])
    code = _visible(line)
    if cell_len(code) > room:
        code = code[: room - 1] + "…"
    paper.put(lead.append("│ ", style="dim").append(code, style="default"))
    marks = min(cell_len(meant), room - cell_len(before))
    if 0 < marks < cell_len(code.rstrip()):
        under = " " * cell_len(before) + "^" * marks
        paper.put(Text(" " * indent).append("│ ", style="dim").append(under, style="yellow"))


def _visible(code: str) -> str:
    return printable(code.expandtabs(4)).replace("\n", " ")


def _print_labelled(paper: Paper, label: str, words: str) -> None:
    for number, line in enumerate(_wrap(words, paper.columns - _LABEL - 4)):
        start = Text(f"    {label if number == 0 else '':<{_LABEL}}", style="dim")
        paper.put(start.append(line, style="not dim" if label == "fix" else "dim"))


def _wrap(words: str, width: int) -> list[str]:
    return textwrap.wrap(one_line(words), max(width, 20), break_on_hyphens=False)
