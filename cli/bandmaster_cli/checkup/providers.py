"""Whether the configured providers have their keys, answer, and offer the configured models."""

from __future__ import annotations

import asyncio

from bandmaster import HOW_TO_CONFIGURE, Engine, ProviderState
from bandmaster_cli.checkup.check import Check, State

_GROUP = "Models"
_SECONDS = 5.0
_NAMED = 4
"""So many of the offered models are named."""


async def check_providers(engine: Engine) -> tuple[Check, ...]:
    """Asks every provider at once what it offers; a key's value is never shown."""
    own = Check(_GROUP, "builtin", State.OK, "review, fix, docs and explain without a model")
    states = engine.providers()
    if not states:
        return (own, Check(_GROUP, "providers", State.NONE, f"none; {HOW_TO_CONFIGURE}"))
    return (own, *await asyncio.gather(*(_check(engine, state) for state in states)))


async def _check(engine: Engine, provider: ProviderState) -> Check:
    where = f"{provider.kind} at {provider.base_url}"
    if provider.key_variable and not provider.key_found and not provider.local:
        return Check(
            _GROUP, provider.name, State.FAIL, f"{where}; {provider.key_variable} is not set"
        )
    key = f"; {provider.key_variable} found" if provider.key_found else ""
    try:
        async with asyncio.timeout(_SECONDS):
            health = await engine.probe(provider.name)
    except TimeoutError:
        detail = f"{where}{key}; no answer within {_SECONDS:g} s"
        return Check(_GROUP, provider.name, State.FAIL, detail)
    if health.problem:
        return Check(_GROUP, provider.name, State.FAIL, f"{where}{key}; {health.problem}")
    state, models = _compare(provider.models, health.models)
    took = f"answered in {health.seconds:.2f} s"
    return Check(_GROUP, provider.name, state, f"{where}{key}; {took}; {models}")


def _compare(wanted: tuple[str, ...], offered: tuple[str, ...]) -> tuple[State, str]:
    """What of the configured models the server offers."""
    if not offered:
        return State.FAIL, "it offers no model"
    count = f"{len(offered)} model{'' if len(offered) == 1 else 's'} offered"
    if missing := [name for name in wanted if name not in offered]:
        found = State.FAIL if len(missing) == len(wanted) else State.OK
        return found, f"{count}, but not {', '.join(missing)}"
    named = ", ".join((wanted or offered)[:_NAMED])
    more = ", …" if len(wanted or offered) > _NAMED else ""
    return State.OK, f"{count}, with {named}{more}"
