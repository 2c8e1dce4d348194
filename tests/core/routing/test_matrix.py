"""The capability matrix: priors for any model, each with its source."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bandmaster.models.catalog import Catalog
from bandmaster.models.facts import Listed
from bandmaster.routing.estimation.matrix import CapabilityMatrix
from bandmaster.routing.profile import Judged
from bandmaster.settings import CatalogEntry, Prices


def unlisted(_model: str) -> Listed | None:
    return None


def matrix(*, local: tuple[str, ...] = (), **entries: CatalogEntry) -> CapabilityMatrix:
    named = {name.replace("__", "/"): entry for name, entry in entries.items()}
    return CapabilityMatrix(Catalog(named, unlisted).facts, local=local)


def test_a_published_strength_names_its_source() -> None:
    found = matrix().strength("fix", "openai/gpt-4.1-mini")
    assert found.value == pytest.approx(0.61, abs=0.01)
    assert "Aider polyglot leaderboard" in found.because


def test_the_persons_own_word_comes_first() -> None:
    own = matrix(openai__m=CatalogEntry(strengths={"fix": 0.9}))
    assert own.strength("fix", "openai/m") == Judged(0.9, "your settings")


def test_a_kind_that_a_table_does_not_name_is_derived_from_those_it_names() -> None:
    found = matrix().strength("docs", "openai/gpt-4.1-mini")
    assert found.value > matrix().strength("fix", "openai/gpt-4.1-mini").value
    assert found.because.startswith("other kinds of task")


@pytest.mark.parametrize(
    ("model", "because"),
    [
        ("ollama/strange:7b", "its size, 7 billion"),
        ("x/strange-mini", "'mini' in its name"),
        ("x/strange-opus", "'opus' in its name"),
        ("x/m07", "nothing is known of it"),
    ],
)
def test_an_unknown_model_is_judged_by_size_or_name(model: str, because: str) -> None:
    assert matrix().strength("fix", model).because == because


def test_larger_models_are_expected_to_be_better() -> None:
    sizes = [matrix().prior("fix", f"ollama/strange:{size}b").quality for size in (1, 7, 32, 400)]
    assert sizes == sorted(sizes)
    assert matrix().prior("fix", "x/strange-opus").quality > sizes[-1]


def test_names_that_say_nothing_are_all_alike() -> None:
    assert matrix().prior("fix", "m01") == matrix().prior("fix", "m02")


def test_a_known_price_makes_the_expected_cost_and_a_local_model_costs_nothing() -> None:
    priced = CatalogEntry(prices=Prices(input=Decimal(10), output=Decimal(50)))
    found = matrix(openai__m=priced, ollama__m=priced, local=("ollama/m",))
    assert found.prior("fix", "openai/m").dollars == pytest.approx(0.13)
    assert found.prior("fix", "ollama/m").dollars == 0.0
