"""Chains: who is tried for a kind of task, link by link, as the person wrote it; pure.

A link that does not apply is ruled out with its reason; what a person asks for comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bandmaster.ledger import shown
from bandmaster.routing.route import BUILTIN
from bandmaster.settings import Chain, Link
from bandmaster.tasks import Candidate, Kind, Route, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the conditions of links are held against."""

    context_tokens: int
    """The usual context of the task."""
    local: frozenset[str] = frozenset()
    """Who runs on this machine."""
    dollars: Mapping[str, Decimal | None] = field(default_factory=dict[str, Decimal | None])
    """What a call of each costs at most; None: not known."""


def chain_for(kind: Kind, chains: Mapping[str, Chain]) -> str:
    """The name of the chain for `kind`: of those that name it the last, else of those for all."""
    named = [name for name, chain in chains.items() if kind in chain.kinds]
    general = [name for name, chain in chains.items() if not chain.kinds]
    return (named or general or [""])[-1]


def apply_chain(
    route: Route, name: str, links: Sequence[Link], circumstances: Circumstances
) -> Route:
    """`route` as the chain called `name` has it: its links in order, everybody else ruled out.

    Whom the person asked for stays first, and `builtin` stands last where no link names it.
    """
    known = {one.model: one for one in route.candidates}
    first = route.candidates[:1] if route.policy == "asked for" else ()
    in_chain = [_link(link, known.get(link.model), circumstances) for link in links]
    named = {one.model for one in (*first, *in_chain)}
    others = [
        one if one.ruled_out else replace(one, ruled_out=f"in no link of chain {name!r}")
        for one in route.candidates
        if one.model not in (*named, BUILTIN)
    ]
    last = [] if BUILTIN in named else [one for one in route.candidates if one.model == BUILTIN]
    policy = route.policy if first else f"chain {name!r}"
    candidates = without_orphans((*first, *in_chain, *last))
    return Route(policy, (*candidates, *others))


def without_orphans(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """A link that waits for the failure of another is not tried where nobody is tried before it."""
    tried, kept = False, list[Candidate]()
    for one in candidates:
        if not one.ruled_out and one.terms.after and not tried:
            after = " or ".join(failure.value for failure in one.terms.after)
            kept.append(replace(one, ruled_out=f"only after {after}, and nobody is tried before"))
        else:
            kept.append(one)
            tried = tried or not one.ruled_out
    return tuple(kept)


def _link(link: Link, candidate: Candidate | None, circumstances: Circumstances) -> Candidate:
    terms = Terms(
        after=link.on,
        context_tokens=_context(link, circumstances.context_tokens),
        tools=link.tools,
        persona=link.persona,
    )
    if candidate is None:
        return Candidate(link.model, "not configured here", terms=terms)
    return replace(candidate, ruled_out=_against(link, candidate, circumstances), terms=terms)


def _context(link: Link, usual: int) -> int | None:
    if link.shrink is not None:
        return max(1, int(usual * link.shrink))
    return link.context_tokens


def _against(link: Link, candidate: Candidate, circumstances: Circumstances) -> str:
    """Why `link` does not apply; empty when it does."""
    if candidate.ruled_out:
        return candidate.ruled_out
    if link.local and link.model not in circumstances.local:
        return "not on this machine, as its link wants"
    if link.max_dollars is None:
        return ""
    dollars = circumstances.dollars.get(link.model)
    if candidate.expected is not None:
        dollars = Decimal(str(candidate.expected.dollars))
    if dollars is None:
        return f"its price is not known, and its link allows ${link.max_dollars}"
    if dollars > link.max_dollars:
        return f"may cost {shown(dollars)}, and its link allows ${link.max_dollars}"
    return ""
