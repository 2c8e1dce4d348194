"""What models answer with, as types to check; loaded when a model is asked, not before."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, Field

from bandmaster.models import AnswerSchema, answer_schema


class Said(BaseModel):
    """A finding as a model tells it; its place is not checked yet."""

    path: str
    line: int = Field(ge=1)
    end_line: int | None = None
    quote: str = ""
    name: str = Field(default="defect", max_length=80)
    severity: Literal["low", "medium", "high", "critical"] = "medium"
    confidence: Literal["low", "medium", "high"] = "medium"
    category: Literal["bug", "security", "resource", "dead_code", "complexity"] = "bug"
    message: str = Field(min_length=1, max_length=2000)
    why: str = Field(default="", max_length=2000)
    how: str = Field(default="", max_length=2000)


class Findings(BaseModel):
    findings: list[Said]


@cache
def findings_schema() -> AnswerSchema:
    """What a server is told of `Findings`."""
    return answer_schema(Findings)
