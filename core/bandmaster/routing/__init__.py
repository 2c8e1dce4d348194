"""Routing: from a task to the order in which performers are tried, with the reason."""

from bandmaster.routing.route import Player, choose_route

__all__ = ["Player", "choose_route"]
