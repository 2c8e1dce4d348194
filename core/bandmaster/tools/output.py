"""Capping what a tool says, so that no answer floods a model's window."""

from __future__ import annotations

from dataclasses import replace

from bandmaster.tools.tool import ToolResult


def capped(result: ToolResult, most_bytes: int) -> ToolResult:
    """`result` with at most about `most_bytes` of text, cut behind a whole line."""
    data = result.text.encode("utf-8", "replace")
    if len(data) <= most_bytes:
        return result
    kept = data[:most_bytes].decode("utf-8", "ignore")
    kept = kept[: kept.rfind("\n") + 1] or kept
    note = f"[cut: {len(kept.encode()):,} of {len(data):,} bytes are shown; ask for less]"
    return replace(result, text=f"{kept}{note}")
