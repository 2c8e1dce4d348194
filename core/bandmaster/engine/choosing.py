"""From a task to its route: the performers as routing knows them, chains, pools, and who rests."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bandmaster.engine.performer import Performer
from bandmaster.engine.weighing import Weigher
from bandmaster.ledger import upper_bound
from bandmaster.models import Facts
from bandmaster.routing import (
    BUILTIN,
    Circumstances,
    HealthBoard,
    Measured,
    Player,
    Ruling,
    WorkspaceFacts,
    apply_chain,
    by_reliability,
    chain_for,
    choose_route,
    fold_pools,
    members_of,
    pool_players,
    without_resting,
)
from bandmaster.settings import Chain, Link, Reorder, Settings
from bandmaster.tasks import Candidate, Route, Task


async def choose(
    task: Task,
    performers: Sequence[Performer],
    settings: Settings,
    health: HealthBoard,
    weigher: Weigher,
    known: WorkspaceFacts,
) -> Route:
    """Who is tried for `task`, first to last, and why; `known` is what the workspace says of it.

    Raises `UnknownName`.
    """
    players = _players(task, performers, settings)
    await health.refresh()
    name = chain_for(task.kind, settings.chains)
    models = replace(settings.models, order=()) if name else settings.models
    route = choose_route(task, players, models)
    if route.policy == "without a model":
        return route
    local = frozenset(one.name for one in players if one.local)
    weighed = weigher.tell if name else weigher.order
    route = await weighed(task, route, local, known)
    route = _frank(route, weigher.priors.facts, local)
    if name:
        chain = settings.chains[name]
        links = _in_order(chain, settings, health)
        circumstances = await _circumstances(task, players, performers, links, settings)
        route = apply_chain(route, name, links, circumstances)
    else:
        route = fold_pools(route, settings.pools)
    return without_resting(route, lambda model: _ruling(model, settings, health))


def _frank(route: Route, known: Mapping[str, Facts], local: Collection[str]) -> Route:
    """`route`, which says of whom no price is known."""

    def said(one: Candidate) -> Candidate:
        free = one.model in local or one.model not in known
        if one.expected is None or free or known[one.model].price is not None:
            return one
        return replace(one, expected=replace(one.expected, priced=False))

    return replace(route, candidates=tuple(map(said, route.candidates)))


def _players(task: Task, performers: Iterable[Performer], settings: Settings) -> Sequence[Player]:
    """Everybody, pools too, in the configured order; `builtin` last."""
    players = [Player(one.name, one.local, one.cannot(task)) for one in performers]
    if not settings.pools:
        return players
    place = {name: number for number, name in enumerate(settings.models.order)}
    place.setdefault(BUILTIN, len(place) + 1)
    everybody = (*players, *pool_players(players, settings.pools))
    return sorted(everybody, key=lambda one: place.get(one.name, len(settings.models.order)))


def _ruling(model: str, settings: Settings, health: HealthBoard) -> Ruling:
    """Whether `model` may be asked; of a pool, whether any member may."""
    said = [health.admits(one) for one in members_of(model, settings.pools)]
    return next((one for one in said if one.ok), said[0])


def _in_order(chain: Chain, settings: Settings, health: HealthBoard) -> tuple[Link, ...]:
    if chain.reorder is Reorder.NEVER:
        return chain.links
    measured: dict[str, Measured] = {}
    for link in chain.links:
        members = [health.measured(one) for one in members_of(link.model, settings.pools)]
        if link.model != BUILTIN:
            measured[link.model] = sum(members[1:], start=members[0])
    return by_reliability(chain.links, measured)


async def _circumstances(
    task: Task,
    players: Iterable[Player],
    performers: Iterable[Performer],
    links: Iterable[Link],
    settings: Settings,
) -> Circumstances:
    limits, constraints = settings.limits, task.constraints
    usual = constraints.context_tokens or limits.context_tokens
    limited = {link.model: link for link in links if link.max_dollars is not None}
    dollars: Mapping[str, Decimal | None] = {}
    if limited:  # The first price loads a table, hence the thread.
        known = {one.name: one for one in performers}
        output = constraints.output_tokens or limits.output_tokens
        dollars = await asyncio.to_thread(_prices, limited, known, usual, output, settings)
    return Circumstances(
        context_tokens=usual,
        local=frozenset(one.name for one in players if one.local),
        dollars=dollars,
    )


def _prices(
    limited: Mapping[str, Link],
    known: Mapping[str, Performer],
    usual: int,
    output: int,
    settings: Settings,
) -> dict[str, Decimal | None]:
    """What one call of each link may cost at most; of a pool, at its dearest member."""
    found: dict[str, Decimal | None] = {}
    for model, link in limited.items():
        tokens = link.context_tokens or int(usual * (link.shrink or 1))
        members = [known[one] for one in members_of(model, settings.pools) if one in known]
        costs = [one.price(upper_bound(tokens, output)) for one in members]
        priced = costs and not any(cost.unpriced for cost in costs)
        found[model] = max(cost.dollars for cost in costs) if priced else None
    return found
