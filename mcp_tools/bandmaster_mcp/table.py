"""The table of exposed tools: what a client may call, first what it wants most."""

from __future__ import annotations

from bandmaster import Engine
from bandmaster_mcp.exposed import Exposed
from bandmaster_mcp.tools import delegate, feedback, guarded, review, route_explain, stats


def exposed_tools(engine: Engine) -> dict[str, Exposed]:
    """Every tool by name that the policy does not deny outright."""
    tools = (
        review.TOOL,
        delegate.TOOL,
        *guarded.tools(engine.guard),
        route_explain.TOOL,
        feedback.TOOL,
        stats.TOOL,
    )
    return {tool.name: tool for tool in tools}
