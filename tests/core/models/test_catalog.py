"""The catalog: whose word counts, what is not known, and what the settings may say."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.configuration import Folders, load
from bandmaster.errors import SettingsError
from bandmaster.ledger.prices import published
from bandmaster.models import Catalog, Listed, Price, Told
from bandmaster.models.families import families, find_family, size_in_name
from bandmaster.providers.defaults import PRESETS
from bandmaster.settings import CatalogEntry, Prices, ProviderKind, Settings, Tier

PRICE = Price(input=Decimal(2), cached=Decimal("0.2"), output=Decimal(10))
LIST = Listed(window=100_000, price=PRICE, source="the list")


def settings(tmp_path: Path, text: str, *, trusted: bool = True) -> Settings:
    (tmp_path / "bandmaster.toml").write_text(text)
    folders = Folders(tmp_path / "none", tmp_path)
    return load(tmp_path, folders, {}, trusted=trusted).settings


def test_the_persons_word_counts_over_the_servers_over_the_lists_over_the_table() -> None:
    entry = CatalogEntry(window=50_000, tools=False)
    catalog = Catalog({"x/qwen3-coder:30b": entry}, lambda _: LIST)
    catalog.learn("x/qwen3-coder:30b", Told(window=60_000, vision=True, output=4000))
    facts = catalog.facts("x/qwen3-coder:30b")
    assert (facts.window, facts.sources["window"]) == (50_000, "your settings")
    assert (facts.output, facts.sources["output"]) == (4000, "its server")
    assert (facts.price, facts.sources["price"]) == (PRICE, "the list")
    assert (facts.abilities.fim, facts.family) == (True, "qwen-coder")
    assert (facts.abilities.tools, facts.abilities.vision) == (False, True)
    assert (facts.tier, facts.size, facts.sources["size"]) == (Tier.MEDIUM, 30.0, "its name")


def test_what_nobody_knows_is_cautious_and_marked() -> None:
    facts = Catalog({}, lambda _: None).facts("x/zork")
    assert not any((facts.abilities.tools, facts.abilities.fim, facts.abilities.continues))
    assert (facts.price, facts.tier, facts.family) == (None, Tier.SMALL, "")
    assert facts.sources == {}
    assert {"window", "output", "price", "tools", "tier", "size"} <= facts.unknown


def test_what_a_server_tells_later_counts() -> None:
    catalog = Catalog({}, lambda _: None)
    assert "window" in catalog.facts("x/zork").unknown
    catalog.learn("x/zork", Told(window=40_960, tools=True))
    facts = catalog.facts("x/zork")
    assert (facts.window, facts.abilities.tools) == (40_960, True)
    assert not {"window", "tools"} & facts.unknown


async def test_the_price_list_is_read_once_and_not_for_abilities() -> None:
    asked: list[str] = []

    def listed(model: str) -> Listed:
        asked.append(model)
        return LIST

    catalog = Catalog({}, listed)
    assert catalog.abilities("a/codestral-latest").fim
    assert asked == []
    await catalog.prepare(["a/one", "a/two"])
    assert catalog.facts("a/one") is catalog.facts("a/one")
    await catalog.prepare(["a/one", "a/two"])
    assert asked == ["a/one", "a/two"]


def test_every_preset_model_is_in_a_family_and_most_are_listed() -> None:
    models = [
        (f"{name}/{model}", preset.kind)
        for name, preset in PRESETS.items()
        for model in preset.models
    ]
    assert [model for model, _ in models if find_family(model) is None] == []
    unlisted = [model for model, kind in models if published(model, kind) is None]
    assert unlisted == []


def test_every_row_of_the_table_says_who_says_so_and_can_be_reached() -> None:
    for row in families():
        assert row.source
        names = [re.sub(r"\[(.)[^]]*]", r"\1", one).replace("*", "") for one in row.match]
        found = [find_family(name) for name in names]
        assert row in found, row.name


def test_the_newest_claude_models_are_not_given_the_beginning_of_an_answer() -> None:
    catalog = Catalog({}, lambda _: None)
    assert catalog.abilities("anthropic/claude-sonnet-4-5").continues
    for name in ("claude-opus-4-6", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-4.8"):
        assert not catalog.abilities(f"anthropic/{name}").continues


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("ollama/qwen3-coder:30b", 30.0),
        ("x/mixtral-8x7b-instruct", 56.0),
        ("x/qwen2.5-coder-1.5b", 1.5),
        ("x/gpt-oss-120b", 120.0),
        ("openai/gpt-5", None),
        ("x/claude-3b-like/model", None),
    ],
)
def test_the_size_is_read_from_the_name(name: str, billions: float | None) -> None:
    assert size_in_name(name) == billions


def test_a_resellers_name_leads_to_the_same_family() -> None:
    family = find_family("openrouter/anthropic/Claude-Opus-5.5")
    assert family is not None
    assert family.name == "claude-opus"


def test_settings_describe_a_model_and_price_it(tmp_path: Path) -> None:
    text = (
        '[catalog."far/big-1.5"]\nwindow = 65536\ntools = true\ntier = "large"\n'
        "prices = { input = 0.5, output = 2.25 }\nstrengths = { review = 0.8 }\n"
    )
    entry = settings(tmp_path, text).catalog["far/big-1.5"]
    assert (entry.window, entry.tools, entry.tier) == (65_536, True, Tier.LARGE)
    facts = Catalog({"far/big-1.5": entry}, lambda _: None).facts("far/big-1.5")
    assert facts.price == Price(input=Decimal("0.5"), cached=Decimal("0.5"), output=Decimal("2.25"))
    assert (facts.strengths, facts.sources["strengths"]) == ({"review": 0.8}, "your settings")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("window = 0", "window must be above 0, got 0"),
        ("tier = 'huge'", "'small', 'medium', 'large' or 'frontier'"),
        ("prices = { input = 1 }", "prices.output"),
        ("prices = { input = -1, output = 1 }", "input must be 0 or more dollars, got -1"),
        ("strengths = { dance = 0.5 }", "strengths.dance is no kind of task; allowed: review,"),
        ("strengths = { review = 2 }", "strengths.review must be 0 to 1, got 2"),
        ("windows = 5", "unknown key; allowed: window, output, tools"),
    ],
)
def test_a_wrong_entry_is_named_by_line_and_key(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        settings(tmp_path, f'\n[catalog."far/big-1.5"]\n{line}\n')
    assert words in str(wrong.value)
    assert str(wrong.value).startswith(f"{tmp_path / 'bandmaster.toml'}:")
    assert ":1:" not in str(wrong.value)


def test_a_workspace_that_is_not_trusted_prices_nothing(tmp_path: Path) -> None:
    text = '[catalog."openai/gpt-5"]\nprices = { input = 0, output = 0 }\n'
    assert settings(tmp_path, text, trusted=False).catalog == {}


def test_own_prices_have_their_cost_and_say_whose_they_are() -> None:
    from bandmaster.ledger.prices import own_price
    from bandmaster.tasks import Cost, Usage

    prices = Prices(input=Decimal(1), output=Decimal(2), cached=Decimal("0.1"))
    cost = own_price(prices, Usage(input=1_000_000, cached=500_000, output=1_000_000))
    assert cost == Cost(Decimal("2.55"))
    assert "your settings" in cost.source


def test_the_list_tells_windows_and_the_lowest_price() -> None:
    found = published("anthropic/claude-haiku-5-5", ProviderKind.ANTHROPIC)
    assert found is not None
    assert found.window == 1_000_000
    assert found.input is not None
    assert found.output is not None
    assert found.cached is not None
    assert found.cached < found.input < found.output
    assert found.source.startswith("genai-prices ")
    assert published("openai/zork", ProviderKind.OPENAI) is None
