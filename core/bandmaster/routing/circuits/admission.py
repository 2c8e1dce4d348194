"""Who rests is left out of a route, unless nobody else is left; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bandmaster.errors import Failure
from bandmaster.routing.chains import without_orphans
from bandmaster.routing.circuits.health import Ruling
from bandmaster.tasks import Candidate, Route


def without_resting(route: Route, ruling: Callable[[str], Ruling]) -> Route:
    """`route` without those whom `ruling` does not admit; they are ruled out with the reason.

    Whom the person asked for is asked even so. A link that waits for just the failure for which
    the link before it rests is tried at once.
    """
    kept: list[Candidate] = []
    resting_after: Failure | None = None
    for number, one in enumerate(route.candidates):
        asked = number == 0 and route.policy == "asked for"
        said = Ruling() if asked or one.ruled_out else ruling(one.model)
        if not said.ok:
            resting_after = said.failure
            kept.append(replace(one, ruled_out=said.why))
        elif one.ruled_out:
            kept.append(one)
        else:
            waits_for_it = resting_after in one.terms.after
            kept.append(replace(one, terms=replace(one.terms, after=())) if waits_for_it else one)
            resting_after = None
    left = without_orphans(kept)
    return Route(route.policy, left) if any(not one.ruled_out for one in left) else route
