"""A review as SARIF, held against the schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

from bandmaster import Finding, Kind, Review, Skipped, Span
from bandmaster_cli.formats.excerpts import Excerpt
from bandmaster_cli.formats.json import json_text
from bandmaster_cli.formats.sarif import sarif_document
from tests.fakes.outcomes import REVIEW, SECRET, SHARED, SHOP, UNUSED, outcome

SCHEMA = Path(__file__).parents[1] / "data" / "sarif-schema-2.1.0.json"


def sarif(review: Review, text: str = SHOP) -> dict[str, Any]:
    lines = text.splitlines()

    def read(finding: Finding) -> Excerpt | None:
        at = finding.span.start.line
        return Excerpt(lines[at - 1], 0, 0) if at <= len(lines) else None

    document = sarif_document(outcome(Kind.REVIEW, review), review, Path("/a b/shop"), read)
    return json.loads(json_text(document))["runs"][0]


def test_a_review_is_valid_against_the_schema() -> None:
    def read(finding: Finding) -> Excerpt | None:
        return None

    odd = replace(
        UNUSED, path="\udcff\x1b:?#.py", name="", why="", url="", message="\ud800", rule="x/y z"
    )
    review = replace(REVIEW, findings=(*REVIEW.findings, odd), skipped=(Skipped("\udcff", "odd"),))
    document = sarif_document(outcome(Kind.REVIEW, review), review, Path("/r"), read)
    Draft4Validator(json.loads(SCHEMA.read_text())).validate(json.loads(json_text(document)))
    empty = sarif_document(outcome(Kind.REVIEW, Review(())), Review(()), Path("/r"), read)
    Draft4Validator(json.loads(SCHEMA.read_text())).validate(empty)


def test_a_result_has_its_place_level_and_rank() -> None:
    result = sarif(REVIEW)["results"][1]
    assert result["level"] == "warning"
    assert result["rank"] == 50.0
    assert result["message"] == {"text": SHARED.message}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "shop.py", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 4, "startColumn": 17, "endLine": 4, "endColumn": 19},
            }
        }
    ]


def test_names_of_files_are_encoded_as_uris() -> None:
    run = sarif(Review((SECRET,)))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "a%20b/%D0%BA%D0%BB%D1%8E%D1%87.py"
    assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": "file:///a%20b/shop/"}}
    assert run["columnKind"] == "unicodeCodePoints"


def test_each_rule_is_told_once_with_why_and_how() -> None:
    twice = Review((UNUSED, replace(UNUSED, span=Span.of(2, 1, 2, 2)), SECRET))
    run = sarif(twice)
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert sorted(ids) == ["F401", "secret-aws-key"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    unused = rules[ids.index("F401")]
    assert unused["helpUri"] == UNUSED.url
    assert UNUSED.why in unused["help"]["text"]
    assert UNUSED.how in unused["help"]["markdown"]
    assert rules[ids.index("secret-aws-key")]["properties"]["security-severity"] == "9.5"


def test_a_fix_travels_along() -> None:
    assert sarif(Review((UNUSED,)))["results"][0]["fixes"] == [
        {
            "description": {"text": "Remove it"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "shop.py", "uriBaseId": "SRCROOT"},
                    "replacements": [
                        {
                            "deletedRegion": {
                                "startLine": 1,
                                "startColumn": 1,
                                "endLine": 2,
                                "endColumn": 1,
                            },
                            "insertedContent": {"text": ""},
                        }
                    ],
                }
            ],
        }
    ]


def test_a_skipped_file_is_a_notification() -> None:
    (notification,) = sarif(REVIEW)["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"] == {"text": "not examined: binary file"}
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "logo.png"


def prints(run: dict[str, Any]) -> list[str]:
    return [result["partialFingerprints"]["bandmasterFinding/v1"] for result in run["results"]]


def test_a_fingerprint_stays_when_lines_move() -> None:
    moved = replace(SHARED, span=Span.of(7, 17, 7, 19))
    before, after = sarif(Review((SHARED,))), sarif(Review((moved,)), "# new\n" * 3 + SHOP)
    assert prints(before) == prints(after)


def test_the_same_line_twice_has_two_fingerprints() -> None:
    twice = Review((SHARED, replace(SHARED, span=Span.of(9, 17, 9, 19))))
    first, second = prints(sarif(twice, SHOP + SHOP))
    assert first != second


def test_another_line_has_another_fingerprint() -> None:
    assert prints(sarif(Review((SHARED,)))) != prints(
        sarif(Review((SHARED,)), SHOP.replace("total", "sum"))
    )
