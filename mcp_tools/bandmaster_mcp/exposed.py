"""What an exposed tool is, and what one call of it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel

from bandmaster import Approver, Caller, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a tool: by whom, with what, and how to reach the person meanwhile."""

    engine: Engine
    arguments: Mapping[str, object]
    caller: Caller
    approver: Approver | None
    """None where the client cannot ask its person."""
    progress: Callable[[str], Awaitable[None]]
    """Tells the client what is going on; does nothing where it does not want to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A tool as a client sees it. `run` raises `BandmasterError` with words for a model."""

    name: str
    title: str
    description: str
    input: type[BaseModel]
    annotations: ToolAnnotations
    run: Callable[[Call], Awaitable[CallToolResult]]
