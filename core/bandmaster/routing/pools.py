"""Pools: several endpoints of one model that stand in the route as one; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bandmaster.routing.route import Player
from bandmaster.settings import Pool
from bandmaster.tasks import Candidate, Route

PREFIX = "pool/"


def pool_players(players: Sequence[Player], pools: Mapping[str, Pool]) -> tuple[Player, ...]:
    """A player for each pool; it is on this machine where all its members are."""
    known = {one.name: one for one in players}
    made: list[Player] = []
    for name, pool in pools.items():
        members = [known[one] for one in pool.members if one in known]
        cannot = "" if members else "none of its members is configured here"
        if members and all(one.cannot for one in members):
            cannot = members[0].cannot
        made.append(Player(PREFIX + name, bool(members) and all(m.local for m in members), cannot))
    return tuple(made)


def members_of(name: str, pools: Mapping[str, Pool]) -> tuple[str, ...]:
    """Those who may answer for `name`: the members of a pool, else `name` itself."""
    pool = pools.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    return pool.members if pool is not None else (name,)


def fold_pools(route: Route, pools: Mapping[str, Pool]) -> Route:
    """`route` with each of its pools where the first of its members stands, instead of them.

    Whom the person asked for stays first.
    """
    asked = route.candidates[:1] if route.policy == "asked for" else ()
    rest = list(route.candidates[len(asked) :])
    for name, pool in pools.items():
        whole = next((one for one in rest if one.model == PREFIX + name), None)
        is_asked = any(one.model == PREFIX + name for one in asked)
        if not is_asked and (whole is None or whole.ruled_out):
            continue
        rest = _folded(rest, whole, PREFIX + name, pool)
    return Route(route.policy, (*asked, *rest))


def _folded(
    rest: Sequence[Candidate], whole: Candidate | None, name: str, pool: Pool
) -> list[Candidate]:
    """`whole` moved to its first member, who is ruled out with the others; None: it is first."""
    kept: list[Candidate] = []
    placed = whole is None
    for one in rest:
        member = one.model in pool.members and not one.ruled_out
        if member and whole is not None and not placed:
            kept.append(replace(whole, expected=whole.expected or one.expected))
            placed = True
        if one is whole:
            if not placed:
                kept.append(one)
                placed = True
        else:
            kept.append(replace(one, ruled_out=f"stands in {name}") if member else one)
    return kept
