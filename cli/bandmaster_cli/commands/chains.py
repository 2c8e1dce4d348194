"""Show each chain of the settings: for which tasks it is, who is tried, and who is left out."""

from __future__ import annotations

import argparse

from rich.text import Text

from bandmaster import (
    Candidate,
    Chain,
    Constraints,
    Engine,
    Kind,
    Route,
    Task,
    Terms,
    chain_for,
    route_document,
)
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.opening import open_engine
from bandmaster_cli.printable import one_line
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal


def add_arguments(_: argparse.ArgumentParser) -> None:
    """The shared options are enough."""


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    engine = open_engine(arguments, terminal)
    return run_to_end(_show(engine, Constraints(local_only=arguments.local_only), terminal))


async def _show(engine: Engine, constraints: Constraints, terminal: Terminal) -> int:
    chains = engine.settings.chains
    kinds = {name: [kind for kind in Kind if chain_for(kind, chains) == name] for name in chains}
    async with engine:
        routes = {
            name: await engine.route(Task(kind=used[0], constraints=constraints))
            for name, used in kinds.items()
            if used
        }
    if terminal.json:
        documents = [
            _document(name, chain, kinds[name], routes.get(name)) for name, chain in chains.items()
        ]
        terminal.write(json_text({"chains": documents}))
        return DONE
    for name, chain in chains.items():
        _print(name, chain, kinds[name], routes.get(name), terminal)
    if not chains:
        terminal.out.put(Text("No chain is configured: models are tried as `models` lists them."))
    return DONE


def _document(name: str, chain: Chain, kinds: list[Kind], route: Route | None) -> object:
    return {
        "name": name,
        "kinds": [kind.value for kind in kinds],
        "reorder": chain.reorder.value,
        "route": route_document(route) if route else None,
    }


def _print(
    name: str, chain: Chain, kinds: list[Kind], route: Route | None, terminal: Terminal
) -> None:
    title = Text(one_line(name), style="bold")
    if route is None:
        words = "  not used: other chains have its kinds of task"
        terminal.out.put(title.append(words, style="yellow not bold"))
        return
    words = f"  for {', '.join(kind.value for kind in kinds)}; reorder: {chain.reorder.value}"
    terminal.out.put(title.append(words, style="not bold"))
    named = {link.model for link in chain.links}
    position = 0
    for one in route.candidates:
        position += not one.ruled_out
        if one.model in named or not one.ruled_out:
            terminal.out.put(_line(one, position))


def _line(one: Candidate, position: int) -> Text:
    mark = Text("  –  " if one.ruled_out else f"{position:>3}  ", style="dim")
    line = mark.append(one_line(one.model), style="dim" if one.ruled_out else "not dim bold")
    said = [*_terms(one.terms), one.ruled_out]
    words = "; ".join(part for part in said if part)
    return line.append(f"  {one_line(words)}" if words else "", style="not bold")


def _terms(terms: Terms) -> list[str]:
    """What holds for a link, in words."""
    return [
        "after " + " or ".join(failure.value for failure in terms.after) if terms.after else "",
        f"{terms.context_tokens:,} tokens of context" if terms.context_tokens else "",
        "" if terms.tools else "no tools",
        f"as {terms.persona}" if terms.persona else "",
    ]
