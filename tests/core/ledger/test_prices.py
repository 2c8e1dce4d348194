"""What a call costs."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from genai_prices import Usage as Counted
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot

from bandmaster.ledger import upper_bound
from bandmaster.ledger.prices import price, warm
from bandmaster.providers.defaults import PRESETS
from bandmaster.settings import ProviderKind
from bandmaster.tasks import Cost, Usage

USAGE = Usage(input=1000, output=200, cached=400)
KEPT = Usage(input=1000, output=200, cached=400, written=500)
COUNTED = Counted(
    input_tokens=1000, output_tokens=200, cache_read_tokens=400, cache_write_tokens=500
)


def test_cached_tokens_are_part_of_the_input_and_cost_less() -> None:
    # 600 tokens at 1.25 $, 400 at 0.125 $ and 200 at 10 $ a million.
    cost = price("openai/gpt-5", ProviderKind.OPENAI, local=False, usage=USAGE)
    assert cost == Cost(Decimal("0.0028"))


def test_a_model_on_this_machine_costs_nothing() -> None:
    assert price("openai/gpt-5", ProviderKind.OPENAI, local=True, usage=USAGE) == Cost()


def test_a_model_without_a_known_price_is_counted_as_such() -> None:
    cost = price("house/our-own-model", ProviderKind.OPENAI, local=False, usage=USAGE)
    assert cost == Cost(unpriced=1)


def test_a_remote_ollama_has_no_price() -> None:
    cost = price("lab/llama3", ProviderKind.OLLAMA, local=False, usage=USAGE)
    assert cost == Cost(unpriced=1)


def test_an_entry_with_its_own_name_is_priced_by_its_kind() -> None:
    mine = price("mine/gpt-5", ProviderKind.OPENAI, local=False, usage=USAGE)
    assert mine == price("openai/gpt-5", ProviderKind.OPENAI, local=False, usage=USAGE)


@pytest.mark.parametrize(
    ("provider", "model"),
    [(name, model) for name, preset in PRESETS.items() for model in preset.models],
)
def test_every_model_that_we_choose_ourselves_has_a_price(provider: str, model: str) -> None:
    cost = price(f"{provider}/{model}", PRESETS[provider].kind, local=False, usage=USAGE)
    assert cost.unpriced == 0
    assert cost.dollars > 0


def test_the_price_list_is_loaded_when_it_is_needed_and_not_before() -> None:
    warm()
    program = (
        "import sys, bandmaster.ledger.prices as prices; assert 'genai_prices' not in sys.modules;"
        "prices.warm(); assert 'genai_prices' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_flat_price_is_reckoned_as_the_list_does_it() -> None:
    differ: list[str] = []
    for provider in get_snapshot().providers:
        for model in provider.models:
            if provider.find_model(model.id.lower()) is None:
                continue  # The list itself does not find it by this name.
            ours = price(f"{provider.id}/{model.id}", ProviderKind.OLLAMA, local=False, usage=KEPT)
            theirs = calc_price(COUNTED, model.id, provider_id=provider.id).total_price
            if ours.dollars != theirs:
                differ.append(f"{provider.id}/{model.id}: {ours.dollars} {theirs}")
    assert differ == []


def test_the_price_that_was_applied_is_told_with_its_source_and_date() -> None:
    flat = price("openai/gpt-5", ProviderKind.OPENAI, local=False, usage=USAGE)
    assert flat.source.startswith("$1.25 in, $10 out, $0.125 cached, a million tokens")
    assert "genai-prices" in flat.source
    since = price("anthropic/claude-sonnet-4-6", ProviderKind.ANTHROPIC, local=False, usage=USAGE)
    assert " since 2026-" in since.source


def test_what_a_server_keeps_for_later_costs_more() -> None:
    model = "anthropic/claude-sonnet-4-6"
    kept = price(model, ProviderKind.ANTHROPIC, local=False, usage=Usage(input=1000, written=1000))
    assert kept.dollars == Decimal("0.00375")
    bound = price(model, ProviderKind.ANTHROPIC, local=False, usage=upper_bound(1000, 0))
    assert bound.dollars > kept.dollars * Decimal("1.25")
