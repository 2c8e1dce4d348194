"""Planted defects in each language are found where they are, and their clean twins are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bandmaster.tasks import Focus
from tests.core.providers.builtin.desk import reviewed

PLANTED = Path(__file__).parents[3] / "data" / "planted"
FILES = sorted(path.name for path in PLANTED.iterdir() if path.is_file())
_MARK = re.compile(r"(next )?bad: ([\w, -]+?)\s*(?:\*/)?$")


def _marked(name: str) -> list[tuple[int, str]]:
    lines = (PLANTED / name).read_text("utf-8").splitlines()
    marks = ((at, _MARK.search(line)) for at, line in enumerate(lines, 1))
    found = [(at + bool(mark[1]), mark[2]) for at, mark in marks if mark]
    return sorted((at, rule) for at, rules in found for rule in rules.split(", "))


@pytest.mark.parametrize("name", FILES)
async def test_exactly_the_planted_defects_are_found(name: str) -> None:
    review = await reviewed(PLANTED, focus=(Focus(name),))
    assert sorted((one.span.start.line, one.rule) for one in review.findings) == _marked(name)


def test_every_language_has_planted_defects() -> None:
    suffixes = {name.partition(".")[2] for name in FILES}
    assert suffixes == set("py js ts tsx go rs java c cpp rb php sh cs".split())
