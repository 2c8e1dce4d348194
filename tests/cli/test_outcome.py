"""The JSON document of an outcome."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bandmaster import (
    Answer,
    Attempt,
    ChangeSet,
    Cost,
    Failure,
    FileChange,
    Kind,
    Proposal,
    Review,
    Source,
    Usage,
)
from bandmaster_cli.outcome import outcome_document
from tests.fakes.outcomes import UNUSED, outcome

USAGE = {"input": 0, "output": 0, "cached": 0, "estimated": False}
COST = {"dollars": "0", "unpriced": 0}


def test_the_envelope_has_stable_keys() -> None:
    assert outcome_document(outcome(Kind.ASK, Answer("hi"))) == {
        "task": {
            "id": "t1",
            "kind": "ask",
            "instruction": "",
            "focus": [{"path": ".", "span": None, "symbol": None}],
            "model": "auto",
            "local_only": False,
        },
        "result": {"type": "answer", "text": "hi"},
        "model": "builtin",
        "reason": "configured order: builtin (not x/m: no key)",
        "route": {
            "policy": "configured order",
            "links": ["builtin"],
            "candidates": [
                {"model": "x/m", "ruled_out": "no key"},
                {"model": "builtin", "ruled_out": None},
            ],
        },
        "attempts": [
            {
                "model": "builtin",
                "failure": None,
                "message": "",
                "usage": USAGE,
                "cost": COST,
                "seconds": 1.25,
            }
        ],
        "usage": USAGE,
        "cost": COST,
        "seconds": 1.25,
        "context": [],
        "notes": [],
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
