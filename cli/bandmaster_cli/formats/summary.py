"""The first and last lines of a review: how much was found, what is not shown, what was skipped."""

from __future__ import annotations

import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.text import Text

from bandmaster import Finding, Focus, Outcome, Review, Severity, Skipped
from bandmaster_cli.opening import shown_path
from bandmaster_cli.printable import one_line
from bandmaster_cli.terminal import Paper

STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
}
_SKIPPED_SHOWN = 5


def print_head(paper: Paper, outcome: Outcome, review: Review, root: Path) -> None:
    """What was examined and what came of it, in two lines."""
    files = number(review.examined, "file")
    paper.put(
        Text("Reviewed ")
        .append(f"{files} of {_where(outcome.task.focus, root)}", style="bold")
        .append(f" in {outcome.seconds:.1f} s with {outcome.model}")
    )
    if not review.findings:
        found = "No findings." if review.examined else "No file was examined."
        paper.put(Text(found, style="green" if review.examined else "yellow"))
        return
    line = Text(f"{number(len(review.findings), 'finding')}: ", style="bold")
    for index, (severity, count) in enumerate(_by_severity(review.findings)):
        line.append(" · " if index else "").append(f"{count} {severity.word}", STYLES[severity])
    paper.put(line)


def _where(focus: Sequence[Focus], root: Path) -> str:
    """What was looked at: one place by its name, several as their project."""
    one = focus[0].path if len(focus) == 1 else "."
    return one_line(root.name if one == "." else shown_path(root, one))


def _arguments(focus: Sequence[Focus], root: Path) -> list[str]:
    """The places of a task as a person here would type them."""
    here = Path.cwd()
    places = [root / one.path for one in focus]
    inside = [one.relative_to(here) if one.is_relative_to(here) else one for one in places]
    return [shlex.quote(one_line(str(one))) for one in inside]


def print_end(
    paper: Paper, outcome: Outcome, review: Review, root: Path, shown: int, *, everything: bool
) -> None:
    """What is not shown, what was skipped, and what to do next."""
    if hidden := review.findings[shown:]:
        _print_hidden(paper, hidden, shown, len(review.findings))
    if review.skipped:
        print_skipped(paper, review.skipped, everything=everything)
    fixable = sum(one.fix is not None and one.fix.safe for one in review.findings)
    if fixable:
        paper.put()
        command = " ".join(("bandmaster fix", *_arguments(outcome.task.focus, root)))
        paper.put(Text(f"{fixable} can be fixed safely: ").append(command, style="bold"))
    if review.findings:
        paper.put()
        files = len({one.path for one in review.findings})
        paper.put(
            Text(
                f"{number(len(review.findings), 'finding')} in {number(files, 'file')} of "
                f"{review.examined} · {outcome.seconds:.1f} s · {outcome.model}",
                style="bold",
            )
        )


def _print_hidden(paper: Paper, hidden: Sequence[Finding], shown: int, total: int) -> None:
    paper.put()
    paper.put(
        Text(f"{shown} of {total} findings are shown, worst first.", style="bold").append(
            " The others (--all shows them):", style="not bold"
        )
    )
    for severity, count in _by_severity(hidden):
        names = {one.rule: f"{one.rule} {one.name}" for one in hidden}
        rules = Counter(one.rule for one in hidden if one.severity is severity)
        listed = [f"{names[rule]} ×{times}" for rule, times in rules.most_common()]
        lead = Text(f"  {severity.word:<8} {count:>4}  ", style=STYLES[severity])
        indent = len(lead)
        for line in _filled(listed, paper.columns - indent):
            paper.put(lead.append(line, style="default"))
            lead = Text(" " * indent)


def print_skipped(paper: Paper, skipped: Sequence[Skipped], *, everything: bool) -> None:
    """Files that were not examined, with the reasons; the first few unless `everything`."""
    paper.put()
    paper.put(Text(f"{number(len(skipped), 'file')} not examined:", style="bold"))
    shown = skipped if everything else skipped[:_SKIPPED_SHOWN]
    for one in shown:
        paper.put(Text(f"  {one_line(one.path)}").append(f"  {one_line(one.reason)}", "dim"))
    rest = Counter(one.reason.partition(" (")[0] for one in skipped[len(shown) :])
    if rest:
        reasons = ", ".join(f"{reason} ×{count}" for reason, count in rest.most_common())
        paper.put(Text(f"  and {rest.total()} more: {one_line(reasons)}", style="dim"))


def _filled(phrases: Sequence[str], width: int) -> list[str]:
    """`phrases` with commas on lines of at most `width` columns; none is cut in two."""
    glued = ", ".join(phrase.replace(" ", "\0") for phrase in phrases)
    lines = textwrap.wrap(glued, width, break_on_hyphens=False, break_long_words=False)
    return [line.replace("\0", " ") for line in lines]


def counted(findings: Iterable[Finding]) -> str:
    """`1 high, 3 low`."""
    return ", ".join(f"{count} {severity.word}" for severity, count in _by_severity(findings))


def number(count: int, noun: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _by_severity(findings: Iterable[Finding]) -> list[tuple[Severity, int]]:
    return sorted(Counter(one.severity for one in findings).items(), reverse=True)
