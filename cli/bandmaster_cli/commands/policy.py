"""Trust this workspace, take the trust back, or show what its bandmaster.toml may set.

A file that came with a repository may tighten the rules, but until you trust the workspace it
cannot name endpoints, keys, commands, allow rules or a looser mode.
"""

from __future__ import annotations

import argparse

from rich.text import Text

import bandmaster
from bandmaster import Settings
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.places import find_start
from bandmaster_cli.printable import one_line
from bandmaster_cli.terminal import Paper, open_terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("show", "trust", "untrust"))


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    start = find_start(arguments.workspace, ())
    if arguments.action == "trust":
        bandmaster.trust(start)
    elif arguments.action == "untrust":
        bandmaster.untrust(start)
    root, trusted = bandmaster.find_root(start), bandmaster.is_trusted(start)
    left_out = bandmaster.open(start, trusted=False).notes
    settings = bandmaster.open(start).settings
    if terminal.json:
        terminal.write(json_text(_document(str(root), settings, left_out, trusted=trusted)))
        return DONE
    word = "is trusted" if trusted else "is not trusted"
    terminal.out.put(Text(f"{one_line(str(root))} {word}.", style="bold"))
    for note in left_out:
        what = one_line(note).partition(": not trusted yet")[0].replace("ignored", "names", 1)
        effect = "counts" if trusted else "is left out until you trust the workspace"
        terminal.out.put(f"{what}: this {effect}.")
    if arguments.action == "show":
        _print_rules(terminal.out, settings)
    return DONE


def _document(
    root: str, settings: Settings, left_out: tuple[str, ...], *, trusted: bool
) -> dict[str, object]:
    rules = [
        {"effect": rule.effect.value, "tool": rule.tool, "path": rule.path, "why": rule.why}
        for rule in settings.policy.rules
    ]
    return {
        "root": root,
        "trusted": trusted,
        "needs_trust": list(left_out),
        "mode": settings.policy.mode.value,
        "rules": rules,
    }


def _print_rules(paper: Paper, settings: Settings) -> None:
    paper.put(f"Mode: {settings.policy.mode.value}.")
    for rule in settings.policy.rules:
        where = f" {rule.path}" if rule.path else ""
        why = f"  ({rule.why})" if rule.why else ""
        paper.put(f"  {rule.effect.value:<5} {one_line(rule.tool + where + why)}")
    if not settings.policy.rules:
        paper.put("No rules of your own: reading is allowed, but not secrets; the rest is asked.")
