"""The tool `search`: lines of the workspace that hold a text or match a pattern."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bandmaster.policy import Action, ActionKind
from bandmaster.tools.resources import resources
from bandmaster.tools.tool import Desk, Hints, Limits, ToolResult
from bandmaster.workspace.search import Match, SearchResult, search

Place = Annotated[str, Field(min_length=1, max_length=1000)]


class SearchInput(BaseModel):
    """What `search` takes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1, max_length=1000, description="What to look for")]
    paths: Annotated[
        list[Place], Field(max_length=200, description="Files or folders; [] is the workspace")
    ] = Field(default_factory=list[str])
    regex: Annotated[bool, Field(description="The query is a Python regular expression")] = False
    ignore_case: bool = False
    limit: Annotated[int, Field(ge=1, le=500, description="Most lines shown")] = 50


class Search:
    """Finds lines, with the symbol that each is in."""

    name = "search"
    description = (
        "Find lines in the workspace's files that hold a text or match a regular expression, "
        "as path:line:column with the symbol around each. Ignored files and secrets are left out."
    )
    input = SearchInput
    hints = Hints(read_only=True, destructive=False, idempotent=True, open_world=False)
    limits = Limits(seconds=60, output_bytes=48_000)

    def action(self, given: SearchInput, desk: Desk) -> Action:
        return desk.action(
            self.name, ActionKind.READ, resources(desk.snapshot, given.paths or ["."])
        )

    def preview(self, given: SearchInput, _: Desk) -> str:
        return f"search {', '.join(given.paths) or 'the workspace'} for {given.query!r}"

    async def run(self, given: SearchInput, desk: Desk) -> ToolResult:
        return ToolResult(await asyncio.to_thread(_found, given, desk))


def _found(given: SearchInput, desk: Desk) -> str:
    """Search what may be read: what the caller named (and was judged), and what needs no leave."""
    named = [desk.snapshot.relative(path) for path in given.paths or ["."]]
    files, _ = desk.snapshot.list(named)
    readable = [path for path in files if path in named or desk.may_read(path)]
    result = search(
        desk.snapshot,
        given.query,
        paths=readable,
        regex=given.regex,
        ignore_case=given.ignore_case,
        limit=given.limit,
    )
    return "\n".join([_header(result, len(files) - len(readable)), *map(_line, result.matches)])


def _header(result: SearchResult, withheld: int) -> str:
    more = " shown; there are more, so narrow the query or raise limit" if result.truncated else ""
    count = f"{len(result.matches)} matching line{'' if len(result.matches) == 1 else 's'}"
    left = f"; {withheld} left out: the policy asks before they are read" if withheld else ""
    return f"[{count}{more} in {result.examined} files{left}]"


def _line(match: Match) -> str:
    inside = f"  [{match.symbol}]" if match.symbol else ""
    return f"{match.path}:{match.line}:{match.column}: {match.text}{inside}"
