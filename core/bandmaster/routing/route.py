"""The route of a task: the configured order, with what rules each candidate out.

Pure: it judges what it is told of each player and asks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bandmaster.errors import UnknownName
from bandmaster.settings import Models
from bandmaster.tasks import Candidate, Route, Task

AUTO = "auto"
BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class Player:
    """What routing knows of someone who may do a task."""

    name: str
    """`provider/model`, or `builtin`."""
    local: bool
    cannot: str = ""
    """Why this task is not for them; empty when it is."""


def choose_route(task: Task, players: Sequence[Player], models: Models) -> Route:
    """Who is tried for `task`, first to last, of `players` in their configured order.

    The person's choice wins: a task that names a model gets that model first, the others behind
    it; one that names `builtin` gets `builtin` alone, and one that names a model on this machine
    does not leave it. Where `models.order` is set, nobody else is
    tried unasked. Raises `UnknownName` for a name that is not among the players.
    """
    wanted = task.preferences.model if task.preferences.model != AUTO else models.default
    if wanted == AUTO:
        return Route("configured order", tuple(_judge(task, one, models) for one in players))
    chosen = _find(wanted, [one.name for one in players])
    first = next(one for one in players if one.name == chosen)
    rest = [one for one in players if one is not first and chosen != BUILTIN]
    asked = _judge(task, first, Models())
    policy = "without a model" if chosen == BUILTIN else "asked for"
    behind = (_judge(task, one, models) for one in rest)
    if first.local:
        behind = (_stay(judged, one) for judged, one in zip(behind, rest, strict=True))
    return Route(policy, (asked, *behind))


def _find(wanted: str, names: list[str]) -> str:
    """The player that is meant: by its whole name, or by its model's name where that is unique."""
    if wanted in names:
        return wanted
    by_model = [name for name in names if name.partition("/")[2] == wanted]
    if len(by_model) == 1:
        return by_model[0]
    raise UnknownName("model", wanted, [*names, AUTO])


def _judge(task: Task, player: Player, models: Models) -> Candidate:
    if models.order and player.name not in (*models.order, BUILTIN):
        return Candidate(player.name, "not in models.order")
    if player.cannot:
        return Candidate(player.name, player.cannot)
    if task.constraints.local_only and not player.local:
        return Candidate(player.name, "not on this machine, and the task is local only")
    return Candidate(player.name)


def _stay(judged: Candidate, player: Player) -> Candidate:
    """Who asks for a model on this machine has not agreed to send anything elsewhere."""
    if player.local or judged.ruled_out:
        return judged
    return Candidate(player.name, "not on this machine, like the model that was asked for")
