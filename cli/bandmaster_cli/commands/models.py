"""List the models in the order in which they are tried, with their keys (never shown).

bandmaster models --facts openai/gpt-6-luna     what is known of one, and who says so
bandmaster models --learned                     what they made of your tasks so far
bandmaster models --forget openai/gpt-6-luna    forget that of one model; `all` forgets all
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from rich.text import Text

from bandmaster import Engine, Kind, ProviderState
from bandmaster_cli.exits import DONE
from bandmaster_cli.formats.facts import facts_document, print_facts
from bandmaster_cli.formats.health import health_document, health_words
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.learned import learned_document, print_learned
from bandmaster_cli.opening import make_task, open_engine
from bandmaster_cli.printable import printable
from bandmaster_cli.running import run as run_to_end
from bandmaster_cli.terminal import Terminal, open_terminal

_BUILTIN = "builtin"
_ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = "show what is known of a model `provider/model`, and who says so"
    parser.add_argument("--facts", metavar="NAME", help=words)
    parser.add_argument("--learned", action="store_true", help="show what was learned of models")
    parser.add_argument(
        "--forget", metavar="NAME", help="forget what was learned of a model, or all"
    )


def run(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(arguments)
    engine = open_engine(arguments, terminal)
    if arguments.facts:
        return run_to_end(_facts(engine, arguments.facts, terminal))
    if arguments.forget:
        return run_to_end(_forget(engine, arguments.forget, terminal))
    if arguments.learned:
        return run_to_end(_learned(engine, terminal))
    return run_to_end(_list(engine, arguments, terminal))


async def _facts(engine: Engine, name: str, terminal: Terminal) -> int:
    async with engine:
        facts = await engine.facts(name)
    if terminal.json:
        terminal.write(json_text(facts_document(facts)))
    else:
        print_facts(facts, terminal.out)
    return DONE


async def _learned(engine: Engine, terminal: Terminal) -> int:
    async with engine:
        learned = await engine.learned()
    if terminal.json:
        terminal.write(json_text({"learned": [learned_document(one) for one in learned]}))
    else:
        print_learned(learned, terminal.out)
    return DONE


async def _forget(engine: Engine, name: str, terminal: Terminal) -> int:
    async with engine:
        gone = await engine.forget_learned(model="" if name == _ALL else name)
    if terminal.json:
        terminal.write(json_text({"forgotten": gone}))
    else:
        terminal.out.put(f"{gone} things that happened to answers are forgotten.")
    return DONE


async def _list(engine: Engine, arguments: argparse.Namespace, terminal: Terminal) -> int:
    async with engine:
        route = await engine.route(make_task(Kind.EXPLAIN, arguments, engine))
        health = {one.name: one for one in await engine.health()}
    providers = {one.name: one for one in engine.providers()}
    pools = {f"pool/{name}": pool.members for name, pool in engine.settings.pools.items()}
    names = [one.model for one in route.candidates]
    if terminal.json:
        models = [
            _pool_document(name, pools[name], providers)
            if name in pools
            else _document(name, providers.get(name.partition("/")[0]))
            | {"health": health_document(health.get(name))}
            for name in names
        ]
        terminal.write(json_text({"models": models}))
        return DONE
    width = max(len(name) for name in names)
    for number, name in enumerate(names, 1):
        about = (
            "whoever has the least to do: " + ", ".join(pools[name])
            if name in pools
            else _about(name, providers.get(name.partition("/")[0]))
        )
        line = Text(f"{number:>3}  ", style="dim").append(f"{printable(name):<{width}}", "bold")
        line.append(f"  {about}", style="not bold")
        terminal.out.put(line.append_text(health_words(health.get(name))))
    if not providers:
        terminal.note("no provider is configured; `bandmaster doctor` says how")
    return DONE


def _document(name: str, provider: ProviderState | None) -> dict[str, object]:
    return {
        "name": name,
        "kind": provider.kind if provider else _BUILTIN,
        "local": provider.local if provider else True,
        "key_variable": (provider.key_variable or None) if provider else None,
        "key_found": provider.key_found if provider else None,
    }


def _pool_document(
    name: str, members: Sequence[str], providers: Mapping[str, ProviderState]
) -> dict[str, object]:
    found = [providers.get(member.partition("/")[0]) for member in members]
    local = all(one is not None and one.local for one in found)
    return {"name": name, "kind": "pool", "local": local, "members": list(members)}


def _about(name: str, provider: ProviderState | None) -> str:
    if provider is None:
        return "our own checks, without a model" if name == _BUILTIN else ""
    where = "on this machine" if provider.local else provider.base_url
    if provider.key_found:
        return f"{where}, {provider.key_variable} found"
    needed = provider.key_variable and not provider.local
    return f"{where}, {provider.key_variable} is not set" if needed else where
