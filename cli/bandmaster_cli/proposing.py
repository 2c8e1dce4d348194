"""Tasks whose answer is edits: shown as a diff, and written only where the person says so."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.text import Text

from bandmaster import Engine, Kind, Proposal, outcome_document, split_lines
from bandmaster_cli.envelope import print_envelope
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.summary import print_skipped
from bandmaster_cli.opening import add_model_arguments, make_task, open_engine
from bandmaster_cli.places import Place
from bandmaster_cli.printable import printable
from bandmaster_cli.running import run
from bandmaster_cli.streaming import render
from bandmaster_cli.terminal import Terminal, open_terminal
from bandmaster_cli.watching import Performed, perform

_DIFF_STYLES = {"+++": "bold", "---": "bold", "@@ ": "cyan"}


def add_proposal_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that proposes edits."""
    parser.add_argument("--apply", action="store_true", help="write the edits, all or none")
    parser.add_argument("--instruction", metavar="TEXT", default="", help="what a model should do")
    add_model_arguments(parser)


def propose(kind: Kind, arguments: argparse.Namespace, places: Sequence[Place]) -> int:
    """Do a task of `kind`; the diff is the answer, so `bandmaster fix x | git apply` works."""
    terminal = open_terminal(arguments)
    engine = open_engine(arguments, terminal, places)
    return run(_propose(kind, arguments, engine, places, terminal))


async def _propose(
    kind: Kind,
    arguments: argparse.Namespace,
    engine: Engine,
    places: Sequence[Place],
    terminal: Terminal,
) -> int:
    async with engine:
        task = make_task(kind, arguments, engine, places=places, instruction=arguments.instruction)
        performed = await perform(engine, task, Proposal, terminal)
        changes = performed.result.changes
        if not terminal.json:
            _print(performed, terminal)
        written = await engine.apply(changes) if arguments.apply and changes else ()
    if terminal.json:
        document = outcome_document(performed.outcome)
        terminal.write(json_text({**document, "applied": list(written)}))
    _tell(performed.result, written, terminal)
    print_envelope(performed.outcome, terminal)
    return DONE


def _print(performed: Performed[Proposal], terminal: Terminal) -> None:
    """The diff on stdout, what is said of it on stderr."""
    proposal = performed.result
    if terminal.live:
        for line in split_lines(proposal.changes.diff()):
            terminal.out.put(Text(printable(line.rstrip("\r\n")), style=_style(line)))
    else:
        terminal.write(proposal.changes.diff())
    if terminal.quiet:
        return
    if proposal.text:
        terminal.err.print(render(proposal.text), width=terminal.err.columns)
    if proposal.skipped:
        print_skipped(terminal.err, proposal.skipped, everything=terminal.verbose)


def _style(line: str) -> str:
    plain = {"+": "green", "-": "red", "\\": "dim"}.get(line[:1], "")
    return _DIFF_STYLES.get(line[:3], plain)


def _tell(proposal: Proposal, written: Sequence[str], terminal: Terminal) -> None:
    """What became of the edits."""
    sizes = {one.path: one.size for one in proposal.changes.files if one.changed}
    if not sizes:
        if not proposal.text:
            terminal.note("nothing to change")
        return
    for path, (added, removed) in sizes.items():
        did = "wrote" if path in written else "would change"
        terminal.note(f"{did} {path} (+{added} −{removed})")
    if not written:
        terminal.note("nothing was written; add --apply to write it")
