"""The JSON document of an outcome."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from bandmaster import (
    Answer,
    Attempt,
    Candidate,
    ChangeSet,
    Constraints,
    Cost,
    Expectation,
    Failure,
    FileChange,
    Focus,
    Kind,
    Preferences,
    Proposal,
    Result,
    Review,
    Route,
    Skipped,
    Source,
    Span,
    Task,
    Usage,
    UsageError,
    outcome_document,
    read_task,
    request_schema,
    task_document,
)
from tests.fakes.outcomes import UNUSED, outcome

USAGE = {"input": 0, "output": 0, "cached": 0, "estimated": False}
COST = {"dollars": "0", "unpriced": 0}
TERMS: dict[str, object] = {"after": [], "context_tokens": None, "tools": True, "persona": None}
SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def test_the_envelope_has_stable_keys() -> None:
    assert outcome_document(outcome(Kind.ASK, Answer("hi"))) == {
        "version": 1,
        "task": {
            "id": "t1",
            "kind": "ask",
            "instruction": "",
            "focus": [{"path": ".", "span": None, "symbol": None}],
            "findings": [],
            "constraints": {
                "seconds": None,
                "output_tokens": None,
                "context_tokens": None,
                "dollars": None,
                "local_only": False,
            },
            "preferences": {"model": "auto", "stream": True, "cache": True, "policy": ""},
            "session": "",
        },
        "result": {"type": "answer", "text": "hi"},
        "model": "builtin",
        "reason": "configured order: builtin (not x/m: no key)",
        "confidence": None,
        "route": {
            "policy": "configured order",
            "links": ["builtin"],
            "candidates": [
                {"model": "x/m", "ruled_out": "no key", "expected": None, "terms": TERMS},
                {"model": "builtin", "ruled_out": None, "expected": None, "terms": TERMS},
            ],
        },
        "attempts": [
            {
                "model": "builtin",
                "failure": None,
                "message": "",
                "usage": USAGE,
                "cost": COST,
                "saved": COST,
                "seconds": 1.25,
            }
        ],
        "usage": USAGE,
        "cost": COST,
        "saved": COST,
        "seconds": 1.25,
        "context": [],
        "notes": [],
        "profile": {},
    }


def test_a_finding_says_everything_with_its_fix() -> None:
    document = outcome_document(outcome(Kind.REVIEW, Review((UNUSED,), examined=1)))
    assert document["result"] == {
        "type": "review",
        "findings": [
            {
                "path": "shop.py",
                "span": {"start": {"line": 1, "column": 8}, "end": {"line": 1, "column": 10}},
                "rule": "F401",
                "name": "unused-import",
                "severity": "low",
                "confidence": "high",
                "category": "dead_code",
                "message": "`os` imported but unused",
                "why": "It misleads.",
                "how": "Remove it.",
                "source": "ruff",
                "url": "https://example.com/F401",
                "fix": {
                    "title": "Remove it",
                    "safe": True,
                    "edits": [
                        {
                            "span": {
                                "start": {"line": 1, "column": 1},
                                "end": {"line": 2, "column": 1},
                            },
                            "text": "",
                        }
                    ],
                },
            }
        ],
        "skipped": [],
        "examined": 1,
    }


def test_a_proposal_holds_whole_texts_and_diffs() -> None:
    change = FileChange(path="a.py", before="x\n", after="y\n", sha256="00")
    result = outcome_document(outcome(Kind.FIX, Proposal(ChangeSet("Fix", (change,)), "done")))
    assert result["result"] == {
        "type": "proposal",
        "title": "Fix",
        "text": "done",
        "files": [
            {
                "path": "a.py",
                "sha256": "00",
                "before": "x\n",
                "after": "y\n",
                "diff": "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n",
            }
        ],
        "skipped": [],
    }


def test_dollars_keep_every_digit() -> None:
    cost = Cost(Decimal("0.00000125"), 1)
    attempt = Attempt(model="x/m", failure=Failure.TIMEOUT, message="slow", usage=Usage(1, 2))
    paid = replace(
        outcome(Kind.ASK, Answer("")),
        attempts=(attempt,),
        cost=cost,
        context=(Source("a.py", "00", 3, unsaved=True),),
    )
    document = outcome_document(paid)
    assert document["cost"] == {"dollars": "0.00000125", "unpriced": 1}
    assert document["attempts"][0]["failure"] == "timeout"
    assert document["context"] == [{"path": "a.py", "sha256": "00", "tokens": 3, "unsaved": True}]


def strict(schema: object) -> object:
    """The schema, but no object may have a key that it does not name."""
    if isinstance(schema, list):
        return [strict(one) for one in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    mapping = cast("dict[str, object]", schema)
    closed = {key: strict(one) for key, one in mapping.items()}
    return {**closed, "additionalProperties": False} if "properties" in mapping else closed


CHANGE = FileChange(path="a.py", before="x\n", after="y\n", sha256="00")
WHOLE = Task(
    kind=Kind.FIX,
    instruction="mend it",
    focus=(Focus("a.py", Span.of(1, 1, 2, 1), "f"), Focus(".")),
    findings=(UNUSED,),
    constraints=Constraints(
        seconds=3.5, output_tokens=7, context_tokens=9, dollars=Decimal("0.25"), local_only=True
    ),
    preferences=Preferences(model="x/m", stream=False, cache=False, policy="cost"),
    session="s",
)


@pytest.mark.parametrize(
    "result",
    [
        Answer("hi"),
        Review((UNUSED,), (Skipped("b", "binary"),), 1),
        Proposal(ChangeSet("F", (CHANGE,))),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_outcome_is_as_its_published_schema_says(result: Result) -> None:
    schema = cast("dict[str, Any]", strict(json.loads((SCHEMAS / "outcome.json").read_text())))
    told = replace(
        outcome(Kind.FIX, result),
        task=WHOLE,
        route=Route("balanced", (Candidate("builtin", expected=Expectation(0.5, 0, 1, 0.4, "x")),)),
        context=(Source("a.py", "00", 3, unsaved=True),),
        profile=(("complexity", "hard", "12 files that use it"),),
    )
    document = json.loads(json.dumps(outcome_document(told)))
    jsonschema.validate(document, schema)
    assert document["profile"] == {
        "complexity": {"value": "hard", "because": "12 files that use it"}
    }
    assert document["confidence"] == 0.5


def test_a_request_that_was_written_is_read_back_to_an_equal_task() -> None:
    document = json.loads(json.dumps(task_document(WHOLE)))
    jsonschema.validate(document, request_schema())
    assert read_task(document) == WHOLE


def test_the_published_schema_of_a_request_is_the_one_that_is_checked() -> None:
    assert json.loads((SCHEMAS / "task.json").read_text()) == request_schema()


def test_a_request_needs_no_more_than_its_kind() -> None:
    read = read_task({"kind": "ask"})
    assert read == Task(kind=Kind.ASK, id=read.id)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ([], "it"),
        ({}, "kind"),
        ({"kind": "sing"}, "kind"),
        ({"kind": "ask", "colour": 1}, "colour"),
        ({"kind": "ask", "constraints": {"seconds": -1}}, "constraints.seconds"),
        ({"kind": "ask", "focus": [{"path": ""}]}, "focus.0.path"),
    ],
)
def test_a_wrong_request_is_refused_with_the_key_that_is_wrong(
    document: object, named: str
) -> None:
    with pytest.raises(UsageError, match=f"{named}: "):
        read_task(document)


def test_the_schema_names_every_failure_and_kind() -> None:
    defs = json.loads((SCHEMAS / "outcome.json").read_text())["$defs"]
    failures = defs["attempt"]["properties"]["failure"]["anyOf"][0]["enum"]
    assert sorted(failures) == sorted(Failure)
    assert sorted(
        defs["candidate"]["properties"]["terms"]["properties"]["after"]["items"]["enum"]
    ) == (sorted(Failure))
    assert sorted(defs["task"]["properties"]["kind"]["enum"]) == sorted(Kind)
