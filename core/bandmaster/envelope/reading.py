"""A request that came as JSON, checked key by key (`docs/schema/task.json`)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from bandmaster.errors import UsageError
from bandmaster.findings import (
    Category,
    Confidence,
    Finding,
    Fix,
    Position,
    Severity,
    Span,
    TextEdit,
)
from bandmaster.tasks import Constraints, Focus, Kind, Preferences, Task, new_id

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


def read_task(document: object) -> Task:
    """The task that `document` (JSON that was read already) asks for.

    Only `kind` must be there. Raises `UsageError` that names each wrong key.
    """
    from pydantic import ValidationError  # Loaded when a request is read, not before.

    try:
        said = _request().model_validate(document)
    except ValidationError as wrong:
        raise UsageError(f"the request is not as it should be: {_worded(wrong)}") from wrong
    return _task(said.model_dump())


def request_schema() -> dict[str, Any]:
    """The JSON schema of a request."""
    schema = _request().model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _worded(wrong: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'it'}: {one['msg']}"
        for one in wrong.errors()[:5]
    )


def _task(said: dict[str, Any]) -> Task:
    return Task(
        kind=said["kind"],
        instruction=said["instruction"],
        focus=tuple(
            Focus(one["path"], _span(one["span"]) if one["span"] else None, one["symbol"])
            for one in said["focus"]
        ),
        findings=tuple(_finding(one) for one in said["findings"]),
        constraints=Constraints(**said["constraints"]),
        preferences=Preferences(**said["preferences"]),
        session=said["session"],
        id=said["id"] or new_id(),
    )


def _finding(said: dict[str, Any]) -> Finding:
    fix = said["fix"]
    return Finding(
        path=said["path"],
        span=_span(said["span"]),
        rule=said["rule"],
        name=said["name"],
        severity=Severity[said["severity"].upper()],
        confidence=Confidence[said["confidence"].upper()],
        category=said["category"],
        message=said["message"],
        why=said["why"],
        how=said["how"],
        source=said["source"],
        url=said["url"] or "",
        fix=fix and Fix(fix["title"], tuple(map(_edit, fix["edits"])), safe=fix["safe"]),
    )


def _edit(said: dict[str, Any]) -> TextEdit:
    return TextEdit(_span(said["span"]), said["text"])


def _span(said: dict[str, Any]) -> Span:
    start, end = said["start"], said["end"]
    return Span(Position(start["line"], start["column"]), Position(end["line"], end["column"]))


@cache
def _request() -> type[BaseModel]:
    """The request's shape; built at the first one, because pydantic is slow to load."""
    from pydantic import BaseModel, ConfigDict, Field, create_model

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=False)

    class Place(Strict):
        line: Annotated[int, Field(ge=1)]
        column: Annotated[int, Field(ge=1)]

    class Range(Strict):
        start: Place
        end: Place

    class Edit(Strict):
        span: Range
        text: str

    class Mend(Strict):
        title: str
        safe: bool
        edits: list[Edit]

    class Found(Strict):
        path: str
        span: Range
        rule: str
        name: str
        severity: Literal["low", "medium", "high", "critical"]
        confidence: Literal["low", "medium", "high"]
        category: Category
        message: str
        why: str = ""
        how: str = ""
        source: str = "request"
        url: str | None = None
        fix: Mend | None = None

    class About(Strict):
        path: Annotated[str, Field(min_length=1, max_length=4096)]
        span: Range | None = None
        symbol: str | None = None

    class Bounds(Strict):
        seconds: Annotated[float | None, Field(gt=0)] = None
        output_tokens: Annotated[int | None, Field(gt=0)] = None
        context_tokens: Annotated[int | None, Field(gt=0)] = None
        dollars: Annotated[Decimal | None, Field(ge=0)] = None
        local_only: bool = False

    class Wishes(Strict):
        model: str = "auto"
        stream: bool = True
        cache: bool = True
        policy: str = ""

    named = Annotated[str, Field(max_length=200)]
    fields: dict[str, Any] = {
        "kind": (Kind, ...),
        "instruction": (Annotated[str, Field(max_length=1_000_000)], ""),
        "focus": (list[About], Field(default_factory=list)),
        "findings": (list[Found], Field(default_factory=list)),
        "constraints": (Bounds, Field(default_factory=Bounds)),
        "preferences": (Wishes, Field(default_factory=Wishes)),
        "session": (named, ""),
        "id": (named, ""),
    }
    made = create_model("Request", __base__=Strict, **fields)
    return cast("type[BaseModel]", made)
